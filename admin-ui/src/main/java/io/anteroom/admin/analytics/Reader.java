// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admin.analytics.AnalyticsStore.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds what has not come to the store yet to what is there, each minute once, without keeping the store from being
 * written meanwhile. Safe from any thread.
 */
final class Reader {
    private static final int MOST_READINGS = 5;

    private final AnalyticsStore store;
    private final Backlog backlog;
    private final Function<List<Minute>, Backlog.Held> held;

    /** Reads a store; {@code held} adds what is not in the backlog yet to a list, and answers what the backlog has. */
    Reader(AnalyticsStore store, Backlog backlog, Function<List<Minute>, Backlog.Held> held) {
        this.store = store;
        this.backlog = backlog;
        this.held = held;
    }

    /** Tells fresh rows of all figures. */
    <T extends AnalyticsStore.Rows> T whole(@Nullable String pool, List<Range> ranges, Supplier<T> fresh) {
        return consistent(
                () -> {
                    T rows = fresh.get();
                    store.read(ranges, pool, rows);
                    return rows;
                },
                (rows, unstored) -> meant(unstored, pool, ranges).forEach(minute -> tell(rows, minute)));
    }

    private static void tell(AnalyticsStore.Rows rows, Minute minute) {
        for (int level = 0; level < minute.levels().size(); level++) {
            byte[] figures = minute.levels().get(level);
            if (figures != null) {
                rows.row(minute.minute(), minute.pool(), level, figures);
            }
        }
    }

    /** Adds up all lists of callers. */
    TopList lists(@Nullable String pool, List<Range> ranges, CallerKind kind) {
        return consistent(
                () -> {
                    TopList sum = new TopList();
                    store.lists(ranges, pool, kind).forEach(sum::add);
                    return sum;
                },
                (sum, unstored) -> meant(unstored, pool, ranges)
                        .forEach(minute -> sum.add(minute.lists().get(kind.ordinal()))));
    }

    /**
     * Reads the store, and adds what was not there when it was read: a batch that was on its way then was there all the
     * time, or not at all; otherwise it is read again. Of a store that takes up batch after batch meanwhile, as after a
     * long failure, what was read last counts, which may lack or double a batch for that moment.
     */
    private <T> T consistent(Supplier<T> stored, BiConsumer<T, List<Minute>> add) {
        for (int readings = 1; ; readings++) {
            List<Minute> unstored = new ArrayList<>();
            Backlog.Held before = held.apply(unstored);
            boolean isStored = backlog.isStored(before);
            T read = stored.get();
            boolean isSame = isStored == backlog.isStored(before) && !backlog.hasGoneOn(before);
            if (isSame || readings == MOST_READINGS) {
                unstored.addAll(before.waiting());
                unstored.addAll(isStored ? List.of() : before.batch());
                add.accept(read, unstored);
                return read;
            }
        }
    }

    private static List<Minute> meant(List<Minute> minutes, @Nullable String pool, List<Range> ranges) {
        return minutes.stream().filter(minute -> isMeant(minute, pool, ranges)).toList();
    }

    private static boolean isMeant(Minute minute, @Nullable String pool, List<Range> ranges) {
        return (pool == null || pool.equals(minute.pool()))
                && ranges.stream().anyMatch(range -> range.from() <= minute.minute() && minute.minute() < range.to());
    }
}
