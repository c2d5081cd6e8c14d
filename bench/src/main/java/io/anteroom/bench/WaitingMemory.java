// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** What it costs a server that 10,000 requests wait in it at once, and whether it stays answerable meanwhile. */
final class WaitingMemory {
    private static final int REQUESTS = 10_000;
    private static final int BODY_BYTES = 2_048;
    private static final int PER_SECOND = 2_000;
    private static final double MOST_KIB = 12;
    private static final double MOST_HEALTH_MILLIS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    private WaitingMemory(int port) {
        this.port = port;
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean quick = List.of(args).contains("--quick");
        try (Child server = Child.start(WaitingServer.class)) {
            WaitingMemory bench = new WaitingMemory(Integer.parseInt(server.readLine()));
            for (int i = 0; i < (quick ? 1 : 3); i++) {
                bench.warmUp();
            }
            System.exit(bench.measure() ? 0 : 1);
        }
    }

    /** A first crowd, so that classes are loaded, buffers pooled and paths compiled before the heap is looked at. */
    private void warmUp() throws Exception {
        ask("/control/shut");
        try (HttpCrowd crowd = new HttpCrowd(port, REQUESTS / 4, BODY_BYTES, false, PER_SECOND)) {
            Thread clients = start(crowd);
            await(crowd, REQUESTS / 4);
            ask("/control/open");
            clients.join();
        }
    }

    private boolean measure() throws Exception {
        ask("/control/shut");
        Pinger pinger = new Pinger(port);
        Thread pings = new Thread(pinger, "health");
        pings.start();
        try (HttpCrowd crowd = new HttpCrowd(port, REQUESTS, BODY_BYTES, false, PER_SECOND)) {
            long before = heap(pinger);
            Thread clients = start(crowd);
            int waiting = await(crowd, REQUESTS);
            System.out.println("health while they arrive: " + pinger.takePhase());
            LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
            System.out.println("health while they wait: " + pinger.takePhase());
            long during = heap(pinger);
            long opened = System.nanoTime();
            ask("/control/open");
            clients.join(PATIENCE.toMillis());
            double seconds = (System.nanoTime() - opened) / 1e9;
            System.out.println("health while they are served: " + pinger.takePhase());
            pinger.end();
            pings.join();
            System.out.printf(
                    Locale.ROOT,
                    "heap %,d KiB before, %,d KiB with %,d waiting; all answered in %.1f s%n",
                    before >> 10,
                    during >> 10,
                    waiting,
                    seconds);
            return judge((during - before) / 1024.0 / waiting, crowd, pinger);
        }
    }

    private static boolean judge(double kib, HttpCrowd crowd, Pinger pinger) {
        double health = pinger.sample().millis(1);
        boolean holds = kib <= MOST_KIB
                && crowd.served() == REQUESTS
                && crowd.failed() == 0
                && health < MOST_HEALTH_MILLIS
                && pinger.failed() == 0;
        System.out.printf(
                Locale.ROOT,
                "waiting-memory: %.1f KiB of heap for each of %,d waiting (at most %.0f), %,d served, %,d failed, "
                        + "health within %.1f ms (under %.0f): %s%n",
                kib,
                REQUESTS,
                MOST_KIB,
                crowd.served(),
                crowd.failed(),
                health,
                MOST_HEALTH_MILLIS,
                holds ? "holds" : "falls short");
        return holds;
    }

    /** The pause of the collection that is only there to measure does not count. */
    private long heap(Pinger pinger) throws Exception {
        pinger.counting(false);
        long bytes = Long.parseLong(ask("/control/heap"));
        pinger.counting(true);
        return bytes;
    }

    private static Thread start(HttpCrowd crowd) {
        Thread thread = new Thread(
                () -> {
                    try {
                        crowd.run();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                "clients");
        thread.start();
        return thread;
    }

    /** Until all but those in the slots wait. */
    private int await(HttpCrowd crowd, int requests) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int waiting = 0;
        while (waiting + WaitingServer.SLOTS < requests && System.nanoTime() < deadline) {
            LockSupport.parkNanos(50_000_000);
            waiting = Integer.parseInt(ask("/control/waiting"));
        }
        if (waiting + WaitingServer.SLOTS < requests) {
            throw new IllegalStateException(
                    waiting + " wait, " + crowd.sent() + " were sent, " + crowd.failed() + " failed");
        }
        return waiting;
    }

    private String ask(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
