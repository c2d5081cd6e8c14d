// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import jakarta.servlet.http.HttpServlet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Pages on a free port of loopback, below {@code /ops/admin} to show that any path will do. */
public final class PageServer implements AutoCloseable {
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    /** Serves pages. */
    public PageServer(HttpServlet pages) throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/ops");
        context.addServlet(new ServletHolder(pages), "/admin/*");
        server.setHandler(context);
        server.start();
    }

    /** Where the pages are, without the last slash. */
    public String base() {
        return "http://127.0.0.1:" + connector.getLocalPort() + "/ops/admin";
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
