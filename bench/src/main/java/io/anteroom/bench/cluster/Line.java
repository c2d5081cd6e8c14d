// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * This node's part of a crowd at a few slots, through the pool that a filter has. There are as many keys as slots, the
 * same on all nodes, and one of a key may run: what one of a key gives back goes to the next of that key, whatever node
 * that is at. Who has a slot gives it back at the next beat of its key, by the clock that all JVMs of a machine share,
 * and another asks in its place.
 */
final class Line {
    static final int KEYS = 4;

    /** For all keys together a little more than 1,000 a second, as not every beat is met. */
    private static final long BEAT_NANOS = 3_600_000;

    private final Pool pool;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Line::daemon);
    private final ExecutorService askers = Executors.newFixedThreadPool(2, Line::daemon);
    private final List<Long> events = new ArrayList<>();
    private boolean isWatched;
    private long refused;

    Line(Pool pool) {
        this.pool = pool;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "line");
        thread.setDaemon(true);
        return thread;
    }

    void fill(int count) {
        for (int i = 0; i < count; i++) {
            new One(i % KEYS).ask();
        }
    }

    private synchronized void note(int key, long when) {
        if (isWatched) {
            events.add((long) key);
            events.add(when);
        }
    }

    private synchronized void watch(boolean on) {
        isWatched = on;
    }

    /** Each key and when its slot was given, in nanoseconds, and, as negative numbers, when it was given back. */
    private synchronized List<Long> noted() {
        return List.copyOf(events);
    }

    List<Long> watch(Duration time) {
        watch(true);
        LockSupport.parkNanos(time.toNanos());
        watch(false);
        return noted();
    }

    /** One of a key. */
    private final class One implements Waiter {
        private final int key;
        private final Arrival arrival;

        One(int key) {
            this.key = key;
            arrival =
                    Arrival.of(Caller.of("line-" + key, "ip"), Priority.NORMAL).withLongestWait(Duration.ofDays(1));
        }

        void ask() {
            Admission answer = pool.offer(arrival, this);
            if (answer instanceof Lease lease) {
                admitted(lease);
            } else if (!(answer instanceof Ticket)) {
                turnedAway(answer);
            }
        }

        @Override
        public void admitted(Lease lease) {
            long now = System.nanoTime();
            note(key, now);
            long since = Math.floorMod(now - key * BEAT_NANOS / KEYS, BEAT_NANOS);
            ScheduledFuture<?> unused = clock.schedule(() -> giveBack(lease), BEAT_NANOS - since, TimeUnit.NANOSECONDS);
        }

        private void giveBack(Lease lease) {
            note(key, -System.nanoTime());
            lease.close();
            askers.execute(this::ask);
        }

        @Override
        public void refused(Refusal refusal) {
            turnedAway(refusal);
        }
    }

    /** Nobody has a reason to be refused: whoever is makes the line shorter, and its figures those of another. */
    private synchronized void turnedAway(Object answer) {
        refused++;
        System.err.println("refused: " + answer);
    }

    synchronized long refused() {
        return refused;
    }
}
