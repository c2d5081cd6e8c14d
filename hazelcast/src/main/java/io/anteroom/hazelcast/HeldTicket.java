// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;

/** A ticket of a shared pool. */
final class HeldTicket implements Ticket {
    private final HazelcastPool pool;
    private final Held held;

    HeldTicket(HazelcastPool pool, Held held) {
        this.pool = pool;
        this.held = held;
    }

    @Override
    public long id() {
        return held.id;
    }

    @Override
    public QueueStatus status() {
        return pool.standing(held);
    }

    @Override
    public boolean abandon() {
        return pool.abandon(held);
    }

    @Override
    public boolean keep(Absence absence, Waiter waiter) {
        return pool.keep(held, absence, waiter);
    }
}
