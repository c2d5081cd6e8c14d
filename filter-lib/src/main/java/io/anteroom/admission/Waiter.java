// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/**
 * Told once how a ticket's wait ended, unless the ticket was abandoned. Runs on a thread of the pool's, possibly before
 * {@link Pool#offer} has returned; it must hand longer work on.
 */
public interface Waiter {
    /** The wait is over; the lease must be closed, also when nobody is there any more to use it. */
    void admitted(Lease lease);

    /** The wait is over in vain. */
    void refused(Refusal refusal);
}
