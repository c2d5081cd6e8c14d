// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** A ticket of a {@link LocalPool}. */
final class LocalTicket implements Ticket {
    private final LocalPool pool;
    private final long id;
    private final Waiter waiter;
    private volatile QueueStatus last;

    LocalTicket(LocalPool pool, long id, Waiter waiter, QueueStatus first) {
        this.pool = pool;
        this.id = id;
        this.waiter = waiter;
        this.last = first;
    }

    Waiter waiter() {
        return waiter;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public QueueStatus status() {
        QueueStatus now = pool.status(id);
        if (now == null) {
            return last;
        }
        last = now;
        return now;
    }

    @Override
    public boolean abandon() {
        return pool.abandon(id);
    }

    @Override
    public boolean keep(Absence absence, Waiter waiter) {
        return pool.keep(id, absence, new LocalTicket(pool, id, waiter, last));
    }
}
