// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.settings.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the minutes are kept. What is written for a minute that is known already is added to it, and to the hour and
 * the day that it is part of, so that long periods are read from few rows. Safe from any thread; every method may throw
 * a {@link StoreException}.
 */
public interface AnalyticsStore {
    /** The spans of time that rows are kept for, in minutes: a minute, an hour, a day. */
    List<Integer> SPANS = List.of(1, 60, 1440);

    /** Lists of callers are kept by minutes for so long, as minutes; after that by hours and days. */
    int LISTS_BY_MINUTES = 180;

    /**
     * Rows of one span.
     *
     * @param span one of {@link #SPANS}
     * @param from minutes since 1970, where the first begins
     * @param to where the first begins that is not meant any more
     */
    record Range(int span, long from, long to) {}

    /** Told of one row. */
    @FunctionalInterface
    interface Rows {
        /**
         * A row.
         *
         * @param minute minutes since 1970, where it begins
         * @param level a level, or {@link Minute#WHOLE}
         * @param figures for {@link Figures#add(byte[])}
         */
        void row(long minute, String pool, int level, byte[] figures);
    }

    /**
     * Adds all of these minutes, or nothing.
     *
     * @param node whose they are
     * @param batch a number that nobody else uses: what has been written by it before is not added again
     */
    void write(String node, long batch, List<Minute> minutes);

    /** Whether this is the batch of a node that was written last. */
    boolean isLast(String node, long batch);

    /**
     * Reads figures.
     *
     * @param pool one pool, or null for all
     */
    void read(List<Range> ranges, @Nullable String pool, Rows rows);

    /** Reads lists of callers, each for {@link TopList#add(byte[])}. */
    List<byte[]> lists(List<Range> ranges, @Nullable String pool, CallerKind kind);

    /**
     * Forgets what is too old.
     *
     * @param before minutes since 1970
     * @param now the same
     */
    void forget(long before, long now);
}
