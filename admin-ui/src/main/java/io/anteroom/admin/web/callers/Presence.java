// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.Anteroom;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many requests of each caller wait, counted at most once a second however many look: going through ten thousand
 * takes the pools' locks for milliseconds. Safe from any thread.
 */
final class Presence {
    /** More than this are not counted. */
    private static final int MOST = 100_000;

    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final Anteroom anteroom;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<String, Map<String, Integer>> counted = Map.of();
    private long countedNanos;
    private boolean isCounted;

    Presence(Anteroom anteroom, LongSupplier nanoClock) {
        this.anteroom = anteroom;
        this.nanoClock = nanoClock;
    }

    /** By flow, then by pool. */
    Map<String, Map<String, Integer>> waiting() {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            if (!isCounted || now - countedNanos > FRESH_NANOS) {
                counted = count();
                countedNanos = now;
                isCounted = true;
            }
            return counted;
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Map<String, Integer>> count() {
        Map<String, Map<String, Integer>> waiting = new HashMap<>();
        for (Pool pool : anteroom.pools().all()) {
            for (WaitingTicket ticket : pool.waiting(MOST)) {
                waiting.computeIfAbsent(ticket.key(), unknown -> new TreeMap<>())
                        .merge(pool.name(), 1, Integer::sum);
            }
        }
        return waiting;
    }
}
