// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.tomcat11;

import io.anteroom.contract.Container;
import io.anteroom.contract.Deployment;
import io.anteroom.contract.Quirk;
import io.anteroom.contract.app.ErrorPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.modeler.Registry;

/** Tomcat 11. */
public final class Tomcat11 implements Container {
    // A planned exception of the application is a stack trace for Tomcat; a reference, or the level would be collected.
    private static final Logger LOGGER = Logger.getLogger("org.apache");

    static {
        // Servers that start side by side would register under the same names, and trip over each other.
        Registry.disableRegistry();
        // Else the first one's directory would be home to all, also after it is gone.
        System.setProperty("catalina.home", System.getProperty("java.io.tmpdir"));
    }

    private final boolean readsAsynchronously;

    /** As documented. */
    public Tomcat11() {
        this(false);
    }

    /** With asynchronous reading, Tomcat's default, or without. */
    Tomcat11(boolean readsAsynchronously) {
        this.readsAsynchronously = readsAsynchronously;
    }

    @Override
    public String name() {
        return "Tomcat " + ServerInfo.getServerNumber();
    }

    @Override
    public Set<Quirk> quirks() {
        return EnumSet.allOf(Quirk.class);
    }

    @Override
    public Running start(Deployment deployment) throws Exception {
        LOGGER.setLevel(Level.parse(System.getProperty("anteroom.contract.log", "OFF")));
        Path base = Files.createTempDirectory("contract-tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        Connector connector = connector(deployment);
        tomcat.setConnector(connector);
        context(tomcat, base, deployment);
        try {
            tomcat.start();
        } catch (Exception e) {
            stop(tomcat, base);
            throw e;
        }
        return new Running() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() {
                stop(tomcat, base);
            }
        };
    }

    private Connector connector(Deployment deployment) {
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxThreads", "64");
        connector.setProperty("minSpareThreads", "4");
        connector.setProperty("maxKeepAliveRequests", "-1");
        connector.setProperty("maxHttpRequestHeaderSize", String.valueOf(Deployment.HEADER_LIMIT));
        // Else two threads read a new HTTP/2 connection, and bytes of a body are taken for frames; see
        // docs/containers.md.
        connector.setProperty("useAsyncIO", String.valueOf(readsAsynchronously));
        Http2Protocol http2 = new Http2Protocol();
        // Else an application that starts async after its stream was reset leaves a recycled request behind, and the
        // next
        // stream of some other client gets a 500; see docs/containers.md.
        http2.setDiscardRequestsAndResponses(true);
        connector.addUpgradeProtocol(http2);
        connector.setProperty(
                "useVirtualThreads", String.valueOf(deployment.kind().virtualThreads()));
        return connector;
    }

    private static void context(Tomcat tomcat, Path base, Deployment deployment) {
        Context context = tomcat.addContext(deployment.kind().contextPath(), base.toString());
        context.addServletContainerInitializer(
                (classes, servlets) -> deployment.setUp().to(servlets), Set.of());
        deployment.kind().errorPages().forEach(status -> {
            var page = new org.apache.tomcat.util.descriptor.web.ErrorPage();
            page.setErrorCode(status);
            page.setLocation(ErrorPage.PATH);
            context.addErrorPage(page);
        });
    }

    private static void stop(Tomcat tomcat, Path base) {
        try {
            if (tomcat.getServer().getState() != LifecycleState.DESTROYED) {
                tomcat.stop();
                tomcat.destroy();
            }
            delete(base);
        } catch (LifecycleException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path base) throws IOException {
        try (var files = Files.walk(base)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
