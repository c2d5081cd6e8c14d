// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Meters of things that come and go while the gateway runs, as backends and webhooks: each has the same meters, told
 * apart by its labels. Safe from any thread.
 *
 * @param <R> what is known of one of them
 */
final class RowMeters<R> {
    /** More of them are not told; the settings allow no more. */
    private static final int MOST = 1000;

    private final MeterRegistry registry;
    private final Supplier<Map<Tags, R>> rows;
    private final List<Column<R>> columns = new ArrayList<>();
    private final Map<Tags, Row<R>> known = new HashMap<>();

    private record Column<R>(String name, String description, Tags tags, boolean isCounter, ToDoubleFunction<R> value) {
        Meter register(MeterRegistry registry, Tags tags, Row<R> row) {
            Tags all = tags.and(this.tags);
            return isCounter
                    ? FunctionCounter.builder(name, row, its -> value.applyAsDouble(its.now))
                            .description(description)
                            .tags(all)
                            .register(registry)
                    : Gauge.builder(name, row, its -> value.applyAsDouble(its.now))
                            .description(description)
                            .tags(all)
                            .strongReference(true)
                            .register(registry);
        }
    }

    private static final class Row<R> {
        private final List<Meter> meters = new ArrayList<>();
        private volatile R now;

        Row(R now) {
            this.now = now;
        }
    }

    /**
     * Meters of nothing yet.
     *
     * @param rows what there is, by its labels; asked by {@link #refresh} only
     */
    RowMeters(MeterRegistry registry, Supplier<Map<Tags, R>> rows) {
        this.registry = registry;
        this.rows = rows;
    }

    RowMeters<R> gauge(String name, String description, ToDoubleFunction<R> value, String... tags) {
        columns.add(new Column<>(name, description, Tags.of(tags), false, value));
        return this;
    }

    RowMeters<R> counter(String name, String description, ToDoubleFunction<R> value, String... tags) {
        columns.add(new Column<>(name, description, Tags.of(tags), true, value));
        return this;
    }

    /** Takes up what has come, and lets go of what is gone: to be called before each scrape. */
    synchronized void refresh() {
        Map<Tags, R> now = rows.get();
        Set<Tags> gone = new HashSet<>(known.keySet());
        gone.removeAll(now.keySet());
        for (Tags tags : gone) {
            Row<R> row = known.remove(tags);
            if (row != null) {
                row.meters.forEach(registry::remove);
            }
        }
        now.forEach((tags, value) -> {
            Row<R> row = known.get(tags);
            if (row != null) {
                row.now = value;
            } else if (known.size() < MOST) {
                known.put(tags, added(tags, value));
            }
        });
    }

    private Row<R> added(Tags tags, R value) {
        Row<R> row = new Row<>(value);
        columns.forEach(column -> row.meters.add(column.register(registry, tags, row)));
        return row;
    }
}
