// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Nodes that are ended with SIGTERM one after the other and started again, also from a newer build, under load. */
final class Rolling {
    private static final int SLOTS = 8;
    private static final double MOST_SECONDS = 1.5;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final CountingBackend backend;
    private final Fleet fleet;
    private int restarts;
    private long offered;
    private long lost;
    private long twice;
    private long refused;
    private long leaked;
    private double longest;

    private Rolling(CountingBackend backend, Fleet fleet) {
        this.backend = backend;
        this.fleet = fleet;
    }

    /**
     * Prints the figures; exit status 1 if one falls short. The first argument is the class path of the release before,
     * or empty for restarts of one build alone.
     */
    public static void main(String[] args) throws Exception {
        boolean isQuick = List.of(args).contains("--quick");
        try (CountingBackend backend = new CountingBackend(SLOTS);
                Fleet fleet = new Fleet(backend.address(), String.valueOf(SLOTS), "12", "20", "share")) {
            System.exit(new Rolling(backend, fleet).run(args[0], isQuick ? 0 : 2) ? 0 : 1);
        }
    }

    private boolean run(String before, int rounds) throws Exception {
        boolean isUpgrade = !before.isEmpty();
        if (isUpgrade) {
            fleet.from(before);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.start(i);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.awaitReady(i);
        }
        LockSupport.parkNanos(WARM_UP.toNanos());
        fleet.from(System.getProperty("java.class.path"));
        roundOfRestarts(isUpgrade ? "from the release before to this one" : "to the same build");
        for (int i = 0; i < rounds; i++) {
            roundOfRestarts("to the same build");
        }
        return judge(isUpgrade);
    }

    private void roundOfRestarts(String what) throws IOException, InterruptedException {
        for (int node = 0; node < Fleet.NODES; node++) {
            backend.watch();
            long[] counts = fleet.terminate(node);
            add(counts);
            fleet.start(node);
            fleet.awaitReady(node);
            LockSupport.parkNanos(PAUSE.toNanos());
            double gap = backend.longestGapNanos() / 1e9;
            longest = Math.max(longest, gap);
            restarts++;
            System.out.printf(
                    Locale.ROOT,
                    "n%d restarted %s: %,d asked there, %d told that it stops, at most %.2f s without an admission, at"
                            + " most %d at once%n",
                    node,
                    what,
                    counts[0],
                    counts[3],
                    gap,
                    backend.mostOfLate());
        }
    }

    private void add(long[] counts) {
        offered += counts[0];
        lost += counts[1];
        twice += counts[2];
        refused += counts[3];
    }

    private boolean judge(boolean isUpgrade) throws IOException {
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.quiet(i);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            long[] counts = fleet.counted(i);
            add(counts);
            leaked = Math.max(leaked, counts[4] + counts[5]);
        }
        long answered = backend.begun() + refused;
        boolean holds = backend.tooMany() == 0
                && lost == 0
                && twice == 0
                && leaked == 0
                && answered == offered
                && longest < MOST_SECONDS;
        System.out.printf(
                Locale.ROOT,
                "rolling: %d restarts%s, %,d requests, %,d admitted and %,d told that their node stops (all), %d above %d"
                        + " slots (0), %d lost (0), %d told twice (0), %d slots leaked (0), at most %.2f s without an"
                        + " admission (under %.1f): %s%n",
                restarts,
                isUpgrade ? ", three of them to the next release" : "",
                offered,
                backend.begun(),
                refused,
                backend.tooMany(),
                SLOTS,
                lost,
                twice,
                leaked,
                longest,
                MOST_SECONDS,
                holds ? "holds" : "falls short");
        return holds;
    }
}
