// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Three nodes in network namespaces of their own, one of which is cut off from the others and comes back, under each
 * policy. The backend is reached from all of them all the time, and counts. To be run in the namespace in the middle,
 * which {@code bench/cluster-partition} sets up.
 */
final class ClusterPartition {
    private static final int SLOTS = 8;
    private static final int PORT = 5701;
    /** What two nodes of three may use, and what one may. */
    private static final int SHARE_OF_TWO = 5;

    private static final int SHARE_OF_ONE = 2;

    private static final List<String> QUICK = List.of("share:owner");
    private static final List<String> ALL = List.of(
            "share:owner",
            "share:backup",
            "share:neither",
            "closed:owner",
            "closed:backup",
            "closed:neither",
            "open:owner",
            "open:backup",
            "open:neither");

    private static final Duration WARM_UP = Duration.ofSeconds(3);
    /** Until the cut has been noticed: {@code silent-after}, and what follows. */
    private static final Duration NOTICED = Duration.ofSeconds(8);

    private static final Duration WATCHED = Duration.ofSeconds(4);
    private static final Duration MOST_HEALING = Duration.ofSeconds(60);

    private final String names;

    private ClusterPartition(String names) {
        this.names = names;
    }

    /**
     * Prints the figures; exit status 1 if one falls short. The first argument is what the namespaces' names begin
     * with.
     */
    public static void main(String[] args) throws Exception {
        boolean isQuick = List.of(args).contains("--quick");
        ClusterPartition bench = new ClusterPartition(args[0]);
        List<String> fallsShort = new ArrayList<>();
        int cuts = 0;
        List<String> told =
                List.of(args).stream().filter(arg -> arg.contains(":")).toList();
        for (String cut : isQuick ? QUICK : told.isEmpty() ? ALL : told) {
            String[] words = cut.split(":");
            cuts++;
            bench.cut(words[0], Role.valueOf(words[1].toUpperCase(Locale.ROOT)), fallsShort);
        }
        System.out.printf(
                Locale.ROOT,
                "cluster-partition: %d cuts, counted at the backend, %d promises broken (0)%s: %s%n",
                cuts,
                fallsShort.size(),
                fallsShort.isEmpty() ? "" : " " + fallsShort,
                fallsShort.isEmpty() ? "holds" : "falls short");
        System.exit(fallsShort.isEmpty() ? 0 : 1);
    }

    private void cut(String policy, Role role, List<String> fallsShort) throws Exception {
        List<String> namespaces = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < Fleet.NODES; i++) {
            namespaces.add(names + i);
            addresses.add("10.77.0.1" + i + ":" + PORT);
        }
        try (CountingBackend backend = new CountingBackend(SLOTS, InetAddress.getByName("10.78.0.1"));
                Fleet fleet = new Fleet(
                        namespaces, addresses, backend.address(), String.valueOf(SLOTS), "12", "20", policy)) {
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.start(i);
            }
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.awaitReady(i);
            }
            LockSupport.parkNanos(WARM_UP.toNanos());
            int node = await(fleet, role);
            Found found = watchTheCut(fleet, backend, node);
            List<String> broken = broken(policy, found);
            broken.forEach(what -> fallsShort.add(policy + ": " + what));
            System.out.printf(
                    Locale.ROOT,
                    "%s, n%d, %s, cut off: at once there %d, among the others %d, in sum %d, above %d slots %d; back after"
                            + " %.1f s under its own name, %.1f s later all slots in use and no more; %d slots leaked, %d lost, %d told twice%s%n",
                    policy,
                    node,
                    role.words,
                    found.apart,
                    found.others,
                    found.sum,
                    SLOTS,
                    found.tooMany,
                    found.healedSeconds,
                    found.wholeSeconds,
                    found.leaked,
                    found.lost,
                    found.twice,
                    broken.isEmpty() ? "" : " <- " + broken);
        } finally {
            for (int i = 0; i < Fleet.NODES; i++) {
                move(i, "near");
            }
        }
    }

    /**
     * The node of that role, once there is one: copies of the state move for a moment after the nodes have found each
     * other.
     */
    private static int await(Fleet fleet, Role role) throws IOException {
        long end = System.nanoTime() + MOST_HEALING.toNanos();
        int node = fleet.find(role);
        while (node < 0) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("no node is " + role.words);
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            node = fleet.find(role);
        }
        return node;
    }

    private Found watchTheCut(Fleet fleet, CountingBackend backend, int node) throws Exception {
        Found found = new Found();
        move(node, "far");
        LockSupport.parkNanos(NOTICED.toNanos());
        backend.watch(InetAddress.getByName("10.78.0.1" + node));
        LockSupport.parkNanos(WATCHED.toNanos());
        found.apart = backend.mostApart();
        found.others = backend.mostOfOthers();
        found.sum = backend.mostOfLate();
        move(node, "near");
        found.healedSeconds = awaitMerged(fleet);
        found.wholeSeconds = awaitWhole(backend);
        found.tooMany = backend.tooMany();
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.quiet(i);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            long[] counts = fleet.counted(i);
            found.lost += counts[1];
            found.twice += counts[2];
            found.leaked = Math.max(found.leaked, counts[4] + counts[5]);
        }
        return found;
    }

    /** What was found in one cut. */
    private static final class Found {
        private int apart;
        private int others;
        private int sum;
        private long tooMany;
        private double wholeSeconds;
        private double healedSeconds;
        private long leaked;
        private long lost;
        private long twice;
    }

    private static List<String> broken(String policy, Found found) {
        List<String> broken = new ArrayList<>();
        switch (policy) {
            case "share" -> {
                check(broken, found.apart >= 1 && found.apart <= SHARE_OF_ONE, "the part of one uses its share");
                check(broken, found.others >= 1 && found.others <= SHARE_OF_TWO, "the part of two uses its share");
                check(broken, found.tooMany == 0, "never more than the slots");
            }
            case "closed" -> {
                check(broken, found.apart == 0, "the part of one admits nobody");
                check(broken, found.others >= 1, "the part of two admits");
                check(broken, found.tooMany == 0, "never more than the slots");
            }
            default -> {
                check(broken, found.apart > SHARE_OF_ONE && found.apart <= SLOTS, "the part of one uses the slots");
                check(broken, found.others == SLOTS && found.sum <= 2 * SLOTS, "the slots once for each part");
            }
        }
        check(broken, found.healedSeconds < MOST_HEALING.toSeconds(), "it heals, told as merged");
        check(broken, found.wholeSeconds < MOST_HEALING.toSeconds(), "after that all slots and no more");
        check(broken, found.leaked == 0 && found.lost == 0 && found.twice == 0, "nothing leaked, lost, told twice");
        return broken;
    }

    private static void check(List<String> broken, boolean holds, String promise) {
        if (!holds) {
            broken.add(promise);
        }
    }

    /** Until each sees all, and one has been told that it was cut off and is back. */
    private static double awaitMerged(Fleet fleet) throws IOException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < MOST_HEALING.toNanos()) {
            long all = 0;
            long merged = 0;
            for (int i = 0; i < Fleet.NODES; i++) {
                long[] seen = fleet.seen(i);
                all += seen[0];
                merged += seen[1];
            }
            if (all == (long) Fleet.NODES * Fleet.NODES && merged > 0) {
                break;
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Until all slots are in use at once, and no more, for a while: what was had beyond them apart is worked off. */
    private static double awaitWhole(CountingBackend backend) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < MOST_HEALING.toNanos()) {
            backend.watch();
            LockSupport.parkNanos(WATCHED.toNanos());
            if (backend.mostOfLate() == SLOTS) {
                break;
            }
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Plugs a node into one of two bridges. */
    private static void move(int node, String bridge) throws IOException, InterruptedException {
        int status = new ProcessBuilder("ip", "link", "set", "c" + node, "master", bridge)
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("node n" + node + " was not moved to " + bridge);
        }
    }
}
