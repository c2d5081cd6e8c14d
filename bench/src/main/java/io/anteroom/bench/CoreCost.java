// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the two JMH benchmarks in alternating rounds, each in a fresh JVM, and judges the medians of the ratios within a
 * round: what slows the machine down for a while then slows both sides of a ratio.
 */
final class CoreCost {
    private static final double MOST_BESIDE_RESILIENCE4J = 5;
    private static final double MOST_BESIDE_A_SHORT_QUEUE = 2.5;
    private static final String SHORT = "pool/1000";
    private static final String LONG = "pool/100000";

    private final boolean quick;
    private final Map<String, List<Double>> cpu = new LinkedHashMap<>();
    private final Map<String, List<Double>> elapsed = new LinkedHashMap<>();

    private CoreCost(boolean quick) {
        this.quick = quick;
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws RunnerException {
        boolean quick = List.of(args).contains("--quick");
        CoreCost cost = new CoreCost(quick);
        for (int round = 0; round < (quick ? 1 : 5); round++) {
            cost.round();
        }
        System.exit(cost.report() ? 0 : 1);
    }

    private void round() throws RunnerException {
        run(
                quick ? "AdmitRelease.*\\.(anteroom|resilience4j|netflix|clockTwice)" : "AdmitRelease.*",
                new String[0],
                quick ? 2 : 3);
        run("EnqueueGrant.*\\.pool", quick ? new String[] {"1000", "100000"} : all(), quick ? 5 : 8);
        if (!quick) {
            run("EnqueueGrant.*\\.(machine|contended)", all(), 5);
        }
    }

    private static String[] all() {
        return new String[] {"0", "1000", "100000"};
    }

    private void run(String benchmarks, String[] waiting, int warmups) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(benchmarks)
                .forks(1)
                // Compiled code is waited for: on a busy machine a short warm-up would not see it.
                .jvmArgsAppend("-Xbatch")
                .warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(quick ? 500 : 1000))
                .measurementIterations(quick ? 2 : 3)
                .measurementTime(TimeValue.milliseconds(quick ? 500 : 1000))
                .addProfiler(CpuTime.class)
                .verbosity(VerboseMode.SILENT);
        if (waiting.length > 0) {
            options.param("waiting", waiting);
        }
        note(new Runner(options.build()).run());
    }

    private void note(Collection<RunResult> results) {
        for (RunResult result : results) {
            String name = result.getPrimaryResult().getLabel();
            String waiting = result.getParams().getParam("waiting");
            String label = waiting == null ? name : name + "/" + waiting;
            double cpuNanos = CpuTime.of(result);
            double nanos = result.getPrimaryResult().getScore();
            cpu.computeIfAbsent(label, unseen -> new ArrayList<>()).add(cpuNanos);
            elapsed.computeIfAbsent(label, unseen -> new ArrayList<>()).add(nanos);
            System.out.printf(Locale.ROOT, "  %-18s %,10.1f ns, processor %,10.1f ns%n", label, nanos, cpuNanos);
        }
    }

    private boolean report() {
        System.out.println("medians per operation:");
        cpu.forEach((label, values) -> System.out.printf(
                Locale.ROOT,
                "  %-18s %,10.1f ns, processor %,10.1f ns%n",
                label,
                median(elapsed.getOrDefault(label, List.of())),
                median(values)));
        double beside = ratio("anteroom", "resilience4j");
        double deep = ratio(LONG, SHORT);
        boolean holds = beside <= MOST_BESIDE_RESILIENCE4J && deep <= MOST_BESIDE_A_SHORT_QUEUE;
        System.out.printf(
                Locale.ROOT,
                "core-cost: admit + release %.2fx resilience4j (at most %.1fx; Netflix %.2fx, reading the clock twice %.2fx), "
                        + "enqueue + grant at 100,000 waiting %.2fx that at 1,000 (at most %.1fx): %s%n",
                beside,
                MOST_BESIDE_RESILIENCE4J,
                ratio("netflix", "resilience4j"),
                ratio("clockTwice", "resilience4j"),
                deep,
                MOST_BESIDE_A_SHORT_QUEUE,
                holds ? "holds" : "falls short");
        return holds;
    }

    /** The median over the rounds of one's processor time in parts of the other's. */
    private double ratio(String one, String other) {
        List<Double> ones = cpu.getOrDefault(one, List.of());
        List<Double> others = cpu.getOrDefault(other, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ones.size(); i++) {
            ratios.add(ones.get(i) / others.get(i));
        }
        return median(ratios);
    }

    private static double median(List<Double> values) {
        return Sample.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
