// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** A place in the queue. All methods are safe from any thread and never block for long. */
public non-sealed interface Ticket extends Admission {
    /** The number of the request in its pool. */
    long id();

    /** Where it stands; the last known standing once it has left the queue. */
    QueueStatus status();

    /**
     * The caller left. The place is gone when this returns.
     *
     * @return whether it was still waiting; if not, its {@link Waiter} has been told or is about to be
     */
    boolean abandon();

    /**
     * The caller leaves and means to come back: its place is kept, and found again by {@link Pool#rejoin}.
     *
     * @param waiter told instead of the one before; only of the end, as nobody is let in who is away
     * @return whether the place is kept; if not, all is as before
     */
    boolean keep(Absence absence, Waiter waiter);
}
