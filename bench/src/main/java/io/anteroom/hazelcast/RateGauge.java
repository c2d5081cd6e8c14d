// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What one arm does in one round: admissions, calls, and how long offers waited for their decision. Thread-safe. */
public final class RateGauge {
    /** Each power of two is this many steps, so that a time is known to three percent. */
    private static final int STEPS = 32;

    private static final int STEP_BITS = 5;

    private final long[] counts = new long[STEPS * Long.SIZE];
    private final LongAdder admissions = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile boolean isOn;
    private long sinceNanos;
    private long sinceCpuNanos;

    /** Whether those who are let in go on. */
    boolean isOn() {
        return isOn;
    }

    /** Has those who are let in go on, or stay as they are. */
    public void turn(boolean on) {
        isOn = on;
    }

    void admitted() {
        admissions.increment();
    }

    void called() {
        calls.increment();
    }

    void failed() {
        failures.increment();
    }

    synchronized void decidedAfter(long nanos) {
        counts[bucket(Math.max(1, nanos))]++;
    }

    private static int bucket(long nanos) {
        int octave = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - STEP_BITS);
        return octave * STEPS + (int) (nanos >>> octave);
    }

    /** The upper end of a bucket, in nanoseconds. */
    private static long end(int bucket) {
        int octave = Math.max(0, bucket / STEPS - 1);
        return (((long) bucket - (long) octave * STEPS + 1) << octave) - 1;
    }

    /** Forgets all but failures. */
    public synchronized void reset() {
        Arrays.fill(counts, 0);
        admissions.reset();
        calls.reset();
        sinceNanos = System.nanoTime();
        sinceCpuNanos = cpuNanos();
    }

    /**
     * Since it was {@link #reset}: admissions, calls, failures ever, nanoseconds, nanoseconds of the process on a
     * processor, and then the times, each with its number.
     */
    public synchronized List<Long> read() {
        List<Long> all = new ArrayList<>(List.of(
                admissions.sum(),
                calls.sum(),
                failures.sum(),
                System.nanoTime() - sinceNanos,
                cpuNanos() - sinceCpuNanos));
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                all.add(end(i));
                all.add(counts[i]);
            }
        }
        return all;
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getProcessCpuTime()
                : 0;
    }
}
