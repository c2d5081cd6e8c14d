// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps threads from piling up before something that does not answer: one of them at a time finds out. Safe from any.
 */
final class Outage {
    /** A moment that nobody meets, for none. */
    private static final long NONE = Long.MIN_VALUE;

    private final long pauseNanos;
    private final AtomicLong nextTry = new AtomicLong(NONE);

    Outage(long pauseNanos) {
        this.pauseNanos = pauseNanos;
    }

    /** Whether one may ask: always while there are answers, else whoever comes first after each pause. */
    boolean mayTry(long nowNanos) {
        long next = nextTry.get();
        return next == NONE || (nowNanos - next >= 0 && nextTry.compareAndSet(next, nowNanos + pauseNanos));
    }

    void answered() {
        if (nextTry.get() != NONE) {
            nextTry.set(NONE);
        }
    }

    void failed(long nowNanos) {
        nextTry.set(nowNanos + pauseNanos);
    }
}
