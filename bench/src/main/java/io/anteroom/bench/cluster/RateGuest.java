// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.hazelcast.BatchedArm;
import io.anteroom.hazelcast.ClusterNode;
import io.anteroom.hazelcast.HazelcastPools;
import io.anteroom.hazelcast.RateArm;
import io.anteroom.hazelcast.RateGauge;
import io.anteroom.hazelcast.SingleArm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * One node with its part of the crowds, in a JVM of its own. On its input {@code fill ARM WAITING COUNT SLOTS} has so
 * many ask at a pool for that, {@code run ARM WAITING MILLIS} has those who are let in leave and be followed by others
 * for so long and says what was counted; {@code line COUNT} has so many ask at a pool with one slot, {@code pace
 * MILLIS} watches that for so long and says how many were refused since the beginning, and when it was given back and
 * given.
 */
final class RateGuest {
    private static final int KEYS = 8;
    private static final int THREADS = 4;
    private static final Duration LEAD_IN = Duration.ofMillis(300);

    private final ClusterNode node;
    private final Map<String, RateArm> arms = new HashMap<>();
    private final Map<String, RateGauge> gauges = new HashMap<>();

    private RateGuest(ClusterNode node) {
        this.node = node;
    }

    /** Node, address, addresses of all. */
    public static void main(String[] args) throws Exception {
        RateGuest guest = new RateGuest(
                ClusterNode.join(ClusterGuest.settings(args[0], args[1], args[2], "share"), notice -> {}));
        System.out.println("ready");
        guest.obey();
        Runtime.getRuntime().halt(0);
    }

    private void obey() throws IOException, InterruptedException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Line line = null;
        for (String said = input.readLine(); said != null; said = input.readLine()) {
            String[] words = said.split(" ");
            if (words[0].equals("fill")) {
                fill(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]));
                System.out.println("filled");
            } else if (words[0].equals("run")) {
                System.out.println("ran " + joined(run(words[1] + words[2], millis(words[3]))));
            } else if (words[0].equals("line")) {
                PoolSettings one =
                        settings(Line.KEYS).withCallers(new CallerLimits(Integer.MAX_VALUE, 1), CallerLimits.UNLIMITED);
                line = new Line(new HazelcastPools(node).open("line", one));
                line.fill(Integer.parseInt(words[1]));
                System.out.println("filled");
            } else if (line != null) {
                String noted = joined(line.watch(millis(words[1])));
                System.out.println("refused " + line.refused());
                System.out.println("paced " + noted);
            }
        }
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    private static String joined(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** Nobody's wait ends but by a slot. */
    private static PoolSettings settings(int slots) {
        PoolSettings plain = PoolSettings.ofSlots(slots).withEarlyRefusal(false);
        return plain.withQueue(100_000, plain.maxWaitingBytes())
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED);
    }

    private List<Arrival> arrivals() {
        List<Arrival> all = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            Caller caller = Caller.of("key-" + node.name() + "-" + i, "ip-" + node.name());
            all.add(Arrival.of(caller, Priority.NORMAL).withLongestWait(Duration.ofDays(1)));
        }
        return all;
    }

    private void fill(String arm, String waiting, int count, int slots) throws InterruptedException {
        RateGauge gauge = new RateGauge();
        String pool = arm + waiting;
        RateArm made = arm.equals("batched")
                ? new BatchedArm(node, pool, settings(slots), arrivals(), gauge)
                : new SingleArm(node, pool, settings(slots), arrivals(), THREADS, Fleet.NODES, gauge);
        gauges.put(pool, gauge);
        arms.put(pool, made);
        made.fill(count);
    }

    private List<Long> run(String pool, Duration time) {
        RateGauge gauge = gauges.get(pool);
        RateArm arm = arms.get(pool);
        if (gauge == null || arm == null) {
            throw new IllegalStateException(pool + " has not been filled");
        }
        gauge.turn(true);
        arm.go();
        LockSupport.parkNanos(LEAD_IN.toNanos());
        gauge.reset();
        LockSupport.parkNanos(time.toNanos());
        List<Long> counted = gauge.read();
        gauge.turn(false);
        return counted;
    }
}
