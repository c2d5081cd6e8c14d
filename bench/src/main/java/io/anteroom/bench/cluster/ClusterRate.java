// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** What three nodes get out of one shared pool, beside one call for each command. */
final class ClusterRate {
    /**
     * All of them are being handed over all the time, so that this over the rate is the mean time of one: more of them
     * give larger batches and a higher rate, fewer give shorter times.
     */
    private static final int SLOTS = 72;

    private static final double LEAST_RATIO = 5;
    private static final double LEAST_RATE = 50_000;
    private static final double MOST_P50_MILLIS = 1;
    private static final double MOST_HANDOVER_MILLIS = 5;
    private static final double LEAST_HANDOVERS = 1000;
    private static final double NANOS_PER_MILLI = 1e6;

    /** Read off of a round: admissions, calls, failures, time, processor time. */
    private static final int FIGURES = 5;

    private static final Duration SETTLE = Duration.ofMillis(200);

    private final boolean isQuick;
    private final Fleet fleet = new Fleet().of(RateGuest.class);
    private boolean holds = true;

    private ClusterRate(boolean isQuick) throws IOException {
        this.isQuick = isQuick;
        fleet.with("-Xmx512m", "-XX:+UseSerialGC");
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        System.exit(new ClusterRate(List.of(args).contains("--quick")).run() ? 0 : 1);
    }

    private boolean run() throws IOException {
        try (fleet) {
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.start(i);
            }
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.awaitReady(i);
            }
            StringBuilder told = new StringBuilder("cluster-rate:");
            for (int waiting : isQuick ? new int[] {1000} : new int[] {1000, 10_000}) {
                told.append(rates(waiting)).append(';');
            }
            told.append(handOver(1000));
            System.out.println(told.append(holds ? ": holds" : ": falls short"));
            return holds;
        }
    }

    private String rates(int waiting) throws IOException {
        fill("batched", waiting);
        fill("single", waiting);
        Duration time = Duration.ofMillis(isQuick ? 2000 : 5000);
        // Until there is not much left to compile.
        round("single", waiting, time);
        round("batched", waiting, time.multipliedBy(6));
        int rounds = isQuick ? 3 : 7;
        List<Round> single = new ArrayList<>();
        List<Round> batched = new ArrayList<>();
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            single.add(round("single", waiting, time));
            batched.add(round("batched", waiting, time));
            ratios[i] = batched.get(i).rate() / single.get(i).rate();
        }
        double ratio = median(ratios);
        double rate = median(batched.stream().mapToDouble(Round::rate).toArray());
        double p50 = median(batched.stream().mapToDouble(one -> one.millis(0.5)).toArray());
        long failures = batched.get(rounds - 1).failures + single.get(rounds - 1).failures;
        holds &= ratio >= LEAST_RATIO && rate >= LEAST_RATE && p50 < MOST_P50_MILLIS && failures == 0;
        return String.format(
                Locale.ROOT,
                " %,d waiting: %,.0f admissions/s (at least %,.0f), an offer decided after p50 %.2f ms (under %.0f),"
                        + " p99 %.2f ms, a slot given to the next after %.2f ms in the mean, %.1fx single calls, %,.0f/s"
                        + " (at least %.0fx), %d failed (0)",
                waiting,
                rate,
                LEAST_RATE,
                p50,
                MOST_P50_MILLIS,
                median(batched.stream().mapToDouble(one -> one.millis(0.99)).toArray()),
                SLOTS * 1000 / rate,
                ratio,
                median(single.stream().mapToDouble(Round::rate).toArray()),
                LEAST_RATIO,
                failures);
    }

    private void fill(String arm, int waiting) throws IOException {
        int all = waiting + SLOTS;
        for (int i = 0; i < Fleet.NODES; i++) {
            int share = all * (i + 1) / Fleet.NODES - all * i / Fleet.NODES;
            fleet.say(i, "fill " + arm + " " + waiting + " " + share + " " + SLOTS);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.numbers(i, "filled");
        }
    }

    private Round round(String arm, int waiting, Duration time) throws IOException {
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.say(i, "run " + arm + " " + waiting + " " + time.toMillis());
        }
        Round round = new Round();
        for (int i = 0; i < Fleet.NODES; i++) {
            round.add(fleet.numbers(i, "ran "));
        }
        System.out.printf(Locale.ROOT, "%,d waiting, %s: %s%n", waiting, arm, round);
        LockSupport.parkNanos(SETTLE.toNanos());
        return round;
    }

    private String handOver(int waiting) throws IOException {
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.say(i, "line " + waiting / Fleet.NODES);
        }
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.numbers(i, "filled");
        }
        LockSupport.parkNanos(Duration.ofMillis(isQuick ? 2000 : 5000).toNanos());
        Duration time = Duration.ofMillis(isQuick ? 6000 : 30_000);
        for (int i = 0; i < Fleet.NODES; i++) {
            fleet.say(i, "pace " + time.toMillis());
        }
        HandOvers seen = new HandOvers();
        long refused = 0;
        for (int i = 0; i < Fleet.NODES; i++) {
            refused += fleet.numbers(i, "refused ")[0];
            seen.add(i, fleet.numbers(i, "paced "));
        }
        double[] millis = seen.betweenNodes();
        double rate = seen.all() / (time.toNanos() / 1e9);
        double p99 = quantile(millis, 0.99);
        holds &= p99 < MOST_HANDOVER_MILLIS && rate >= LEAST_HANDOVERS && refused == 0;
        return String.format(
                Locale.ROOT,
                " hand-over between nodes at %,.0f/s (at least %,.0f) p50 %.2f ms, p99 %.2f ms (under %.0f) of %,d,"
                        + " %d refused (0)",
                rate,
                LEAST_HANDOVERS,
                quantile(millis, 0.5),
                p99,
                MOST_HANDOVER_MILLIS,
                millis.length,
                refused);
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
    }

    private static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /** What all nodes counted in one round. */
    private static final class Round {
        private final Map<Long, Long> times = new TreeMap<>();
        private double rate;
        private double calls;
        private double processors;
        private long failures;

        void add(long[] counted) {
            rate += counted[0] * 1e9 / counted[3];
            calls += counted[1] * 1e9 / counted[3];
            failures += counted[2];
            processors += (double) counted[4] / counted[3];
            for (int i = FIGURES; i < counted.length; i += 2) {
                times.merge(counted[i], counted[i + 1], Long::sum);
            }
        }

        double rate() {
            return rate;
        }

        double millis(double q) {
            long all = times.values().stream().mapToLong(Long::longValue).sum();
            long seen = 0;
            for (Map.Entry<Long, Long> one : times.entrySet()) {
                seen += one.getValue();
                if (seen >= q * all) {
                    return one.getKey() / NANOS_PER_MILLI;
                }
            }
            return Double.NaN;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,.0f admissions/s, an offer decided after p50 %.2f, p99 %.2f ms, %.2f processors, %.1f us of them"
                            + " each%s",
                    rate,
                    millis(0.5),
                    millis(0.99),
                    processors,
                    processors * 1e6 / rate,
                    calls > 0 ? String.format(Locale.ROOT, ", %.2f calls each", calls / rate) : "");
        }
    }
}
