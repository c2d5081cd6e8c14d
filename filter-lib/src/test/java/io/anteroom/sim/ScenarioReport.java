// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import io.anteroom.admission.PoolMachine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What came of a scenario, as a table that is kept as text. */
final class ScenarioReport {
    /** What came of one group of clients. */
    static final class Row {
        int arrived;
        int served;
        int refused;
        int expired;
        int shed;
        int lost;
        final List<Long> waits = new ArrayList<>();

        /** A quantile of the waits of those who were admitted, in seconds. */
        double wait(double quantile) {
            if (waits.isEmpty()) {
                return 0;
            }
            List<Long> sorted = new ArrayList<>(waits);
            Collections.sort(sorted);
            return sorted.get((int) Math.min(sorted.size() - 1L, (long) (quantile * sorted.size()))) / 1e9;
        }
    }

    private final Map<String, Row> rows = new TreeMap<>();
    /** What each key was served, in slot-seconds. */
    final Map<String, Double> work = new TreeMap<>();

    private final Map<String, String> notes = new TreeMap<>();
    private double busy;
    private double possible;
    private double wasted;
    private int mostRunning;
    private int mostWaiting;

    Row row(String group) {
        return rows.computeIfAbsent(group, unknown -> new Row());
    }

    void note(String name, String format, Object... values) {
        notes.put(name, String.format(Locale.ROOT, format, values));
    }

    /** Time in which nothing happens. */
    void pass(long nanos, PoolMachine machine) {
        int slots = machine.settings().slots();
        double seconds = nanos / 1e9;
        mostRunning = Math.max(mostRunning, machine.running());
        mostWaiting = Math.max(mostWaiting, machine.waiting());
        busy += seconds * Math.min(slots, machine.running());
        possible += seconds * slots;
        if (machine.waiting() > machine.away()) {
            wasted += seconds * Math.max(0, slots - machine.running());
        }
    }

    double utilisation() {
        return busy / possible;
    }

    /** The share of the slots that idled while somebody waited who was there. */
    double wasted() {
        return wasted / possible;
    }

    int mostRunning() {
        return mostRunning;
    }

    int mostWaiting() {
        return mostWaiting;
    }

    /** Jain's index of the slot-seconds between the keys whose names begin like this. */
    double jain(String prefix) {
        double sum = 0;
        double squares = 0;
        int keys = 0;
        for (Map.Entry<String, Double> one : work.entrySet()) {
            if (one.getKey().startsWith(prefix)) {
                sum += one.getValue();
                squares += one.getValue() * one.getValue();
                keys++;
            }
        }
        return keys == 0 ? 1 : sum * sum / (keys * squares);
    }

    String table(String name) {
        StringBuilder text = new StringBuilder(name).append('\n');
        text.append(String.format(
                Locale.ROOT,
                "%-22s %8s %8s %8s %8s %8s %8s %8s %8s %8s%n",
                "group",
                "arrived",
                "served",
                "refused",
                "expired",
                "shed",
                "lost",
                "p50 s",
                "p95 s",
                "p99 s"));
        rows.forEach((group, row) -> text.append(String.format(
                Locale.ROOT,
                "%-22s %8d %8d %8d %8d %8d %8d %8.2f %8.2f %8.2f%n",
                group,
                row.arrived,
                row.served,
                row.refused,
                row.expired,
                row.shed,
                row.lost,
                row.wait(0.5),
                row.wait(0.95),
                row.wait(0.99))));
        text.append(String.format(Locale.ROOT, "Jain's index between keys      %.3f%n", jain("")));
        text.append(String.format(Locale.ROOT, "utilisation                    %.3f%n", utilisation()));
        text.append(String.format(Locale.ROOT, "idle while somebody waited     %.4f%n", wasted()));
        text.append(String.format(Locale.ROOT, "most running, most waiting     %d, %d%n", mostRunning, mostWaiting));
        notes.forEach((note, value) -> text.append(String.format(Locale.ROOT, "%-30s %s%n", note, value)));
        return text.toString().replace("\r\n", "\n");
    }
}
