// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.servlet.Requests;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Who waits in each pool, asked at most four times a second however many look: listing ten thousand takes the pool's
 * own lock for milliseconds. Safe from any thread.
 */
final class Backlogs {
    /** More than this are not listed; the pool's figures say how many there are. */
    static final int MOST = 100_000;

    private static final long FRESH_NANOS = Duration.ofMillis(250).toNanos();
    private static final int MOST_POOLS = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Requests requests;
    private final LongSupplier nanoClock;
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_POOLS;
        }
    };

    private record Known(List<WaitingTicket> tickets, long atNanos, boolean isLearned) {}

    /** @param requests is to know what other servers say of those who are listed */
    Backlogs(Requests requests, LongSupplier nanoClock) {
        this.requests = requests;
        this.nanoClock = nanoClock;
    }

    /** Those who wait, in order. */
    List<WaitingTicket> of(Pool pool) {
        return of(pool, false);
    }

    /** The same, after other servers have been asked for what they know of them. */
    List<WaitingTicket> learned(Pool pool) {
        return of(pool, true);
    }

    private List<WaitingTicket> of(Pool pool, boolean isLearned) {
        lock.lock();
        try {
            Known last = known.get(pool.name());
            if (last == null || nanoClock.getAsLong() - last.atNanos() > FRESH_NANOS) {
                last = new Known(pool.waiting(MOST), nanoClock.getAsLong(), false);
                known.put(pool.name(), last);
            }
            if (isLearned && !last.isLearned()) {
                requests.learn(pool.name(), last.tickets());
                known.put(pool.name(), new Known(last.tickets(), last.atNanos(), true));
            }
            return last.tickets();
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has changed it. */
    void forget(Pool pool) {
        lock.lock();
        try {
            known.remove(pool.name());
        } finally {
            lock.unlock();
        }
    }
}
