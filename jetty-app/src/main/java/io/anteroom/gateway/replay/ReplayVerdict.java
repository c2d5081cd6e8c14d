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

/** Reads the results of {@code bench/replay-azure}, shows them side by side, and says whether they are good enough. */
public final class ReplayVerdict {
    private static final double BUSY = 0.995;
    private static final double JAIN_IN_LEVEL = 0.97;
    private static final double FEWER_EXPIRED = 0.75;
    private static final double LESS_SERVED = 0.015;
    private static final double LATE_SECONDS = 0.5;
    private static final String SUFFIX = ".json";

    private final Map<String, JsonNode> runs = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    private ReplayVerdict() {}

    /** Judges the results in a folder; the exit code is 1 if they fall short. */
    public static void main(String[] args) throws IOException {
        System.exit(run(Path.of(args[0]), System.out) ? 0 : 1);
    }

    static boolean run(Path folder, PrintStream out) throws IOException {
        ReplayVerdict verdict = new ReplayVerdict();
        verdict.read(folder);
        verdict.table(out);
        verdict.tellLag(out);
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
                "%n%-18s %7s | %-23s | %-23s | %6s %6s | %5s | %6s | %s%n",
                "run",
                "served",
                "p95 wait s  c/h/n/l",
                "not served %  c/h/n/l",
                "Jain",
                "all",
                "light",
                "busy",
                "estimate: error, within, range holds, bias");
        runs.forEach((name, run) -> out.printf(
                Locale.ROOT,
                "%-18s %6.1f%% | %-23s | %-23s | %6s %6s | %5d | %5.2f%% | %.0f %%, %.0f %%, %.0f %%, x%.2f%n",
                name,
                100 * run.path("served_share").asDouble(),
                levels(
                        run,
                        level -> String.format(
                                Locale.ROOT,
                                "%.1f",
                                run.path("waits_by_level")
                                        .path(level)
                                        .path("p95")
                                        .asDouble())),
                levels(run, level -> String.format(Locale.ROOT, "%.1f", 100 * (1 - servedShare(run, level)))),
                index(run.path("jain_in_level")),
                index(run.path("jain_all")),
                run.path("light_keys_lost").asInt(),
                100 * run.path("busy_while_waiting").asDouble(),
                100 * run.path("estimate").path("mdape").asDouble(),
                100 * run.path("estimate").path("within").asDouble(),
                100 * run.path("estimate").path("coverage80").asDouble(),
                run.path("estimate").path("bias").asDouble()));
        out.println("late: without early refusal. light: requests of light keys that were not served.");
    }

    private static String levels(JsonNode run, java.util.function.UnaryOperator<String> cell) {
        List<String> cells = new ArrayList<>();
        run.path("waits_by_level").fieldNames().forEachRemaining(level -> cells.add(cell.apply(level)));
        return String.join("/", cells);
    }

    private static String index(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "n/a";
    }

    private static double servedShare(JsonNode run, String level) {
        int all = run.path("requests_by_level").path(level).asInt();
        return all == 0
                ? 1
                : run.path("waits_by_level").path(level).path("served").asDouble() / all;
    }

    private void judge() {
        runs.forEach((name, run) -> {
            require(run.path("lost").asInt(-1) == 0, name, "lost " + run.path("lost"));
            require(run.path("over_admissions").asInt(-1) == 0, name, "over-admissions " + run.path("over_admissions"));
            double busy = run.path("busy_while_waiting").asDouble();
            require(busy >= BUSY, name, "busy " + busy + " while anyone waited (expected: at least " + BUSY + ")");
        });
        judgeWeighted("weighted-1.2");
        judgeWeighted("weighted-1.2-late");
        judgeEarlyRefusal();
        JsonNode shed = runs.get("shed-2.0");
        if (shed != null) {
            require(servedShare(shed, "critical") == 1, "shed-2.0", "critical not all served");
            require(servedShare(shed, "high") == 1, "shed-2.0", "high not all served");
        }
    }

    private void judgeWeighted(String name) {
        JsonNode run = runs.get(name);
        if (run == null) {
            return;
        }
        JsonNode expired = run.path("expired_by_level");
        require(expired.path("critical").asInt() == 0, name, "critical expired " + expired.path("critical"));
        require(expired.path("high").asInt() == 0, name, "high expired " + expired.path("high"));
        require(run.path("light_keys_lost").asInt() == 0, name, "light keys lost " + run.path("light_keys_lost"));
        double jain = run.path("jain_in_level").asDouble(1);
        require(jain >= JAIN_IN_LEVEL, name, "Jain in level " + jain + " (expected: at least " + JAIN_IN_LEVEL + ")");
    }

    private void judgeEarlyRefusal() {
        JsonNode early = runs.get("weighted-1.2");
        JsonNode late = runs.get("weighted-1.2-late");
        if (early == null || late == null) {
            return;
        }
        int before = expired(late);
        int after = expired(early);
        require(
                after <= (1 - FEWER_EXPIRED) * before,
                "early refusal",
                after + " expired instead of " + before + " (expected: 75 % fewer)");
        double lost = late.path("served_share").asDouble()
                - early.path("served_share").asDouble();
        require(lost <= LESS_SERVED, "early refusal", "serves " + lost + " less (expected: at most 1.5 points)");
    }

    private static int expired(JsonNode run) {
        int sum = 0;
        for (JsonNode level : run.path("expired_by_level")) {
            sum += level.asInt();
        }
        return sum;
    }

    private void require(boolean good, String run, String otherwise) {
        if (!good) {
            failures.add(run + ": " + otherwise);
        }
    }

    /** What spoils the figures, but is no fault of the gateway. */
    private void tellLag(PrintStream out) {
        runs.forEach((name, run) -> {
            double lag = run.path("client_lag_p99").asDouble();
            if (lag > LATE_SECONDS) {
                out.printf(
                        Locale.ROOT,
                        "note: %s: the client itself was late by %.1f s of trace time; this machine, or its load, wants a"
                                + " lower --speed%n",
                        name,
                        lag);
            }
        });
    }

    /** One line. */
    private String figures() {
        JsonNode run = runs.getOrDefault("weighted-1.2", new ObjectMapper().createObjectNode());
        JsonNode late = runs.getOrDefault("weighted-1.2-late", run);
        int lost = runs.values().stream().mapToInt(r -> r.path("lost").asInt()).sum();
        int over = runs.values().stream()
                .mapToInt(r -> r.path("over_admissions").asInt())
                .sum();
        double busy = runs.values().stream()
                .mapToDouble(r -> r.path("busy_while_waiting").asDouble())
                .min()
                .orElse(0);
        return String.format(
                Locale.ROOT,
                "replay-azure %s: lost %d, over-admissions %d, busy at least %.2f %%, weighted 1.2x: served %.1f %%, "
                        + "Jain in level %s, light keys lost %d, expired %d instead of %d, estimate error %.0f %%",
                failures.isEmpty() ? "ok" : "SHORT",
                lost,
                over,
                100 * busy,
                100 * run.path("served_share").asDouble(),
                index(run.path("jain_in_level")),
                run.path("light_keys_lost").asInt(),
                expired(run),
                expired(late),
                100 * run.path("estimate").path("mdape").asDouble());
    }
}
