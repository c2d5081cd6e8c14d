// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/** A lease of a {@link LocalPool}, which alone knows whether it is still held: no number is used twice. */
final class LocalLease implements Lease {
    private final LocalPool pool;
    private final long id;
    private final Duration waited;
    private final int initialPosition;

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
        return !pool.holdsLease(id);
    }

    @Override
    public boolean claim() {
        return pool.claim(id);
    }

    @Override
    public void close() {
        pool.release(id);
    }
}
