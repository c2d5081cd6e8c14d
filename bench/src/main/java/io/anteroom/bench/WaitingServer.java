// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admission.Pool;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A server whose backend answers nobody until its gate is opened. */
final class WaitingServer {
    static final int SLOTS = 8;
    /** How long a request takes once the gate is open: 2,000 a second at most. */
    private static final int SERVICE_MILLIS = 4;

    private WaitingServer() {}

    /** Prints its port and runs until it is ended. */
    public static void main(String[] args) throws InterruptedException {
        Anteroom anteroom =
                Anteroom.builder().pool("waiting", Crowd.settings(SLOTS)).build();
        Gate gate = new Gate();
        BenchServer server = BenchServer.start(
                anteroom,
                Map.of(
                        BenchServer.GUARDED,
                        gate,
                        "/health",
                        new Health(),
                        "/control/*",
                        new Control(anteroom.pool("waiting"), gate)));
        System.out.println(server.port());
        Thread.currentThread().join();
    }

    private static void answer(HttpServletResponse response, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try {
            response.setContentLength(bytes.length);
            response.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The backend. */
    private static final class Gate extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient List<AsyncContext> held = new ArrayList<>();
        private final transient ScheduledExecutorService backend = Executors.newScheduledThreadPool(1);
        private boolean isOpen;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.getInputStream().readAllBytes();
            AsyncContext async = request.startAsync();
            async.setTimeout(0);
            if (!hold(async)) {
                serve(async);
            }
        }

        private synchronized boolean hold(AsyncContext async) {
            if (!isOpen) {
                held.add(async);
            }
            return !isOpen;
        }

        void open(boolean open) {
            take(open).forEach(this::serve);
        }

        private void serve(AsyncContext async) {
            ScheduledFuture<?> unused = backend.schedule(
                    () -> {
                        answer((HttpServletResponse) async.getResponse(), "{}");
                        async.complete();
                    },
                    SERVICE_MILLIS,
                    TimeUnit.MILLISECONDS);
        }

        private synchronized List<AsyncContext> take(boolean open) {
            isOpen = open;
            List<AsyncContext> taken = List.copyOf(held);
            held.clear();
            return taken;
        }
    }

    /** What a load balancer asks. */
    private static final class Health extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            answer(response, "ok");
        }
    }

    /** What the benchmark asks. */
    private static final class Control extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient Pool pool;
        private final transient Gate gate;

        Control(Pool pool, Gate gate) {
            this.pool = pool;
            this.gate = gate;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            String what = request.getPathInfo();
            if ("/open".equals(what) || "/shut".equals(what)) {
                answer(response, "ok");
                gate.open("/open".equals(what));
            } else if ("/waiting".equals(what)) {
                answer(response, Integer.toString(pool.snapshot().waiting()));
            } else {
                answer(response, Long.toString(heapAfterCollection()));
            }
        }

        private static long heapAfterCollection() {
            System.gc();
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }
}
