// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.jettyee10;

import io.anteroom.contract.Container;
import io.anteroom.contract.Deployment;
import io.anteroom.contract.app.ErrorPage;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty with its ee10 servlet environment. */
public final class JettyEe10 implements Container {
    @Override
    public String name() {
        return "Jetty " + Server.getVersion() + " ee10";
    }

    @Override
    public Running start(Deployment deployment) throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool(64);
        if (deployment.kind().virtualThreads()) {
            threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(Deployment.HEADER_LIMIT);
        ServerConnector connector = new ServerConnector(
                server, 1, 1, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(context(deployment));
        server.setStopTimeout(0);
        try {
            server.start();
        } catch (Exception e) {
            server.stop();
            throw e;
        }
        return new Running() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() {
                LifeCycle.stop(server);
            }
        };
    }

    private static ServletContextHandler context(Deployment deployment) {
        ServletContextHandler context = new ServletContextHandler(
                deployment.kind().contextPath().isEmpty()
                        ? "/"
                        : deployment.kind().contextPath());
        context.addServletContainerInitializer(
                (classes, servlets) -> deployment.setUp().to(servlets));
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        deployment.kind().errorPages().forEach(status -> errors.addErrorPage(status, ErrorPage.PATH));
        context.setErrorHandler(errors);
        return context;
    }
}
