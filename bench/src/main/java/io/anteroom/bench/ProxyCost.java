// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;

/** What a streaming proxy costs: this gateway, nginx and HAProxy, beside the backend itself, in alternating rounds. */
final class ProxyCost {
    private static final int CLIENTS = 4;
    private static final int STREAMS = 200;
    private static final int REQUESTS_PER_SECOND = 1000;
    private static final int WARM_UP = 5000;
    /** A quick look has no time to wait for the last method to be compiled. */
    private static final Duration QUICK_WARM_UP = Duration.ofSeconds(18);

    private static final double LEVEL = 0.97;
    private static final double MOST_ADDED_MILLIS = 2;
    private static final double LEAST_RATIO = 0.9;

    /** What is measured of each target in each round. */
    private enum Figure {
        /** The 99th percentile of the time to the first byte, in milliseconds, at a steady rate. */
        FIRST_BYTE,
        /** The same from clients that ask again at once, so that there is always more to do than processors. */
        BUSY_FIRST_BYTE,
        /** Tokens a second of many streams of 50 a second. */
        PACED,
        /** The same of streams of 100 a second. */
        FAST_PACED,
        /** Bytes a second of streams that are as fast as they can be. */
        UNPACED
    }

    /** What an effort is: its figure, and the processor time that the proxy used for one request, token or megabyte. */
    private record Measured(double figure, double usedMicros) {}

    private final CostTargets targets;
    private final boolean isQuick;
    private final Map<String, List<Map<Figure, Measured>>> rounds = new LinkedHashMap<>();

    private ProxyCost(CostTargets targets, boolean isQuick) {
        this.targets = targets;
        this.isQuick = isQuick;
        targets.names().forEach(name -> rounds.put(name, new ArrayList<>()));
    }

    /** Prints the figures; exit status 1 if one of the gateway's falls short. Takes a directory to work in. */
    public static void main(String[] args) throws Exception {
        try (CostTargets targets = CostTargets.start(Path.of(args[0]))) {
            boolean holds = new ProxyCost(targets, List.of(args).contains("--quick")).run();
            System.exit(holds ? 0 : 1);
        }
    }

    private boolean run() throws Exception {
        for (String name : targets.names()) {
            warmUp(name);
        }
        int count = isQuick ? 5 : 15;
        for (int round = 0; round < count; round++) {
            List<String> names = new ArrayList<>(targets.names());
            Collections.rotate(names, round);
            Map<String, Map<Figure, Measured>> all = new LinkedHashMap<>();
            for (Figure figure : figures(round)) {
                for (String name : names) {
                    all.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(figure, measure(figure, name));
                }
            }
            all.forEach((name, figures) -> of(rounds, name).add(figures));
            tell();
        }
        return judge();
    }

    /** Goes on until the proxy is loaded and compiled: until a request takes no less processor time than before. */
    private void warmUp(String name) throws Exception {
        boolean isCompiled = name.equals(CostTargets.GATEWAY);
        int most = isCompiled ? 40 : 1;
        long begin = System.nanoTime();
        double before = Double.MAX_VALUE;
        for (int block = 0, level = 0; block < most && level < 4; block++) {
            if (isQuick && System.nanoTime() - begin > QUICK_WARM_UP.toNanos()) {
                break;
            }
            double used = firstBytes(name, WARM_UP, 0).usedMicros();
            level = used > before * LEVEL ? level + 1 : 0;
            before = Math.min(before, used);
        }
        Measured unused = unpaced(name, isQuick ? 16 : 128);
        for (int i = 0; isCompiled && i < (isQuick ? 1 : 2); i++) {
            Measured tokens = paced(name, 100, 1);
            System.out.printf(Locale.ROOT, "warm: %.0f us a request, %.0f us a token%n", before, tokens.usedMicros());
        }
    }

    private Measured measure(Figure figure, String name) throws Exception {
        return switch (figure) {
            case FIRST_BYTE -> firstBytes(name, isQuick ? 800 : 4000, REQUESTS_PER_SECOND);
            case BUSY_FIRST_BYTE -> firstBytes(name, isQuick ? 800 : 4000, 0);
            case PACED -> paced(name, 50, isQuick ? 1 : 5);
            case FAST_PACED -> paced(name, 100, isQuick ? 1 : 5);
            case UNPACED -> unpaced(name, isQuick ? 16 : 32);
        };
    }

    /** In a hurry everything but the first byte, which chance moves most, is looked at once. */
    private Set<Figure> figures(int round) {
        return isQuick && round > 0 ? EnumSet.of(Figure.FIRST_BYTE) : EnumSet.allOf(Figure.class);
    }

    private void tell() {
        rounds.forEach((name, all) -> {
            Map<Figure, Measured> last = all.get(all.size() - 1);
            double firstByte = of(last, Figure.FIRST_BYTE).figure();
            if (last.size() == 1) {
                System.out.printf(Locale.ROOT, "  %-8s first byte p99 %.2f ms%n", name, firstByte);
                return;
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %-8s first byte p99 %.2f ms (busy %.2f); %.0f tokens/s; %.0f MB/s%n",
                    name,
                    firstByte,
                    of(last, Figure.BUSY_FIRST_BYTE).figure(),
                    of(last, Figure.FAST_PACED).figure(),
                    of(last, Figure.UNPACED).figure() / 1e6);
        });
    }

    private boolean judge() {
        for (String name : CostTargets.PROXIES) {
            System.out.printf(
                    Locale.ROOT,
                    "%-8s first byte p99 %+.2f ms (busy %+.2f); of direct: paced %.2f, fast paced %.2f, unpaced %.2f; "
                            + "processor: %.0f us a request, %.0f us a token, %.0f us a megabyte%n",
                    name,
                    added(name, Figure.FIRST_BYTE),
                    added(name, Figure.BUSY_FIRST_BYTE),
                    ratio(name, Figure.PACED),
                    ratio(name, Figure.FAST_PACED),
                    ratio(name, Figure.UNPACED),
                    used(name, Figure.BUSY_FIRST_BYTE),
                    used(name, Figure.FAST_PACED),
                    used(name, Figure.UNPACED));
        }
        double added = added(CostTargets.GATEWAY, Figure.FIRST_BYTE);
        double paced = ratio(CostTargets.GATEWAY, Figure.PACED);
        double fast = ratio(CostTargets.GATEWAY, Figure.FAST_PACED);
        boolean holds = added < MOST_ADDED_MILLIS && Math.min(paced, fast) >= LEAST_RATIO;
        System.out.printf(
                Locale.ROOT,
                "proxy-cost: first byte p99 %+.2f ms (under %.0f); %d long streams at 50 and 100 tokens/s %.2f and %.2f "
                        + "of direct (at least %.1f): %s; without a pace %.2f (nginx %.2f, HAProxy %.2f)%n",
                added,
                MOST_ADDED_MILLIS,
                STREAMS,
                paced,
                fast,
                LEAST_RATIO,
                holds ? "holds" : "falls short",
                ratio(CostTargets.GATEWAY, Figure.UNPACED),
                ratio("nginx", Figure.UNPACED),
                ratio("haproxy", Figure.UNPACED));
        return holds;
    }

    /** The median of the differences within a round. */
    private double added(String name, Figure figure) {
        return overRounds(name, figure, (own, direct) -> own - direct);
    }

    private double ratio(String name, Figure figure) {
        return overRounds(name, figure, (own, direct) -> own / direct);
    }

    private double overRounds(String name, Figure figure, DoubleBinaryOperator compared) {
        List<Double> values = new ArrayList<>();
        List<Map<Figure, Measured>> own = of(rounds, name);
        List<Map<Figure, Measured>> direct = of(rounds, CostTargets.DIRECT);
        for (int round = 0; round < own.size(); round++) {
            if (!own.get(round).containsKey(figure)) {
                continue;
            }
            values.add(compared.applyAsDouble(
                    of(own.get(round), figure).figure(),
                    of(direct.get(round), figure).figure()));
        }
        return median(values);
    }

    private double used(String name, Figure figure) {
        return median(of(rounds, name).stream()
                .filter(round -> round.containsKey(figure))
                .map(round -> of(round, figure).usedMicros())
                .toList());
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /**
     * The 99th percentile of the time to the first byte of a body.
     *
     * @param perSecond how many there are in a second, each counted from its moment on; 0 for as many as can be
     */
    private Measured firstBytes(String name, int requests, int perSecond) throws Exception {
        int each = requests / CLIENTS;
        long pause = perSecond == 0 ? 0 : 1_000_000_000L * CLIENTS / perSecond;
        long begin = System.nanoTime();
        long used = targets.usedNanos(name);
        List<long[]> all = together(CLIENTS, client -> () -> {
            long[] nanos = new long[each];
            try (CostClient connection = new CostClient(targets.port(name))) {
                for (int i = 0; i < each; i++) {
                    long due = begin + pause * i + pause * client / CLIENTS;
                    long late = pause == 0 ? 0 : awaited(due);
                    nanos[i] = late + connection.firstByte("/first");
                }
            }
            return nanos;
        });
        long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Measured(sorted[(int) (sorted.length * 0.99)] / 1e6, used(name, used) / sorted.length);
    }

    /** Waits for a moment; by how much it is over. */
    private static long awaited(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return System.nanoTime() - due;
    }

    /** How many tokens a second all streams together get. */
    private Measured paced(String name, int perSecond, int seconds) throws Exception {
        int tokens = perSecond * seconds;
        long used = targets.usedNanos(name);
        List<Long> took = together(STREAMS, client -> () -> {
            try (CostClient connection = new CostClient(targets.port(name))) {
                return connection.streamed("/paced/" + tokens + "/" + perSecond);
            }
        });
        double rate = took.stream().mapToDouble(nanos -> tokens * 1e9 / nanos).sum();
        return new Measured(rate, used(name, used) / ((double) tokens * STREAMS));
    }

    /** What all clients together get of streams that are as fast as they can be. */
    private Measured unpaced(String name, int megabytes) throws Exception {
        long used = targets.usedNanos(name);
        long start = System.nanoTime();
        List<Long> bytes = together(CLIENTS, client -> () -> {
            try (CostClient connection = new CostClient(targets.port(name))) {
                return connection.whole("/long/" + megabytes);
            }
        });
        double all = bytes.stream().mapToLong(Long::longValue).sum();
        return new Measured(all / ((System.nanoTime() - start) / 1e9), used(name, used) / (all / 1e6));
    }

    private double used(String name, long before) {
        return (targets.usedNanos(name) - before) / 1e3;
    }

    private static <T> List<T> together(int clients, IntFunction<Callable<T>> client) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(client.apply(i)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static <K, V> V of(Map<K, V> values, K key) {
        return Objects.requireNonNull(values.get(key), key.toString());
    }
}
