// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chart, as the table that it is drawn from: {@code parts/live :: chart}.
 *
 * @param id by which the stream brings it up to date
 * @param title what it shows
 * @param unit what its numbers count
 * @param isStacked whether its series add up
 * @param series the names of its series
 * @param rows the oldest first
 */
record Chart(String id, String title, String unit, boolean isStacked, List<String> series, List<Row> rows) {
    /** Copies the lists. */
    Chart {
        series = List.copyOf(series);
        rows = List.copyOf(rows);
    }

    /**
     * One step.
     *
     * @param at when it began, as people read it
     * @param values one for each series; null where nothing is known
     */
    record Row(String at, List<@Nullable Long> values) {
        /** Its values as text, empty where nothing is known. */
        public List<String> texts() {
            return values.stream()
                    .map(value -> value == null ? "" : value.toString())
                    .toList();
        }
    }

    /** Whether there is anything to draw. */
    public boolean isEmpty() {
        return rows.stream().allMatch(row -> row.values().stream().allMatch(value -> value == null));
    }

    /** Its last step, which the stream sends. */
    @Nullable Row last() {
        return rows.isEmpty() ? null : rows.get(rows.size() - 1);
    }
}
