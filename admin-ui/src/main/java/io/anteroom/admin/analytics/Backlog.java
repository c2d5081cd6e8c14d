// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Minutes that are over and not stored yet: bounded, so that a store that fails for long costs the oldest of them and
 * no more. Safe from any thread, and none waits for the store but the one that flushes; only one may do that at a time.
 */
final class Backlog {
    private static final System.Logger LOG = System.getLogger(Analytics.class.getName());
    private static final int BATCH = 200;

    private final AnalyticsStore store;
    private final String node;
    private final int mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Minute> waiting = new ArrayDeque<>();
    private List<Minute> batch = List.of();
    private long batchNumber;
    private long batches;
    private int bytes;
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable String trouble;

    Backlog(AnalyticsStore store, String node, int mostBytes) {
        this.store = store;
        this.node = node;
        this.mostBytes = mostBytes;
    }

    /**
     * What is not known to be stored at one moment.
     *
     * @param batch what may be on its way to the store, or there
     * @param number the number that it is written by
     * @param batches how many were begun until then
     */
    record Held(List<Minute> batch, long number, long batches, List<Minute> waiting) {}

    void add(Minute minute) {
        if (minute.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            waiting.add(minute);
            bytes += minute.size();
            while (bytes > mostBytes && !waiting.isEmpty()) {
                bytes -= waiting.remove().size();
                lost.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stores what there is.
     *
     * @throws io.anteroom.settings.StoreException if that fails; what was not stored is tried again by the next
     */
    void flush() {
        for (Held next = next(); !next.batch().isEmpty(); next = next()) {
            store.write(node, next.number(), next.batch());
            stored();
        }
    }

    /** A batch stays what it is until it is stored, so that one that was stored without our knowing is known again. */
    private Held next() {
        lock.lock();
        try {
            if (batch.isEmpty() && !waiting.isEmpty()) {
                List<Minute> taken = new ArrayList<>();
                while (!waiting.isEmpty() && taken.size() < BATCH) {
                    taken.add(waiting.remove());
                }
                batch = List.copyOf(taken);
                batchNumber = ThreadLocalRandom.current().nextLong();
                batches++;
            }
            return new Held(batch, batchNumber, batches, List.of());
        } finally {
            lock.unlock();
        }
    }

    private void stored() {
        lock.lock();
        try {
            batch.forEach(minute -> bytes -= minute.size());
            batch = List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the store fails. */
    void failed(String why) {
        if (trouble == null) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The analytics cannot be stored and are kept in memory, up to " + (mostBytes >> 20) + " MiB: "
                            + why);
        }
        trouble = why;
    }

    /** Notes that everything that there was to do in the store has been done. */
    void recovered() {
        if (trouble != null) {
            LOG.log(System.Logger.Level.INFO, "The analytics are stored again; minutes lost so far: " + lost);
        }
        trouble = null;
    }

    @Nullable String trouble() {
        return trouble;
    }

    long lost() {
        return lost.get();
    }

    Held held() {
        lock.lock();
        try {
            return new Held(batch, batchNumber, batches, List.copyOf(waiting));
        } finally {
            lock.unlock();
        }
    }

    /** Whether the batch has reached the store, and no other of this node after it. */
    boolean isStored(Held held) {
        return !held.batch().isEmpty() && store.isLast(node, held.number());
    }

    /** Whether something else may have reached the store since. */
    boolean hasGoneOn(Held held) {
        lock.lock();
        try {
            return batches != held.batches();
        } finally {
            lock.unlock();
        }
    }
}
