// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.event.Notice;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notices between the threads where they happen and the one that stores them. It takes them in no time, whatever the
 * database does: when it is full, the oldest is dropped, counted, and that is said. Safe from any thread.
 */
final class Handover {
    private static final System.Logger LOG = System.getLogger(Handover.class.getName());
    private static final long SAID_EVERY_MILLIS = 60_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Taken> queue = new ArrayDeque<>();
    private final InstantSource clock;
    private final int most;
    private final Runnable wake;
    private long dropped;
    private long saidAt = Long.MIN_VALUE;

    /** A notice with its moment. */
    record Taken(Notice notice, Instant at) {}

    Handover(InstantSource clock, int most, Runnable wake) {
        this.clock = clock;
        this.most = most;
        this.wake = wake;
    }

    void take(Notice notice) {
        Instant now = clock.instant();
        boolean isToBeSaid = false;
        long lost;
        lock.lock();
        try {
            if (queue.size() >= most) {
                queue.removeFirst();
                dropped++;
                isToBeSaid = saidAt == Long.MIN_VALUE || now.toEpochMilli() - saidAt >= SAID_EVERY_MILLIS;
                saidAt = isToBeSaid ? now.toEpochMilli() : saidAt;
            }
            queue.addLast(new Taken(notice, now));
            lost = dropped;
        } finally {
            lock.unlock();
        }
        if (isToBeSaid) {
            LOG.log(Level.ERROR, "Notices for webhooks were dropped, as they could not be stored: {0} so far", lost);
        }
        wake.run();
    }

    /** Takes out the oldest. */
    List<Taken> drain(int limit) {
        lock.lock();
        try {
            List<Taken> drained = new ArrayList<>();
            while (drained.size() < limit && !queue.isEmpty()) {
                drained.add(queue.removeFirst());
            }
            return drained;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all, as nobody wants them. */
    void clear() {
        lock.lock();
        try {
            queue.clear();
        } finally {
            lock.unlock();
        }
    }

    /** How many were dropped so far. */
    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
