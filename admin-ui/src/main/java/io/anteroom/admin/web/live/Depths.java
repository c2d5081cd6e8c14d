// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many waited in each level of each pool, and ran, in each of the last 15 minutes' seconds. Bounded: of more than a
 * hundred pools those are remembered that came first. Safe from any thread.
 */
final class Depths {
    /** Columns: the levels, and those that ran. */
    static final int COLUMNS = Priority.values().length + 1;

    private static final int SECONDS = 900;
    private static final int MOST_POOLS = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Ring> rings = new LinkedHashMap<>();

    private static final class Ring {
        final int[] values = new int[SECONDS * COLUMNS];
        final long[] seconds = new long[SECONDS];

        void put(long second, PoolSnapshot now) {
            int slot = (int) Math.floorMod(second, (long) SECONDS);
            int at = slot * COLUMNS;
            boolean isNew = seconds[slot] != second;
            seconds[slot] = second;
            for (Priority level : Priority.values()) {
                PoolSnapshot.Depth depth = now.levels().get(level);
                keep(at + level.ordinal(), depth == null ? 0 : depth.waiting(), isNew);
            }
            keep(at + COLUMNS - 1, now.running(), isNew);
        }

        private void keep(int at, int value, boolean isNew) {
            values[at] = isNew ? value : Math.max(values[at], value);
        }

        /** Adds the most of some seconds, by column, to the sums; false if nothing is known of them. */
        boolean addPeaks(long from, long to, long[] sums) {
            int[] peaks = new int[COLUMNS];
            boolean isKnown = false;
            for (long second = from; second < to; second++) {
                int slot = (int) Math.floorMod(second, (long) SECONDS);
                if (seconds[slot] == second) {
                    isKnown = true;
                    for (int column = 0; column < COLUMNS; column++) {
                        peaks[column] = Math.max(peaks[column], values[slot * COLUMNS + column]);
                    }
                }
            }
            for (int column = 0; column < COLUMNS; column++) {
                sums[column] += peaks[column];
            }
            return isKnown;
        }
    }

    void add(String pool, long epochSecond, PoolSnapshot now) {
        lock.lock();
        try {
            Ring ring = rings.get(pool);
            if (ring == null && rings.size() < MOST_POOLS) {
                ring = new Ring();
                rings.put(pool, ring);
            }
            if (ring != null) {
                ring.put(epochSecond, now);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The most that waited and ran in a pool in some seconds.
     *
     * @return by column; all -1 if nothing is known
     */
    long[] peaks(String pool, long from, long to) {
        lock.lock();
        try {
            long[] sums = new long[COLUMNS];
            Ring ring = rings.get(pool);
            if (ring == null || !ring.addPeaks(from, to, sums)) {
                Arrays.fill(sums, -1);
            }
            return sums;
        } finally {
            lock.unlock();
        }
    }
}
