// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.util.Arrays;
import java.util.Locale;

/** Measured times in nanoseconds. Not thread-safe. */
final class Sample {
    private static final double NANOS_PER_MILLI = 1e6;

    private long[] nanos = new long[1024];
    private int size;

    void add(long one) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = one;
    }

    int size() {
        return size;
    }

    /** The value that a share {@code q} of them does not exceed, in milliseconds. */
    double millis(double q) {
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        int place = (int) Math.ceil(q * size) - 1;
        return sorted[Math.max(0, place)] / NANOS_PER_MILLI;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.3f, p90 %.3f, p99 %.3f, max %.3f ms of %,d",
                millis(0.5),
                millis(0.9),
                millis(0.99),
                millis(1),
                size);
    }

    /** The middle one. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
