// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;
import java.util.TreeSet;

/** Arms timers for moments, and no second one for a moment that has one. Guarded by the pool's lock. */
final class Alarm {
    private final PoolsContext context;
    private final Runnable ring;
    private final TreeSet<Long> armed = new TreeSet<>();

    /** @param ring runs at such a moment, on a thread of the timer's; it must call {@link #rang} */
    Alarm(PoolsContext context, Runnable ring) {
        this.context = context;
        this.ring = ring;
    }

    /** Something is to be done after so long, or never if it is {@link Long#MAX_VALUE}. */
    void after(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return;
        }
        long due = context.now() + nanos;
        if (armed.isEmpty() || due < armed.first()) {
            armed.add(due);
            context.after(Duration.ofNanos(nanos), ring);
        }
    }

    /** The first timer has gone off. */
    void rang() {
        armed.pollFirst();
    }
}
