// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admission.PoolSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A servlet that says hello: alone, behind our filter, or behind Jetty's QoSHandler, with more slots than clients. */
final class FilterCostServer {
    private static final int SLOTS = 256;

    private FilterCostServer() {}

    /** {@code plain}, {@code filter} or {@code qos}; prints its port and runs until it is ended. */
    public static void main(String[] args) throws InterruptedException {
        Map<String, HttpServlet> servlets = Map.of(BenchServer.GUARDED, new Hello());
        BenchServer server = switch (args[0]) {
            case "plain" -> BenchServer.start(null, servlets);
            case "filter" ->
                BenchServer.start(
                        Anteroom.builder()
                                .pool("hello", PoolSettings.ofSlots(SLOTS))
                                .build(),
                        servlets);
            case "qos" -> BenchServer.startWithQoS(SLOTS, servlets);
            default -> throw new IllegalArgumentException(args[0] + " (expected: plain, filter or qos)");
        };
        System.out.println(server.port());
        Thread.currentThread().join();
    }

    private static final class Hello extends HttpServlet {
        private static final long serialVersionUID = 1;
        private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain");
            response.setContentLength(HELLO.length);
            response.getOutputStream().write(HELLO);
        }
    }
}
