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
}
