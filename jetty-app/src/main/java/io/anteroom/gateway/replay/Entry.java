// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one request, in readings of {@link System#nanoTime()}; 0 for what did not happen. Each field is
 * written by one thread, and read when all is over.
 */
final class Entry {
    final PlannedRequest request;
    volatile long sent;
    volatile long queued;
    volatile long left;
    volatile long leased;
    volatile long released;
    volatile long started;
    volatile long ended;
    volatile long answered;
    volatile Outcome outcome = Outcome.LOST;
    volatile @Nullable Estimate estimate;
    volatile long naiveNanos;
    volatile @Nullable String surprise;

    Entry(PlannedRequest request) {
        this.request = request;
    }

    boolean isServed() {
        return outcome == Outcome.SERVED;
    }

    /** From being sent to being worked on, as seen from outside: all that the client waits beyond its own work. */
    long waitNanos() {
        return Math.max(0, answered - sent - request.serviceNanos());
    }
}
