// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * When the refused of one bound are told to come back. Each refusal books the next virtual place behind the ones
 * promised before, at the rate at which those within the bound are served, so that they return one after the other and
 * find room.
 */
final class Returns {
    private static final long MAX_NANOS = Duration.ofHours(1).toNanos();

    long bookedNanos = Long.MIN_VALUE;

    /**
     * @param roomNanos how long it takes until there is room at all
     * @param intervalNanos between two places
     * @param ticket gives the jitter of -10 to +20 %, the same on every replica
     */
    Duration promise(long nowNanos, long roomNanos, long intervalNanos, long ticket) {
        long earliest = nowNanos + Math.min(roomNanos, MAX_NANOS);
        bookedNanos = Math.min(Math.max(bookedNanos, earliest) + intervalNanos, nowNanos + MAX_NANOS);
        long wait = bookedNanos - nowNanos;
        long jitter = (wait / 100) * Math.floorMod(mix(ticket), 31L) - wait / 10;
        return Duration.ofNanos(Math.max(0, wait + jitter));
    }

    /** SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
