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
        long[] remaining = new long[claims.length];
        long[] resetNanos = new long[claims.length];
        long mask = lock(claims);
        try {
            long longest = 0;
            for (int i = 0; i < claims.length; i++) {
                Claim claim = claims[i];
                Stripe stripe = stripe(claim);
                long time = stripe.time(now);
                Meter meter = stripe.meter(claim, time);
                long wait = meter.take(claim.amount(), claim.patienceNanos(), time);
                if (wait > claim.patienceNanos()) {
                    return refuse(claims, i, wait, now, new Take(false, 0, i, remaining, resetNanos));
                }
                longest = Math.max(longest, wait);
                remaining[i] = meter.remaining();
                resetNanos[i] = meter.untilFull(time);
            }
            return new Take(true, longest, -1, remaining, resetNanos);
        } finally {
            unlock(mask);
        }
    }

    /** Undoes what was taken before the claim that lacks, and looks at those behind it. */
    private Take refuse(Claim[] claims, int lacking, long wait, long now, Take take) {
        int longest = lacking;
        long longestWait = wait;
        for (int i = 0; i < claims.length; i++) {
            Claim claim = claims[i];
            Stripe stripe = stripe(claim);
            long time = stripe.time(now);
            Meter meter = stripe.meter(claim, time);
            if (i < lacking) {
                meter.correct(-claim.amount(), time);
            } else if (i > lacking) {
                long other = meter.untilThereIs(claim.amount(), time);
                if (other > Math.max(longestWait, claim.patienceNanos())) {
                    longest = i;
                    longestWait = other;
                }
            }
            take.remaining()[i] = meter.remaining();
            take.resetNanos()[i] = meter.untilFull(time);
        }
        return new Take(false, longestWait, longest, take.remaining(), take.resetNanos());
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
        return claim.hash() >>> 26;
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
}
