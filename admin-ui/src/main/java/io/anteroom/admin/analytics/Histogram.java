// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Duration;

/**
 * How often times of which length occurred, in buckets that are the same everywhere: one millisecond wide up to 32 ms,
 * then 16 in each doubling, up to 49 days. Sums of histograms are exact, and a quantile is off by 3.2 % at most
 * (docs/decisions/0014). Not thread-safe.
 */
public final class Histogram {
    private static final int STEP_BITS = 4;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int EXACT = 2 * STEPS;
    private static final long LONGEST = (1L << 32) - 1;
    /** Where the longest time belongs. */
    static final int BUCKETS = bucket(LONGEST) + 1;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long sumMillis;
    private long maxMillis;

    /** Without any times. */
    public Histogram() {}

    static int bucket(long millis) {
        if (millis < EXACT) {
            return (int) Math.max(0, millis);
        }
        long bounded = Math.min(millis, LONGEST);
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(bounded) - STEP_BITS;
        return (shift << STEP_BITS) + (int) (bounded >>> shift);
    }

    /** The shortest time of a bucket. */
    static long floor(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int shift = (bucket >>> STEP_BITS) - 1;
        return (long) (bucket - (shift << STEP_BITS)) << shift;
    }

    void record(Duration time) {
        recordMillis(time.toMillis());
    }

    void recordMillis(long millis) {
        long bounded = Math.min(Math.max(0, millis), LONGEST);
        counts[bucket(bounded)]++;
        count++;
        sumMillis += bounded;
        maxMillis = Math.max(maxMillis, bounded);
    }

    void add(Histogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        sumMillis += other.sumMillis;
        maxMillis = Math.max(maxMillis, other.maxMillis);
    }

    /** How many times there are. */
    public long count() {
        return count;
    }

    /** The longest of them, zero if there are none. */
    public Duration longest() {
        return Duration.ofMillis(maxMillis);
    }

    /** All of them together. */
    public Duration sum() {
        return Duration.ofMillis(sumMillis);
    }

    /** Their mean, zero if there are none. */
    public Duration mean() {
        return count == 0 ? Duration.ZERO : Duration.ofNanos((long) (sumMillis * 1e6 / count));
    }

    /**
     * The time that this share of them does not exceed; zero if there are none.
     *
     * @param share from 0 to 1, as 0.95
     */
    public Duration quantile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: from 0 to 1)");
        }
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= rank && counts[i] > 0) {
                return Duration.ofMillis(Math.min(middle(i), maxMillis));
            }
        }
        return Duration.ZERO;
    }

    private static long middle(int bucket) {
        long floor = floor(bucket);
        return bucket + 1 == BUCKETS ? floor : floor + (floor(bucket + 1) - 1 - floor) / 2;
    }

    void write(Bytes bytes) {
        bytes.put(sumMillis);
        bytes.put(maxMillis);
        int used = 0;
        for (long each : counts) {
            used += each == 0 ? 0 : 1;
        }
        bytes.put(used);
        int last = 0;
        for (int i = 0; i < BUCKETS; i++) {
            if (counts[i] != 0) {
                bytes.put(i - last);
                bytes.put(counts[i]);
                last = i;
            }
        }
    }

    /** Adds what has been written, without making a histogram of it. */
    void add(Bytes.Reader bytes) {
        sumMillis += bytes.next();
        maxMillis = Math.max(maxMillis, bytes.next());
        long used = bytes.next();
        long bucket = 0;
        for (long i = 0; i < used; i++) {
            bucket += bytes.next();
            long more = bytes.next();
            counts[(int) Math.min(bucket, BUCKETS - 1)] += more;
            count += more;
        }
    }
}
