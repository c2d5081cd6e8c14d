// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import com.sun.management.OperatingSystemMXBean;
import io.anteroom.Anteroom;
import io.anteroom.admission.Order;
import io.anteroom.admission.Pool;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A server with one slot in which streaming requests are told their positions from the beginning. */
final class StreamingServer {
    private StreamingServer() {}

    /** Prints its port and runs until it is ended. */
    public static void main(String[] args) throws InterruptedException {
        HoldingServlet backend = new HoldingServlet();
        Anteroom anteroom = Anteroom.builder()
                .pool("streams", Crowd.settings(1).withOrder(Order.STRICT))
                .commitAfter(Duration.ofMillis(100))
                .build();
        Control control = new Control(anteroom.pool("streams"), backend);
        BenchServer server = BenchServer.start(anteroom, Map.of(BenchServer.GUARDED, backend, "/control/*", control));
        System.out.println(server.port());
        Thread.currentThread().join();
    }

    /** What the benchmark asks. */
    private static final class Control extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient Pool pool;
        private final transient HoldingServlet backend;

        Control(Pool pool, HoldingServlet backend) {
            this.pool = pool;
            this.backend = backend;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] answer = answer(request).getBytes(StandardCharsets.US_ASCII);
            response.setContentLength(answer.length);
            response.getOutputStream().write(answer);
        }

        private String answer(HttpServletRequest request) {
            switch (request.getPathInfo()) {
                case "/hold" -> backend.hold(number(request));
                case "/measure" -> backend.measure(-number(request) / 5, number(request));
                case "/done" -> {
                    return Boolean.toString(backend.isDone());
                }
                case "/handover" -> {
                    Sample sample = backend.sample();
                    return sample.millis(0.5) + " " + sample.millis(0.99);
                }
                case "/waiting" -> {
                    return Integer.toString(pool.snapshot().waiting());
                }
                default -> {
                    return Long.toString(
                            ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
                }
            }
            return "ok";
        }

        private static int number(HttpServletRequest request) {
            return Integer.parseInt(request.getParameter("n"));
        }
    }
}
