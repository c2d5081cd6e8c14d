// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admission.PoolSettings;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/** The filter in an embedded Jetty, as the README shows it. */
final class JettyExample {
    private JettyExample() {}

    static Server server() {
        Server server = new Server(0);
        ServletContextHandler context = new ServletContextHandler();
        // tag::jetty
        Anteroom anteroom = Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(8))
                .route("/v1/*", "llm")
                .build();
        FilterHolder holder = new FilterHolder(new AnteroomFilter(anteroom));
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        // end::jetty
        context.addServlet(HelloServlet.class, "/*").setAsyncSupported(true);
        server.setHandler(context);
        return server;
    }
}
