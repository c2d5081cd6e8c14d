// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** A lease of a {@link LocalPool}. */
final class LocalLease implements Lease {
    private static final AtomicIntegerFieldUpdater<LocalLease> CLOSED =
            AtomicIntegerFieldUpdater.newUpdater(LocalLease.class, "closed");

    private final LocalPool pool;
    private final long id;
    private final Duration waited;
    private final int initialPosition;
    private volatile int closed;

    LocalLease(LocalPool pool, long id, Duration waited, int initialPosition) {
        this.pool = pool;
        this.id = id;
        this.waited = waited;
        this.initialPosition = initialPosition;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Duration waited() {
        return waited;
    }

    @Override
    public int initialPosition() {
        return initialPosition;
    }

    @Override
    public boolean isClosed() {
        return closed != 0 || !pool.holdsLease(id);
    }

    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, 0, 1)) {
            pool.release(id);
        }
    }
}
