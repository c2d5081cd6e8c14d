// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.net.WatchingConnector;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Where operators come in: a port of its own with threads of its own, so that a full queue keeps no operator waiting
 * and no operator a request.
 */
final class AdminServer {
    private static final System.Logger LOG = System.getLogger(AdminServer.class.getName());
    private static final int MAX_HEAD = 8192;
    /** An import of settings; what else is sent is bounded closer by its servlet. */
    private static final long MAX_BODY = 8L << 20;

    private static final int THREADS = 32;
    private static final int CONNECTIONS = 512;
    private static final int BYTES_PER_SECOND = 64;
    private static final long STOP_WITHIN_MILLIS = 1000;
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Server server;
    private final ServerConnector connector;

    /**
     * A server that is not started yet.
     *
     * @param servlets what answers, by path: {@code /exact} or {@code /prefix/*}
     * @param health the body of {@code /health}
     */
    AdminServer(AdminListen listen, Map<String, Servlet> servlets, Supplier<String> health) {
        this(listen, servlets, health, HEAD_WITHIN);
    }

    /** The same that waits so long for the head of a request. */
    AdminServer(AdminListen listen, Map<String, Servlet> servlets, Supplier<String> health, Duration headWithin) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("admin");
        server = new Server(threads);
        connector = new WatchingConnector(server, headWithin, new HttpConnectionFactory(http()));
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(CONNECTIONS, server));
        server.setErrorHandler(new JsonErrors(MAX_HEAD, MAX_BODY));
        SizeLimitHandler sized = new SizeLimitHandler(MAX_BODY, -1);
        // Answers may be slow, as a stream of what happens is.
        sized.setHandler(new MinimumDataRateHandler(context(servlets), BYTES_PER_SECOND, 0));
        // Tells the connector when a head is complete; it would close every connection after a while otherwise.
        server.setHandler(ClientWatch.before(new AdminHandler(sized, listen, health)));
        server.setStopTimeout(STOP_WITHIN_MILLIS);
    }

    private static HttpConfiguration http() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(MAX_HEAD);
        http.setResponseHeaderSize(16 * 1024);
        return http;
    }

    private static ServletContextHandler context(Map<String, Servlet> servlets) {
        ServletContextHandler context = new ServletContextHandler("/");
        context.setErrorHandler(new JsonErrors(MAX_HEAD, MAX_BODY));
        servlets.forEach((path, servlet) -> {
            ServletHolder holder = new ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, path);
        });
        return context;
    }

    void start() throws IOException {
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            stop();
            throw e;
        } catch (Exception e) {
            stop();
            throw new IOException(e);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    void stop() {
        try {
            server.stop();
        } catch (TimeoutException e) {
            // Somebody still read, and was cut off.
            LOG.log(System.Logger.Level.INFO, "operators' requests were cut off by the end of the gateway");
        } catch (Exception e) {
            throw new IllegalStateException("the listener of the operators does not stop", e);
        }
    }
}
