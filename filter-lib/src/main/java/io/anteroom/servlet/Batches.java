// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.protocol.StatusDocuments.BatchView;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of the requests of each caller's batches: of the last {@value #MAX} that anything happened to, for a day.
 * Safe from any thread.
 */
final class Batches {
    static final int MAX = 10_000;
    private static final long KEPT_NANOS = Duration.ofDays(1).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    /** The one that nothing has happened to for longest is first. */
    private final Map<Key, Batch> batches = new LinkedHashMap<>(16, 0.75f, true);

    private final LongSupplier nanoClock;

    /** One request of a batch, or whatever stands for it. Used by one thread at a time. */
    static final class Member {
        private final Batches batches;
        private final Ask ask;
        private boolean isKnown;
        private boolean isQueued;

        private Member(Batches batches, Ask ask) {
            this.batches = batches;
            this.ask = ask;
        }

        /** It takes up the place of a request that has been counted among those who wait. */
        void takesUp() {
            isKnown = true;
            isQueued = true;
        }

        /** Something happened to it. */
        void told(Kind kind, Duration waited) {
            batches.happened(ask, kind, isKnown, isQueued, waited);
            isKnown = true;
            isQueued = kind == Kind.QUEUED || (kind == Kind.KEPT && isQueued);
        }
    }

    /** Counts a request if it belongs to a batch, else null. */
    @Nullable Member member(Ask ask) {
        return ask.arrival().batch() == null ? null : new Member(this, ask);
    }

    /** Nobody came back to the place of a request that has been counted among those who wait. */
    void givenUp(Ask ask) {
        happened(ask, Kind.GIVEN_UP, true, true, Duration.ZERO);
    }

    private record Key(String caller, String batch) {}

    private static final class Batch {
        long total;
        long completed;
        long running;
        long queued;
        long failed;
        long admitted;
        long waitedMillis;
        long lastNanos;

        void add(Batch other) {
            total += other.total;
            completed += other.completed;
            running += other.running;
            queued += other.queued;
            failed += other.failed;
            admitted += other.admitted;
            waitedMillis += other.waitedMillis;
        }

        long[] counts() {
            return new long[] {total, completed, running, queued, failed, admitted, waitedMillis};
        }

        BatchView view(String name) {
            long average = admitted == 0 ? 0 : waitedMillis / admitted;
            return new BatchView(name, total, completed, running, queued, failed, Duration.ofMillis(average));
        }
    }

    Batches(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Something happened to a request of a batch.
     *
     * @param isKnown whether it, or the request whose place it took up, has been counted before
     * @param isQueued whether it is counted among those who wait
     */
    private void happened(Ask ask, Kind kind, boolean isKnown, boolean isQueued, Duration waited) {
        String name = ask.arrival().batch();
        if (name == null) {
            return;
        }
        lock.lock();
        try {
            Batch batch = batches.computeIfAbsent(new Key(ask.arrival().caller().key(), name), unknown -> new Batch());
            batch.lastNanos = nanoClock.getAsLong();
            batch.total += isKnown ? 0 : 1;
            count(batch, kind, isQueued, waited);
            forgetOld(batch.lastNanos);
        } finally {
            lock.unlock();
        }
    }

    private static void count(Batch batch, Kind kind, boolean isQueued, Duration waited) {
        int before = isQueued ? 1 : 0;
        switch (kind) {
            case QUEUED -> batch.queued += 1 - before;
            case ADMITTED -> {
                batch.queued -= before;
                batch.running++;
                batch.admitted++;
                batch.waitedMillis += waited.toMillis();
            }
            case REFUSED, SHED, EXPIRED, ABANDONED, GIVEN_UP -> {
                batch.queued -= before;
                batch.failed++;
            }
            case RELEASED -> {
                batch.running--;
                batch.completed++;
            }
            case KEPT, FELL_BACK -> {}
        }
    }

    private void forgetOld(long now) {
        Iterator<Batch> oldest = batches.values().iterator();
        while (oldest.hasNext()) {
            boolean isOld = now - oldest.next().lastNanos > KEPT_NANOS;
            if (!isOld && batches.size() <= MAX) {
                return;
            }
            oldest.remove();
        }
    }

    /** What has been counted here of the batches of that name, of all callers together, for {@link #sum}, or null. */
    long @Nullable [] counts(String name) {
        lock.lock();
        try {
            forgetOld(nanoClock.getAsLong());
            Batch all = new Batch();
            boolean isKnown = false;
            for (Map.Entry<Key, Batch> entry : batches.entrySet()) {
                if (entry.getKey().batch().equals(name)) {
                    isKnown = true;
                    all.add(entry.getValue());
                }
            }
            return isKnown ? all.counts() : null;
        } finally {
            lock.unlock();
        }
    }

    /** What several nodes have counted; what one has that was left out is missing. */
    static BatchView sum(String name, List<long[]> counts) {
        Batch all = new Batch();
        for (long[] one : counts) {
            Batch other = new Batch();
            other.total = one[0];
            other.completed = one[1];
            other.running = one[2];
            other.queued = one[3];
            other.failed = one[4];
            other.admitted = one[5];
            other.waitedMillis = one[6];
            all.add(other);
        }
        return all.view(name);
    }

    /** What has been counted here of a caller's batch, for {@link #sum}, or null. */
    long @Nullable [] counts(String caller, String name) {
        lock.lock();
        try {
            forgetOld(nanoClock.getAsLong());
            Batch batch = batches.get(new Key(caller, name));
            return batch == null ? null : batch.counts();
        } finally {
            lock.unlock();
        }
    }
}
