// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.BucketStore.Claim;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Some of the buckets. Everything but the lock itself is used under the lock.
 *
 * <p>Full buckets are dropped every now and then, and before anybody is turned away for lack of room: a bucket that is
 * full is no different from one that was never there.
 */
final class Stripe {
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A stripe full of buckets in use is not searched for every newcomer. */
    private static final long SEARCH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Fewer are not worth a sweep before its time. */
    private static final int SMALL = 128;

    private final ReentrantLock lock = new ReentrantLock();
    private final MeterTable meters = new MeterTable();
    /** One for each limit, for those who found no room. */
    private final Map<String, Meter> common = new HashMap<>();

    private final int max;
    private final LongAdder shared;
    /** Nothing here ever sees an earlier time, not even a bucket that is made anew. */
    private long latestNanos;

    private long sweptNanos;
    private int sweepAt = SMALL;

    Stripe(int max, long now, LongAdder shared) {
        this.max = max;
        this.latestNanos = now;
        this.sweptNanos = now;
        this.shared = shared;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    int size() {
        return meters.size() + common.size();
    }

    /** What time it is for these buckets. */
    long time(long clockNanos) {
        if (clockNanos - latestNanos > 0) {
            latestNanos = clockNanos;
        }
        return latestNanos;
    }

    /** The bucket of a claim, made if there is none. */
    Meter meter(Claim claim, long now) {
        Meter meter = meters.find(claim);
        if (meter == null) {
            meter = make(claim, now);
        }
        meter.follow(claim.limit(), now);
        return meter;
    }

    private Meter make(Claim claim, long now) {
        boolean isDue = meters.size() >= sweepAt || now - sweptNanos >= SWEEP_NANOS;
        if (isDue && (meters.size() < max || now - sweptNanos >= SEARCH_NANOS)) {
            sweep(now);
        }
        if (meters.size() >= max) {
            shared.increment();
            return common.computeIfAbsent(claim.limit().name(), name -> new Meter(claim, now));
        }
        Meter made = new Meter(claim, now);
        meters.add(made);
        return made;
    }

    private void sweep(long now) {
        sweptNanos = now;
        meters.sweep(now);
        common.values().removeIf(meter -> meter.isFull(now));
        sweepAt = Math.min(max, Math.max(SMALL, 2 * meters.size()));
    }

    /** A bucket that has been dropped was full, and what is given back to it is too much anyway. */
    void correct(Claim claim, long amount, long now) {
        Meter meter = meters.find(claim);
        if (meter == null && amount > 0) {
            meter = meter(claim, now);
        }
        if (meter != null) {
            meter.correct(amount, now);
        }
    }
}
