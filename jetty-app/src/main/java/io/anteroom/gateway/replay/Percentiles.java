// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import java.util.Arrays;

/**
 * A spread of values.
 *
 * @param count how many
 * @param p50 the median
 * @param p95 above which one in twenty lies
 * @param p99 above which one in a hundred lies
 */
public record Percentiles(int count, double p50, double p95, double p99) {
    /** The spread of these values; zeros if there are none. */
    public static Percentiles of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted.length, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99));
    }

    /** The value below which the share {@code q} of the sorted values lies; 0 for none. */
    static double at(double[] sorted, double q) {
        if (sorted.length == 0) {
            return 0;
        }
        int index = (int) Math.ceil(q * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, index))];
    }
}
