// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.PoolSnapshot;
import io.anteroom.event.QueueEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** Counts what happens in one pool. Safe from any thread; nothing is done under its lock but additions. */
final class PoolRecorder {
    private static final long MINUTE_MILLIS = 60_000;
    /** They are fetched each second; if nobody does, the oldest go. */
    private static final int MOST_CLOSED = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final String pool;
    private final SecondRing seconds = new SecondRing();
    private final Deque<OpenMinute> closed = new ArrayDeque<>();
    private OpenMinute open;
    private long running;

    PoolRecorder(String pool, long nowMillis) {
        this.pool = pool;
        this.open = new OpenMinute(pool, nowMillis / MINUTE_MILLIS);
    }

    void on(QueueEvent event, long nowMillis) {
        lock.lock();
        try {
            roll(nowMillis);
            if (event.kind() == QueueEvent.Kind.ADMITTED) {
                running++;
            } else if (event.kind() == QueueEvent.Kind.RELEASED) {
                running = Math.max(0, running - 1);
            }
            open.record(event, running);
            seconds.record(event, nowMillis);
        } finally {
            lock.unlock();
        }
    }

    void sample(PoolSnapshot now, long nowMillis) {
        lock.lock();
        try {
            roll(nowMillis);
            open.sample(now);
            seconds.sample(now, nowMillis);
        } finally {
            lock.unlock();
        }
    }

    /** A clock that is set back does not open a minute again that has been closed. */
    private void roll(long nowMillis) {
        long minute = nowMillis / MINUTE_MILLIS;
        if (minute > open.minute()) {
            closed.add(open);
            open = new OpenMinute(pool, minute);
            if (closed.size() > MOST_CLOSED) {
                closed.remove();
            }
        }
    }

    /** The minutes that are over, once. */
    List<OpenMinute> takeClosed(long nowMillis) {
        lock.lock();
        try {
            roll(nowMillis);
            List<OpenMinute> taken = new ArrayList<>(closed);
            closed.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The minute that is under way, once: what follows is counted as another part of it. */
    OpenMinute takeOpen() {
        lock.lock();
        try {
            OpenMinute taken = open;
            open = new OpenMinute(pool, taken.minute());
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What has not been taken yet, and stays. */
    List<Minute> peek(UnaryOperator<String> names) {
        lock.lock();
        try {
            List<Minute> known = new ArrayList<>();
            closed.forEach(minute -> known.add(minute.close(names)));
            known.add(open.close(names));
            return known;
        } finally {
            lock.unlock();
        }
    }

    List<Second> seconds(Duration last, long nowMillis) {
        lock.lock();
        try {
            return seconds.last(last, nowMillis);
        } finally {
            lock.unlock();
        }
    }
}
