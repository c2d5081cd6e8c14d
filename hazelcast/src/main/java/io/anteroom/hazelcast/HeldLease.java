// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Lease;
import java.time.Duration;

/** A lease of a shared pool. */
final class HeldLease implements Lease {
    private final HazelcastPool pool;
    private final Held held;
    private final Duration waited;
    private final int initialPosition;

    HeldLease(HazelcastPool pool, Held held, Duration waited, int initialPosition) {
        this.pool = pool;
        this.held = held;
        this.waited = waited;
        this.initialPosition = initialPosition;
    }

    @Override
    public long id() {
        return held.id;
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
        return !pool.holdsLease(held);
    }

    @Override
    public boolean claim() {
        return pool.claim(held);
    }

    @Override
    public void close() {
        pool.release(held);
    }
}
