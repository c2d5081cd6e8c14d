// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.admission.Priority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A result for people, and for programs. */
public final class ReplayReport {
    private ReplayReport() {}

    /** The table for the terminal. */
    public static String table(ReplayResult result) {
        StringBuilder table = new StringBuilder();
        levels(table, result);
        line(table, "waits are in seconds of trace time, from sending to the start of the work");
        line(table, "");
        figures(table, result);
        estimate(table, result.estimate());
        line(
                table,
                "client            late by %.2f s of trace time at most, in 99 of 100 requests",
                result.clientLag());
        return table.toString();
    }

    private static void levels(StringBuilder table, ReplayResult result) {
        String row = "%-9s %8s %8s %8s %8s | %8s %8s %8s %8s %8s";
        line(
                table,
                row,
                "level",
                "served",
                "p50 s",
                "p95 s",
                "p99 s",
                "expired",
                "refused",
                "rejected",
                "shed",
                "lost");
        for (Priority priority : Priority.values()) {
            Percentiles waits = result.waitsByLevel().getOrDefault(priority, Percentiles.of(new double[0]));
            line(
                    table,
                    row,
                    name(priority),
                    waits.count(),
                    seconds(waits.p50()),
                    seconds(waits.p95()),
                    seconds(waits.p99()),
                    result.count(Outcome.EXPIRED, priority),
                    result.count(Outcome.REFUSED, priority),
                    result.count(Outcome.REJECTED, priority),
                    result.count(Outcome.SHED, priority),
                    result.count(Outcome.LOST, priority));
        }
    }

    private static void figures(StringBuilder table, ReplayResult result) {
        double share = 100.0 * result.served() / result.requests();
        String served = "served            %d of %d (%.1f %%) in %.1f s";
        line(table, served, result.served(), result.requests(), share, result.seconds());
        line(table, "lost              %d", result.lost());
        result.surprises().forEach(surprise -> line(table, "                  %s", surprise));
        String over = "over-admissions   %s, most at the model at once %s";
        line(table, over, known(result.overAdmissions()), known(result.mostRunning()));
        String busy = "busy              %.2f %% of the slots while anyone waited (%.2f %% at work in the model)";
        line(table, busy, 100 * result.busyWhileWaiting(), 100 * result.modelBusyWhileWaiting());
        String jain = "Jain index        %s inside a level, %s over all keys";
        line(table, jain, index(result.jainInLevel()), index(result.jainAll()));
        line(table, "light keys        %d requests not served", result.lightKeysLost());
    }

    private static void estimate(StringBuilder table, EstimateScore estimate) {
        line(
                table,
                "estimate          error %.0f %% (median), %.0f %% within max(2 s, 25 %%), range holds %.0f %%, bias x%.2f"
                        + " (%d told)",
                100 * estimate.mdape(),
                100 * estimate.within(),
                100 * estimate.coverage80(),
                estimate.bias(),
                estimate.told());
        line(
                table,
                "position / rate   error %.0f %%, %.0f %% within: the naive estimate beside it",
                100 * estimate.naiveMdape(),
                100 * estimate.naiveWithin());
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void line(StringBuilder table, String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String known(long count) {
        return count < 0 ? "unknown" : Long.toString(count);
    }

    private static String index(double value) {
        return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.3f", value);
    }

    static String name(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }

    /** Writes the result as JSON. */
    public static void write(ReplayResult result, Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Files.writeString(file, mapper.writeValueAsString(json(result)) + "\n");
    }

    static ObjectNode json(ReplayResult result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("requests", result.requests());
        json.put("served", result.served());
        json.put("served_share", (double) result.served() / result.requests());
        json.put("lost", result.lost());
        ArrayNode surprises = json.putArray("surprises");
        result.surprises().forEach(surprises::add);
        put(json, "over_admissions", result.overAdmissions());
        put(json, "most_running", result.mostRunning());
        json.put("busy_while_waiting", result.busyWhileWaiting());
        json.put("model_busy_while_waiting", result.modelBusyWhileWaiting());
        put(json, "jain_in_level", result.jainInLevel());
        put(json, "jain_all", result.jainAll());
        ObjectNode waits = json.putObject("waits_by_level");
        result.waitsByLevel()
                .forEach((priority, spread) -> waits.putObject(name(priority))
                        .put("served", spread.count())
                        .put("p50", spread.p50())
                        .put("p95", spread.p95())
                        .put("p99", spread.p99()));
        ObjectNode requests = json.putObject("requests_by_level");
        for (Priority priority : Priority.values()) {
            requests.put(name(priority), result.count(priority));
        }
        counts(json, "expired_by_level", result, Outcome.EXPIRED);
        counts(json, "refused_early_by_level", result, Outcome.REFUSED);
        counts(json, "rejected_by_level", result, Outcome.REJECTED);
        counts(json, "shed_by_level", result, Outcome.SHED);
        json.put("light_keys_lost", result.lightKeysLost());
        EstimateScore estimate = result.estimate();
        json.putObject("estimate")
                .put("mdape", estimate.mdape())
                .put("within", estimate.within())
                .put("coverage80", estimate.coverage80())
                .put("bias", estimate.bias())
                .put("naive_mdape", estimate.naiveMdape())
                .put("naive_within", estimate.naiveWithin())
                .put("told", estimate.told());
        json.put("client_lag_p99", result.clientLag());
        return json.put("seconds", result.seconds());
    }

    private static void counts(ObjectNode json, String key, ReplayResult result, Outcome outcome) {
        ObjectNode levels = json.putObject(key);
        for (Priority priority : Priority.values()) {
            levels.put(name(priority), result.count(outcome, priority));
        }
    }

    private static void put(ObjectNode json, String key, long count) {
        if (count < 0) {
            json.putNull(key);
        } else {
            json.put(key, count);
        }
    }

    private static void put(ObjectNode json, String key, double value) {
        if (Double.isNaN(value)) {
            json.putNull(key);
        } else {
            json.put(key, value);
        }
    }
}
