// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Listen;
import io.anteroom.gateway.config.GatewayConfig.Threads;
import io.anteroom.gateway.idempotency.IdempotencyHandler;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.net.WatchingConnector;
import io.anteroom.servlet.Identity;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Jetty as the gateway needs it: limits on everything that a client sends, the filter, and the proxy behind it. */
final class JettyServer {
    private static final System.Logger LOG = System.getLogger(JettyServer.class.getName());
    private static final long LAST_MOMENT_MILLIS = 2000;
    private static final int THREADS = 200;
    private static final int STREAMS_PER_CONNECTION = 1000;

    private final Server server;
    private final ServerConnector connector;
    private final AtomicBoolean ready = new AtomicBoolean(true);

    /**
     * A server that is not started yet.
     *
     * @param config how it listens
     * @param filters the filters, in their order
     * @param servlet what answers
     * @param log told of every answer, or null
     */
    JettyServer(GatewayConfig config, List<Filter> filters, Servlet servlet, @Nullable RequestLog log) {
        this(config, filters, servlet, log, caller -> true);
    }

    /**
     * The same.
     *
     * @param isKnown whether a caller may come in, for answers that are given before the filters
     */
    JettyServer(
            GatewayConfig config,
            List<Filter> filters,
            Servlet servlet,
            @Nullable RequestLog log,
            Predicate<Identity> isKnown) {
        Listen listen = config.listen();
        server = new Server(threads(listen));
        connector = new WatchingConnector(
                server, listen.headWithin(), config.waiting().writeIdle(), protocols(config));
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setIdleTimeout(listen.idle().toMillis());
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(listen.maxConnections(), server));
        server.setErrorHandler(new JsonErrors(listen.maxHead(), listen.maxBody()));
        server.setRequestLog(log);
        server.setHandler(handlers(listen, config.waiting().maxBufferedBody(), filters, servlet, isKnown));
    }

    private static QueuedThreadPool threads(Listen listen) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 8);
        threads.setName("gateway");
        if (listen.threads() == Threads.VIRTUAL) {
            threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
        return threads;
    }

    private static ConnectionFactory[] protocols(GatewayConfig config) {
        Listen listen = config.listen();
        Duration writeIdle = config.waiting().writeIdle();
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(listen.maxHead());
        http.setResponseHeaderSize(32 * 1024);
        http.setIdleTimeout(-1);
        List<ConnectionFactory> factories = new ArrayList<>();
        factories.add(new HttpConnectionFactory(http));
        if (listen.http2()) {
            HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(http);
            http2.setMaxConcurrentStreams(STREAMS_PER_CONNECTION);
            // A stream knows one time for both directions; what is read has others of its own.
            http2.setStreamIdleTimeout(Math.max(listen.idle().toMillis(), writeIdle.toMillis()));
            factories.add(http2);
        }
        return factories.toArray(new ConnectionFactory[0]);
    }

    private Handler handlers(
            Listen listen, int maxBufferedBody, List<Filter> filters, Servlet servlet, Predicate<Identity> isKnown) {
        ServletContextHandler context = new ServletContextHandler("/");
        context.setErrorHandler(new JsonErrors(listen.maxHead(), listen.maxBody()));
        for (Filter filter : filters) {
            FilterHolder holder = new FilterHolder(filter);
            holder.setAsyncSupported(true);
            context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        }
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/*");
        SizeLimitHandler sized = new SizeLimitHandler(listen.maxBody(), -1);
        Handler once =
                listen.idempotency().isOn() ? new IdempotencyHandler(context, listen.idempotency(), isKnown) : context;
        sized.setHandler(new BodyHandler(once, maxBufferedBody, listen.idle()));
        return new FrontHandler(ClientWatch.before(new GracefulHandler(sized)), ready::get);
    }

    void start() throws IOException {
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            stop(false);
            throw e;
        } catch (Exception e) {
            stop(false);
            throw new IOException(e);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    /** From now on a load balancer is told to send nothing more. */
    void unready() {
        ready.set(false);
    }

    /**
     * Stops.
     *
     * @param gracefully whether to wait for what still runs, for a moment: those on their way to a backend have ended
     *     by now
     */
    void stop(boolean gracefully) {
        server.setStopTimeout(gracefully ? LAST_MOMENT_MILLIS : 0);
        try {
            server.stop();
        } catch (TimeoutException e) {
            // All of it has stopped, but somebody still sent or read, and was cut off.
            LOG.log(System.Logger.Level.INFO, "requests were cut off by the end of the gateway");
        } catch (Exception e) {
            throw new IllegalStateException("the server does not stop", e);
        }
    }
}
