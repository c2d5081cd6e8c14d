// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** What 10,000 streaming clients cost that wait and are told their changing positions, and whether others notice. */
final class StreamingWaiters {
    private static final int STREAMS = 10_000;
    private static final int OTHERS = 100;
    private static final double MOST_CPU = 0.25;
    /** How much longer hand-overs may take beside them: p50 and p99, of which the latter is seldom the same twice. */
    private static final double MOST_LONGER_P50 = 1.25;

    private static final double MOST_LONGER_P99 = 1.5;
    private static final int HOLD_MILLIS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final boolean quick;

    private StreamingWaiters(int port, boolean quick) {
        this.port = port;
        this.quick = quick;
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean quick = List.of(args).contains("--quick");
        try (Child server = Child.start(StreamingServer.class)) {
            int port = Integer.parseInt(server.readLine());
            System.exit(new StreamingWaiters(port, quick).measure() ? 0 : 1);
        }
    }

    private boolean measure() throws Exception {
        handovers("warm-up");
        double[] alone = handovers("hand-over without streams");
        ask("hold?n=" + HOLD_MILLIS);
        try (StreamCrowd crowd = new StreamCrowd(port, STREAMS)) {
            Thread clients = new Thread(crowd, "streams");
            clients.setDaemon(true);
            clients.start();
            await(() -> crowd.told() >= STREAMS - 1 - crowd.ended());
            // Those who came first are told of the crowd behind them no more: from here on all is steady.
            LockSupport.parkNanos(Duration.ofSeconds(quick ? 2 : 10).toNanos());
            double cpu = cpuWhileTheyWait(crowd);
            double[] beside = handovers("hand-over beside " + STREAMS + " streams");
            return judge(cpu, alone, beside);
        }
    }

    /** Of one processor, what the server takes while everybody waits. */
    private double cpuWhileTheyWait(StreamCrowd crowd) throws Exception {
        long cpu = Long.parseLong(ask("cpu"));
        long nanos = System.nanoTime();
        long statuses = crowd.statuses();
        long changes = crowd.changes();
        LockSupport.parkNanos(Duration.ofSeconds(quick ? 8 : 30).toNanos());
        double spent = Long.parseLong(ask("cpu")) - cpu;
        double seconds = (System.nanoTime() - nanos) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%,d streams were told %,.0f positions a second, %,.0f of them new; the server took %.1f %% of a processor%n",
                STREAMS - crowd.ended(),
                (crowd.statuses() - statuses) / seconds,
                (crowd.changes() - changes) / seconds,
                100 * spent / 1e9 / seconds);
        return spent / 1e9 / seconds;
    }

    /** How long the slot stands idle between two requests of a crowd that holds it for 2 ms each: p50, p99. */
    private double[] handovers(String what) throws Exception {
        int count = quick ? 1000 : 5000;
        ask("hold?n=2");
        try (Child clients =
                Child.start(HttpCrowdMain.class, Integer.toString(port), Integer.toString(OTHERS), "200")) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            ask("measure?n=" + count);
            await(() -> !clients.isAlive() || Boolean.parseBoolean(ask("done")));
        }
        String[] told = ask("handover").split(" ");
        double[] millis = {Double.parseDouble(told[0]), Double.parseDouble(told[1])};
        System.out.printf(Locale.ROOT, "%s: p50 %.3f, p99 %.3f ms%n", what, millis[0], millis[1]);
        return millis;
    }

    private static boolean judge(double cpu, double[] alone, double[] beside) {
        double p50 = beside[0] / alone[0];
        double p99 = beside[1] / alone[1];
        boolean holds = cpu <= MOST_CPU && p50 <= MOST_LONGER_P50 && p99 <= MOST_LONGER_P99;
        System.out.printf(
                Locale.ROOT,
                "streaming-waiters: %,d streams take %.1f %% of a processor (at most %.0f %%), hand-overs beside them take "
                        + "%.2fx at p50 (at most %.2fx) and %.2fx at p99 (at most %.2fx): %s%n",
                STREAMS,
                100 * cpu,
                100 * MOST_CPU,
                p50,
                MOST_LONGER_P50,
                p99,
                MOST_LONGER_P99,
                holds ? "holds" : "falls short");
        return holds;
    }

    private interface Condition {
        boolean isMet() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.isMet()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not within " + PATIENCE);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String ask(String what) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/control/" + what))
                .timeout(PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
