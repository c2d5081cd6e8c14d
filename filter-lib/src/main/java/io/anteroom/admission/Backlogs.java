// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/**
 * How much the flows of one group have waiting, as a histogram over the length of each flow's backlog relative to its
 * weight. It answers in constant time what a fair order would serve of all of them before a flow's backlog of a given
 * length is through: the sum of {@code min(backlog, length x weight)}. That is exact but for the flows in the one
 * bucket that the length falls into, and needs no walk over the flows.
 */
final class Backlogs {
    private static final int BUCKETS = Long.SIZE;
    private static final int SCALE_BITS = 10;

    private final long[] amounts = new long[BUCKETS];
    private final long[] weights = new long[BUCKETS];
    /** A bit for each bucket that has something in it. */
    private long used;

    private long total;

    void add(long amount, int weight) {
        change(amount, weight, 1);
    }

    void remove(long amount, int weight) {
        change(amount, weight, -1);
    }

    private void change(long amount, int weight, int sign) {
        if (amount > 0) {
            int bucket = bucket(length(amount, weight));
            amounts[bucket] += sign * amount;
            weights[bucket] += sign * (long) weight;
            total += sign * amount;
            used = weights[bucket] == 0 ? used & ~(1L << bucket) : used | 1L << bucket;
        }
    }

    long total() {
        return total;
    }

    /**
     * What is served of all backlogs until one of {@code amount} and {@code weight} has had {@code reached} of it.
     * Those no longer than the whole of it count whole, for they were there before; of longer ones nobody knows how far
     * their turn has come, so the caller tells with {@code reached} how much it takes them to be ahead.
     */
    long servedWithin(long amount, long reached, int weight) {
        long whole = length(amount, weight);
        long length = length(reached, weight);
        int bucket = bucket(whole);
        long served = 0;
        long heavier = 0;
        for (long rest = used; rest != 0; rest &= rest - 1) {
            int i = Long.numberOfTrailingZeros(rest);
            if (i < bucket) {
                served += amounts[i];
            } else if (i > bucket) {
                heavier += weights[i];
            }
        }
        served += Math.min(amounts[bucket], product(weights[bucket], whole));
        return Math.min(total, served + product(heavier, length));
    }

    private static long length(long amount, int weight) {
        long scaled = amount << SCALE_BITS;
        return Math.max(1, weight == 1 ? scaled : scaled / weight);
    }

    private static long product(long weight, long length) {
        return (long) ((double) weight * length / (1 << SCALE_BITS));
    }

    private static int bucket(long length) {
        return 63 - Long.numberOfLeadingZeros(length);
    }
}
