// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * The right to a slot until closed. Closing is idempotent, never blocks and never fails, from any thread; the slot goes
 * to the next in line before {@code close} returns, whose waiter is told on another thread.
 */
public non-sealed interface Lease extends Admission, AutoCloseable {
    /** The number of the request in its pool, the same as its ticket's. */
    long id();

    /** How long the request waited for this lease. */
    Duration waited();

    /** The position that the request had on arrival; 0 if it did not wait. */
    int initialPosition();

    /** Whether it has been closed, or taken back: after {@link PoolSettings#longestRun()}, or unclaimed. */
    boolean isClosed();

    /**
     * Somebody has come for a slot that was {@linkplain Arrival#claimWithin() reserved}: it is held until closed now.
     *
     * @return whether it was still there
     */
    boolean claim();

    /** Gives the slot back; the time since admission counts as its cost. */
    @Override
    void close();
}
