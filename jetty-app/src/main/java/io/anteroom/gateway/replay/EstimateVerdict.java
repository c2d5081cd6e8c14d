// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads the results of {@code bench/estimate}, shows them side by side, and says whether they are good enough. */
public final class EstimateVerdict {
    private static final String SUFFIX = ".json";
    private static final double COVERAGE_LOW = 0.75;
    private static final double COVERAGE_HIGH = 0.85;
    private static final double CELL_COVERAGE = 0.70;
    private static final double BIAS_LOW = 0.85;
    private static final double BIAS_HIGH = 1.15;
    private static final double BETTER = 0.20;

    private final Map<String, JsonNode> runs = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    private EstimateVerdict() {}

    /** What an order must reach over all loads: the median error at most, the share within at least. */
    private record Goal(String order, double error, double within, boolean beatsNaive) {
        static final List<Goal> ALL =
                List.of(new Goal("fifo", 0.15, 0.85, false), new Goal("weighted", 0.42, 0.60, true));
    }

    /** Judges the results in a folder; the exit code is 1 if they fall short. */
    public static void main(String[] args) throws IOException {
        System.exit(run(Path.of(args[0]), System.out) ? 0 : 1);
    }

    static boolean run(Path folder, PrintStream out) throws IOException {
        EstimateVerdict verdict = new EstimateVerdict();
        verdict.read(folder);
        verdict.table(out);
        verdict.judge();
        verdict.failures.forEach(failure -> out.println("short: " + failure));
        out.println(verdict.figures());
        return verdict.failures.isEmpty();
    }

    private void read(Path folder) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                String name = file.getFileName().toString();
                runs.put(name.substring(0, name.length() - SUFFIX.length()), mapper.readTree(file.toFile()));
            }
        }
    }

    private void table(PrintStream out) {
        out.printf(
                "%n%-14s %7s | %7s %7s | %8s %8s | %8s %6s | %s%n",
                "run", "told", "error", "within", "pos/rate", "within", "80 %", "bias", "client late by");
        runs.forEach((name, run) -> {
            JsonNode estimate = run.path("estimate");
            out.printf(
                    Locale.ROOT,
                    "%-14s %7d | %5.1f %% %5.1f %% | %6.1f %% %6.1f %% | %6.1f %% x%5.2f | %.2f s%n",
                    name,
                    estimate.path("told").asInt(),
                    100 * estimate.path("mdape").asDouble(),
                    100 * estimate.path("within").asDouble(),
                    100 * estimate.path("naive_mdape").asDouble(),
                    100 * estimate.path("naive_within").asDouble(),
                    100 * estimate.path("coverage80").asDouble(),
                    estimate.path("bias").asDouble(),
                    run.path("client_lag_p99").asDouble());
        });
        out.println("error, pos/rate: median absolute percentage error of ours and of position by rate; 80 %: how often"
                + " the range held");
    }

    private void judge() {
        require(!runs.isEmpty(), "no results");
        for (Goal goal : Goal.ALL) {
            List<JsonNode> cells = cells(goal.order());
            if (cells.isEmpty()) {
                continue;
            }
            double error = mean(cells, "mdape");
            double naive = mean(cells, "naive_mdape");
            require(error <= goal.error(), goal.order() + ": " + figure("error", error, goal.error()));
            double within = mean(cells, "within");
            require(within >= goal.within(), goal.order() + ": " + figure("within", within, goal.within()));
            require(
                    !goal.beatsNaive() || error <= (1 - BETTER) * naive,
                    goal.order() + ": " + figure("error", error, (1 - BETTER) * naive) + " by position / rate");
        }
        double overall = coverage();
        require(
                overall >= COVERAGE_LOW && overall <= COVERAGE_HIGH,
                figure("the range of 80 % holds", overall, COVERAGE_LOW) + " to 85.0 %");
        runs.forEach((name, run) -> {
            double coverage = run.path("estimate").path("coverage80").asDouble();
            require(coverage >= CELL_COVERAGE, name + ": " + figure("the range holds", coverage, CELL_COVERAGE));
            double bias = run.path("estimate").path("bias").asDouble();
            require(bias >= BIAS_LOW && bias <= BIAS_HIGH, name + ": bias x" + bias + " (expected: 0.85 to 1.15)");
        });
    }

    private List<JsonNode> cells(String order) {
        return runs.entrySet().stream()
                .filter(run -> run.getKey().startsWith(order))
                .map(run -> run.getValue().path("estimate"))
                .toList();
    }

    private static double mean(List<JsonNode> cells, String figure) {
        return cells.stream()
                .mapToDouble(cell -> cell.path(figure).asDouble())
                .average()
                .orElse(Double.NaN);
    }

    /** Over all who were told an estimate. */
    private double coverage() {
        double held = 0;
        double told = 0;
        for (JsonNode run : runs.values()) {
            double count = run.path("estimate").path("told").asDouble();
            told += count;
            held += count * run.path("estimate").path("coverage80").asDouble();
        }
        return told == 0 ? 0 : held / told;
    }

    private static String figure(String what, double is, double expected) {
        return String.format(Locale.ROOT, "%s %.1f %% (expected: %.1f %%)", what, 100 * is, 100 * expected);
    }

    private void require(boolean good, String otherwise) {
        if (!good) {
            failures.add(otherwise);
        }
    }

    /** One line. */
    private String figures() {
        StringBuilder line = new StringBuilder("estimate: ");
        for (Goal goal : Goal.ALL) {
            List<JsonNode> cells = cells(goal.order());
            line.append(String.format(
                    Locale.ROOT,
                    "%s error %.1f %% (position / rate %.1f %%), within %.1f %%; ",
                    goal.order(),
                    100 * mean(cells, "mdape"),
                    100 * mean(cells, "naive_mdape"),
                    100 * mean(cells, "within")));
        }
        line.append(String.format(Locale.ROOT, "range holds %.1f %%: ", 100 * coverage()));
        return line.append(failures.isEmpty() ? "holds" : "falls short").toString();
    }
}
