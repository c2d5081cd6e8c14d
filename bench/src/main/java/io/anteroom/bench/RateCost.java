// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmark of the rate limits in rounds of fresh JVMs and judges the medians of the ratios within a round.
 */
final class RateCost {
    private static final double MOST_BESIDE_BUCKET4J = 4;
    /** Bytes: what a measurement of the allocation of a busy JVM is uncertain by. */
    private static final double MORE_BYTES = 16;

    private static final String BARE = "bucket4j";
    private static final String FEW = "anteroom/100";
    private static final String MANY = "anteroom/100000";

    private final boolean quick;
    private final Map<String, List<Double>> cpu = new LinkedHashMap<>();
    private final Map<String, List<Double>> bytes = new LinkedHashMap<>();

    private RateCost(boolean quick) {
        this.quick = quick;
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws RunnerException {
        RateCost cost = new RateCost(List.of(args).contains("--quick"));
        for (int round = 0; round < (cost.quick ? 1 : 5); round++) {
            cost.round();
        }
        System.exit(cost.report() ? 0 : 1);
    }

    private void round() throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include("RateBenchmark")
                .forks(1)
                // Compiled code is waited for: on a busy machine a short warm-up would not see it.
                .jvmArgsAppend("-Xbatch")
                .warmupIterations(quick ? 3 : 5)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(quick ? 2 : 4)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(CpuTime.class)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
        for (RunResult result : new Runner(options.build()).run()) {
            note(result);
        }
    }

    private void note(RunResult result) {
        String name = result.getPrimaryResult().getLabel();
        String keys = result.getParams().getParam("keys");
        String label = keys == null ? name : name + "/" + keys;
        double nanos = CpuTime.of(result);
        double allocated = allocated(result);
        cpu.computeIfAbsent(label, unseen -> new ArrayList<>()).add(nanos);
        bytes.computeIfAbsent(label, unseen -> new ArrayList<>()).add(allocated);
        System.out.printf(Locale.ROOT, "  %-16s processor %,8.1f ns, %,6.0f bytes%n", label, nanos, allocated);
    }

    @SuppressWarnings("rawtypes") // As JMH declares it.
    private static double allocated(RunResult result) {
        for (var entry : result.getSecondaryResults().entrySet()) {
            if (entry.getKey().contains("gc.alloc.rate.norm")) {
                return entry.getValue().getScore();
            }
        }
        throw new IllegalStateException("no figure of allocation");
    }

    private boolean report() {
        double few = ratio(FEW);
        double many = ratio(MANY);
        double more = median(bytes.getOrDefault(MANY, List.of())) - median(bytes.getOrDefault(FEW, List.of()));
        boolean holds = few <= MOST_BESIDE_BUCKET4J && more <= MORE_BYTES;
        System.out.printf(
                Locale.ROOT,
                "rate-cost: key, address and model at once %.2fx a bare bucket (at most %.0fx; %.2fx with 100,000 keys, whose "
                        + "buckets no cache holds), %+.0f bytes each with 100,000 keys instead of 100 (at most +%.0f): %s%n",
                few,
                MOST_BESIDE_BUCKET4J,
                many,
                more,
                MORE_BYTES,
                holds ? "holds" : "falls short");
        return holds;
    }

    private double ratio(String label) {
        List<Double> ours = cpu.getOrDefault(label, List.of());
        List<Double> bare = cpu.getOrDefault(BARE, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / bare.get(i));
        }
        return median(ratios);
    }

    private static double median(List<Double> values) {
        return Sample.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
