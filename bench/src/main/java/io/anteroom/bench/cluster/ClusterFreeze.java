// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Nodes that stand still for longer than they may and go on: the owner of the state, its backup and the third. */
final class ClusterFreeze {
    private static final int SLOTS = 8;
    private static final Duration FROZEN = Duration.ofSeconds(8);
    /** Until the cluster has merged what was thrown out. */
    private static final Duration HEALING = Duration.ofSeconds(30);
    /** The time in which a frozen node is taken out, whatever it was to the pool's state. */
    private static final double MOST_SECONDS = 5;

    private ClusterFreeze() {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean isQuick = List.of(args).contains("--quick");
        System.exit(run(isQuick ? 1 : 9) ? 0 : 1);
    }

    private static boolean run(int freezes) throws Exception {
        try (CountingBackend backend = new CountingBackend(SLOTS);
                Fleet fleet = new Fleet(backend.address(), String.valueOf(SLOTS), "12", "20", "share")) {
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.start(i);
            }
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.awaitReady(i);
            }
            LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
            double longest = 0;
            for (int i = 0; i < freezes; i++) {
                longest = Math.max(longest, freeze(fleet, backend, Role.values()[i % Role.values().length]));
            }
            return judge(fleet, backend, freezes, longest);
        }
    }

    private static double freeze(Fleet fleet, CountingBackend backend, Role role) throws Exception {
        int node = fleet.find(role);
        if (node < 0) {
            throw new IllegalStateException("no node is " + role.words);
        }
        backend.watch();
        fleet.signal(node, "STOP");
        LockSupport.parkNanos(FROZEN.toNanos());
        double gap = backend.longestGapNanos() / 1e9;
        fleet.signal(node, "CONT");
        LockSupport.parkNanos(HEALING.toNanos());
        System.out.printf(
                Locale.ROOT,
                "n%d, %s, frozen: %.2f s without an admission, at most %d at once, %,d in all%n",
                node,
                role.words,
                gap,
                backend.most(),
                backend.begun());
        return gap;
    }

    private static boolean judge(Fleet fleet, CountingBackend backend, int freezes, double longest) throws Exception {
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.quiet(i);
        }
        long lost = 0;
        long twice = 0;
        long leaked = 0;
        for (int i = 0; i < Fleet.NODES; i++) {
            long[] counts = fleet.counted(i);
            lost += counts[1];
            twice += counts[2];
            leaked = Math.max(leaked, counts[4] + counts[5]);
        }
        boolean holds = backend.tooMany() == 0 && lost == 0 && twice == 0 && leaked == 0 && longest < MOST_SECONDS;
        System.out.printf(
                Locale.ROOT,
                "cluster-freeze: %d freezes of %d s, %,d admissions, %d above %d slots (0), %d slots leaked (0), %d lost"
                        + " (0), %d told twice (0), at most %.2f s without an admission (under %.1f): %s%n",
                freezes,
                FROZEN.toSeconds(),
                backend.begun(),
                backend.tooMany(),
                SLOTS,
                leaked,
                lost,
                twice,
                longest,
                MOST_SECONDS,
                holds ? "holds" : "falls short");
        return holds;
    }
}
