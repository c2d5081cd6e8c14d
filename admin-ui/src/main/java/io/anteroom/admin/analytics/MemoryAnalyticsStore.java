// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps the last 24 hours as long as the JVM runs, in a bounded number of rows. Safe from any thread. */
public final class MemoryAnalyticsStore implements AnalyticsStore {
    private static final int MOST_ROWS = 100_000;
    private static final long DAY = 1440;

    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<Key, byte[]> figures = new TreeMap<>(Key.ORDER);
    private final NavigableMap<Key, byte[]> lists = new TreeMap<>(Key.ORDER);
    private long lastBatch;

    /** Nothing is kept yet. */
    public MemoryAnalyticsStore() {}

    private record Key(int span, long minute, String pool, int part) {
        static final Comparator<Key> ORDER = Comparator.comparingInt(Key::span)
                .thenComparingLong(Key::minute)
                .thenComparing(Key::pool)
                .thenComparingInt(Key::part);
    }

    @Override
    public void write(String node, long batch, List<Minute> minutes) {
        lock.lock();
        try {
            if (batch != lastBatch) {
                minutes.forEach(minute -> SPANS.forEach(span -> add(span, minute)));
                lastBatch = batch;
            }
            bound(figures);
            bound(lists);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isLast(String node, long batch) {
        lock.lock();
        try {
            return batch == lastBatch;
        } finally {
            lock.unlock();
        }
    }

    private void add(int span, Minute minute) {
        long begin = Math.floorDiv(minute.minute(), (long) span) * span;
        for (int level = 0; level < minute.levels().size(); level++) {
            byte[] more = minute.levels().get(level);
            if (more != null) {
                figures.merge(
                        new Key(span, begin, minute.pool(), level),
                        more,
                        (known, added) -> Merging.figures(List.of(known, added)));
            }
        }
        for (int kind = 0; kind < minute.lists().size(); kind++) {
            lists.merge(
                    new Key(span, begin, minute.pool(), kind),
                    minute.lists().get(kind),
                    (known, added) -> Merging.lists(List.of(known, added)));
        }
    }

    private static void bound(NavigableMap<Key, byte[]> rows) {
        while (rows.size() > MOST_ROWS) {
            rows.pollFirstEntry();
        }
    }

    @Override
    public void read(List<Range> ranges, @Nullable String pool, Rows rows) {
        lock.lock();
        try {
            for (Range range : ranges) {
                part(figures, range).forEach((key, row) -> {
                    if (pool == null || pool.equals(key.pool)) {
                        rows.row(key.minute, key.pool, key.part, row);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
    }

    private static SortedMap<Key, byte[]> part(NavigableMap<Key, byte[]> rows, Range range) {
        return rows.subMap(new Key(range.span(), range.from(), "", -1), new Key(range.span(), range.to(), "", -1));
    }

    @Override
    public List<byte[]> lists(List<Range> ranges, @Nullable String pool, CallerKind kind) {
        lock.lock();
        try {
            List<byte[]> found = new ArrayList<>();
            for (Range range : ranges) {
                part(lists, range).forEach((key, row) -> {
                    if (key.part == kind.ordinal() && (pool == null || pool.equals(key.pool))) {
                        found.add(row);
                    }
                });
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forget(long before, long now) {
        long oldest = Math.max(before, now - DAY);
        lock.lock();
        try {
            figures.keySet().removeIf(key -> key.minute + key.span <= oldest);
            lists.keySet()
                    .removeIf(key ->
                            key.minute + key.span <= oldest || (key.span == 1 && key.minute < now - LISTS_BY_MINUTES));
        } finally {
            lock.unlock();
        }
    }
}
