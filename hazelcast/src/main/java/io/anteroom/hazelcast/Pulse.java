// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that this process has been standing still: paused, swapped out, moved to another machine. What it knows of
 * the cluster may be long out of date then, and it must not decide anything by it before it has heard from the others.
 * Safe from any thread.
 */
final class Pulse {
    /** How long it looks about after a pause. */
    static final Duration LOOK_ABOUT = Duration.ofSeconds(1);

    private final LongSupplier nanoClock;
    private final long pauseNanos;
    private volatile long lastBeat;
    private volatile long fencedUntil;

    /** @param pause what counts as standing still: less than others take to give this node up */
    Pulse(LongSupplier nanoClock, Duration pause) {
        this.nanoClock = nanoClock;
        this.pauseNanos = pause.toNanos();
        lastBeat = nanoClock.getAsLong();
        fencedUntil = lastBeat;
    }

    /** To be called several times a second. */
    void beat() {
        long now = nanoClock.getAsLong();
        if (now - lastBeat > pauseNanos) {
            fencedUntil = now + LOOK_ABOUT.toNanos();
        }
        lastBeat = now;
    }

    /** Whether it has just been standing still; also before the beat that finds it out. */
    boolean isFenced() {
        long now = nanoClock.getAsLong();
        return now - lastBeat > pauseNanos || now - fencedUntil < 0;
    }
}
