// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Nodes that are killed and come back while all of them serve. */
final class ClusterKill {
    private static final int SLOTS = 8;
    private static final int CLIENTS = 12;
    private static final int HOLD_MILLIS = 20;
    private static final double MOST_SECONDS = 1.5;

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    /** Longer than a frozen node goes unnoticed. */
    private static final Duration WATCHED = Duration.ofSeconds(6);

    private final Random random = new Random(4711);
    private final List<Double> gaps = new ArrayList<>();
    private int doubles;

    private ClusterKill() {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean isQuick = List.of(args).contains("--quick");
        System.exit(new ClusterKill().run(isQuick ? 2 : 40, Duration.ofSeconds(isQuick ? 8 : 15)) ? 0 : 1);
    }

    private boolean run(int kills, Duration pause) throws Exception {
        try (CountingBackend backend = new CountingBackend(SLOTS);
                Fleet fleet = new Fleet(
                        backend.address(),
                        String.valueOf(SLOTS),
                        String.valueOf(CLIENTS),
                        String.valueOf(HOLD_MILLIS),
                        "share")) {
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.start(i);
            }
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.awaitReady(i);
            }
            LockSupport.parkNanos(WARM_UP.toNanos());
            for (int i = 0; i < kills; i++) {
                kill(fleet, backend, i, pause);
            }
            return judge(fleet, backend, kills);
        }
    }

    private void kill(Fleet fleet, CountingBackend backend, int number, Duration pause) throws Exception {
        long next = System.nanoTime() + pause.toNanos();
        int owner = fleet.find(Role.OWNER);
        int backup = fleet.find(Role.BACKUP);
        boolean isDouble = number % 3 == 1 && owner >= 0 && backup >= 0;
        int[] nodes = isDouble ? new int[] {owner, backup} : new int[] {random.nextInt(Fleet.NODES)};
        doubles += isDouble ? 1 : 0;
        backend.watch();
        fleet.kill(nodes);
        LockSupport.parkNanos(WATCHED.toNanos());
        double gap = backend.longestGapNanos() / 1e9;
        gaps.add(gap);
        System.out.printf(
                Locale.ROOT,
                "kill %d of %s: %.2f s without an admission, at most %d at once, %,d in all%n",
                number + 1,
                isDouble ? "owner and backup" : "one node",
                gap,
                backend.most(),
                backend.begun());
        for (int node : nodes) {
            fleet.start(node);
        }
        for (int node : nodes) {
            fleet.awaitReady(node);
        }
        LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
    }

    private boolean judge(Fleet fleet, CountingBackend backend, int kills) throws Exception {
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
        Collections.sort(gaps);
        double p95 = gaps.get((int) Math.ceil(0.95 * gaps.size()) - 1);
        boolean holds = backend.tooMany() == 0 && lost == 0 && twice == 0 && leaked == 0 && p95 < MOST_SECONDS;
        System.out.printf(
                Locale.ROOT,
                "cluster-kill: %d kills, %d of them of owner and backup at once, %,d admissions, %d above %d slots (0), %d slots leaked (0), %d lost (0), %d told"
                        + " twice (0), without admissions p95 %.2f s (under %.1f): %s%n",
                kills,
                doubles,
                backend.begun(),
                backend.tooMany(),
                SLOTS,
                leaked,
                lost,
                twice,
                p95,
                MOST_SECONDS,
                holds ? "holds" : "falls short");
        return holds;
    }
}
