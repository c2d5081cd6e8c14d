// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The buckets of this JVM. They are spread over {@value #STRIPES} stripes, each with a lock; a decision holds the locks
 * of all its buckets, taken in one order, and so is all or nothing. The number of buckets is bounded: full ones are
 * dropped, and when all the rest is in use newcomers share one bucket for each limit. Safe from any thread.
 */
public final class LocalBuckets implements BucketStore {
    /** How many buckets there are at most, unless told otherwise. */
    public static final int MAX_BUCKETS = 200_000;

    static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final LongSupplier nanoClock;
    private final LongAdder shared = new LongAdder();

    /** Buckets by the JVM's clock. */
    public LocalBuckets() {
        this(System::nanoTime, MAX_BUCKETS);
    }

    /**
     * Buckets by a clock.
     *
     * @param nanoClock nanoseconds; going back counts as standing still
     * @param maxBuckets how many at most, from 64 on
     */
    public LocalBuckets(LongSupplier nanoClock, int maxBuckets) {
        Checks.range("max-buckets", maxBuckets, STRIPES, 100_000_000);
        this.nanoClock = nanoClock;
        long now = nanoClock.getAsLong();
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(maxBuckets / STRIPES, now, shared);
        }
    }

    @Override
    public Take take(Claim[] claims) {
        long now = nanoClock.getAsLong();
        long mask = lock(claims);
        try {
            return new Taking(claims, now).run();
        } finally {
            unlock(mask);
        }
    }

    @Override
    public void correct(Claim claim, long amount) {
        Stripe stripe = stripe(claim);
        stripe.lock();
        try {
            stripe.correct(claim, amount, stripe.time(nanoClock.getAsLong()));
        } finally {
            stripe.unlock();
        }
    }

    /** How many buckets there are. */
    public int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                size += stripe.size();
            } finally {
                stripe.unlock();
            }
        }
        return size;
    }

    /** How often a newcomer had to share a bucket because there were too many. */
    public long shared() {
        return shared.sum();
    }

    private static int stripeOf(Claim claim) {
        int hash = claim.subject().hashCode() * 31 + claim.limit().name().hashCode();
        return (hash * 0x9E3779B9) >>> 26;
    }

    private Stripe stripe(Claim claim) {
        return stripes[stripeOf(claim)];
    }

    private long lock(Claim[] claims) {
        long mask = 0;
        for (Claim claim : claims) {
            mask |= 1L << stripeOf(claim);
        }
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            stripes[Long.numberOfTrailingZeros(rest)].lock();
        }
        return mask;
    }

    private void unlock(long mask) {
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            stripes[Long.numberOfTrailingZeros(rest)].unlock();
        }
    }

    /** One decision, under the locks. */
    private final class Taking {
        private final Claim[] claims;
        private final Meter[] meters;
        private final long now;
        private final long[] remaining;
        private final long[] resetNanos;
        private long waitNanos;

        Taking(Claim[] claims, long now) {
            this.claims = claims;
            this.now = now;
            meters = new Meter[claims.length];
            remaining = new long[claims.length];
            resetNanos = new long[claims.length];
        }

        Take run() {
            for (int i = 0; i < claims.length; i++) {
                Stripe stripe = stripe(claims[i]);
                long time = stripe.time(now);
                Meter meter = stripe.meter(claims[i], time);
                meters[i] = meter;
                long wait = meter.take(claims[i].amount(), claims[i].patienceNanos(), time);
                if (wait > claims[i].patienceNanos()) {
                    return refuse(i, wait);
                }
                waitNanos = Math.max(waitNanos, wait);
                note(i, meter, time);
            }
            return new Take(true, waitNanos, -1, remaining, resetNanos);
        }

        /** Undoes what was taken before the claim that lacks, and looks at those behind it. */
        private Take refuse(int lacking, long wait) {
            int longest = lacking;
            long longestWait = wait;
            for (int i = 0; i < claims.length; i++) {
                long time = stripe(claims[i]).time(now);
                if (i < lacking) {
                    meters[i].correct(-claims[i].amount(), time);
                } else if (i > lacking) {
                    meters[i] = stripe(claims[i]).meter(claims[i], time);
                    long other = meters[i].untilThereIs(claims[i].amount(), time);
                    if (other > Math.max(longestWait, claims[i].patienceNanos())) {
                        longest = i;
                        longestWait = other;
                    }
                }
                note(i, meters[i], time);
            }
            return new Take(false, longestWait, longest, remaining, resetNanos);
        }

        private void note(int i, Meter meter, long time) {
            remaining[i] = meter.remaining();
            resetNanos[i] = meter.untilFull(time);
        }
    }
}
