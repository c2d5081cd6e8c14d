// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.jspecify.annotations.Nullable;

/** A Jetty with servlets by path, on a free port of the loopback interface. */
final class BenchServer implements AutoCloseable {
    /** What lies behind the filter; everything else is beside it. */
    static final String GUARDED = "/v1/*";

    private final Server server;
    private final ServerConnector connector;

    private BenchServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /** With our filter before {@link #GUARDED}, or without if there is none. */
    static BenchServer start(@Nullable Anteroom anteroom, Map<String, HttpServlet> servlets) {
        ServletContextHandler context = context(servlets);
        if (anteroom != null) {
            FilterHolder filter = new FilterHolder(new AnteroomFilter(anteroom));
            filter.setAsyncSupported(true);
            context.addFilter(filter, GUARDED, EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        }
        return start(context);
    }

    /** With Jetty's own limit on requests before everything. */
    static BenchServer startWithQoS(int slots, Map<String, HttpServlet> servlets) {
        QoSHandler limit = new QoSHandler(context(servlets));
        limit.setMaxRequestCount(slots);
        return start(limit);
    }

    private static ServletContextHandler context(Map<String, HttpServlet> servlets) {
        ServletContextHandler context = new ServletContextHandler();
        servlets.forEach((path, servlet) -> {
            ServletHolder holder = new ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, path);
        });
        return context;
    }

    private static BenchServer start(Handler handler) {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not start", e);
        }
        return new BenchServer(server, connector);
    }

    int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not stop", e);
        }
    }
}
