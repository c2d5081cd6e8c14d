// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import io.anteroom.rate.RateLimits.Taken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What one request has to pay: taken once, before it waits, and settled once, when it has ended. Safe from any thread.
 */
public final class Toll {
    private static final AtomicIntegerFieldUpdater<Toll> STAGE =
            AtomicIntegerFieldUpdater.newUpdater(Toll.class, "stage");
    /** Nothing has been taken. */
    private static final int OPEN = 0;
    /** Taken, until it is settled. */
    private static final int TAKEN = 1;
    /** Refused, given back or settled: nothing more happens. */
    private static final int OVER = 2;

    private final RateLimits limits;
    private final Claim[] claims;
    private final List<Entry> entries;
    private final @Nullable AnswerMeter meter;
    private volatile int stage = OPEN;
    private volatile @Nullable Taken taken;

    /**
     * A reservation from a budget.
     *
     * @param price what tokens cost, or null
     */
    record Entry(Budget budget, String subject, @Nullable Price price, long reserved) {
        static long amount(Unit unit, @Nullable Price price, Usage usage) {
            return switch (unit) {
                case REQUESTS -> 1;
                case TOKENS -> usage.total();
                case COST -> price == null ? 0 : price.micros(usage.input(), usage.output());
            };
        }
    }

    Toll(RateLimits limits, Demand demand, Claim[] claims, List<Entry> entries) {
        this.limits = limits;
        this.claims = claims;
        this.entries = entries;
        this.meter = countsTokens(claims, entries) ? new AnswerMeter(demand.prompt()) : null;
    }

    private static boolean countsTokens(Claim[] claims, List<Entry> entries) {
        for (Claim claim : claims) {
            if (claim.limit().unit() == Unit.TOKENS) {
                return true;
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).budget().unit() != Unit.REQUESTS) {
                return true;
            }
        }
        return false;
    }

    /** Reads the answer to find out what was used, or null if nothing depends on that. */
    public @Nullable AnswerMeter meter() {
        return meter;
    }

    /** Takes everything, or nothing. To be called once. */
    public RateVerdict take() {
        RateVerdict.Exhausted exhausted = reserveEntries();
        if (exhausted != null) {
            return over(exhausted);
        }
        if (claims.length == 0) {
            stage = TAKEN;
            return RateVerdict.Passed.AT_ONCE;
        }
        Taken got = limits.take(claims);
        taken = got;
        Take take = got.take();
        if (!got.isLetIn()) {
            giveBackEntries(entries.size());
            return over(
                    take == null
                            ? new RateVerdict.Unavailable()
                            : new RateVerdict.Limited(
                                    claims[take.lacking()].limit(), Duration.ofNanos(take.waitNanos())));
        }
        stage = TAKEN;
        return take == null || take.waitNanos() == 0
                ? RateVerdict.Passed.AT_ONCE
                : new RateVerdict.Passed(Duration.ofNanos(take.waitNanos()));
    }

    private RateVerdict over(RateVerdict verdict) {
        stage = OVER;
        return verdict;
    }

    private void giveBackEntries(int count) {
        for (int i = 0; i < count; i++) {
            limits.settle(entries.get(i), 0);
        }
    }

    /** The request never ran: everything is given back. Does nothing if nothing is held. */
    public void giveBack() {
        if (stage == TAKEN && STAGE.compareAndSet(this, TAKEN, OVER)) {
            giveBackEntries(entries.size());
            correct(null);
        }
    }

    /**
     * The request goes on at another node, which settles what was taken from the buckets if it can.
     *
     * @return whether it can; if not, all has been given back
     */
    public boolean handOver() {
        if (stage != TAKEN || !STAGE.compareAndSet(this, TAKEN, OVER)) {
            return false;
        }
        giveBackEntries(entries.size());
        Taken got = taken;
        BucketStore shared = limits.shared();
        boolean canBe = shared != null && (claims.length == 0 || (got != null && shared.equals(got.from())));
        if (!canBe) {
            correct(null);
        }
        return canBe;
    }

    /** Takes everything but what another node has {@linkplain #handOver handed over}. To be called once. */
    public RateVerdict takeOver() {
        BucketStore shared = limits.shared();
        if (shared == null) {
            return take();
        }
        RateVerdict.Exhausted exhausted = reserveEntries();
        taken = new Taken(null, shared, true);
        stage = TAKEN;
        if (exhausted == null) {
            return RateVerdict.Passed.AT_ONCE;
        }
        stage = OVER;
        correct(null);
        return exhausted;
    }

    private RateVerdict.@Nullable Exhausted reserveEntries() {
        for (int i = 0; i < entries.size(); i++) {
            RateVerdict.Exhausted exhausted = limits.reserve(entries.get(i));
            if (exhausted != null) {
                giveBackEntries(i);
                return exhausted;
            }
        }
        return null;
    }

    /** The request has ended: what was really used takes the place of what was reserved. */
    public void settle() {
        if (stage == TAKEN && STAGE.compareAndSet(this, TAKEN, OVER)) {
            Usage usage = meter == null ? Usage.NONE : meter.usage();
            for (Entry entry : entries) {
                limits.settle(entry, Entry.amount(entry.budget().unit(), entry.price(), usage));
            }
            correct(usage);
        }
    }

    private void correct(@Nullable Usage usage) {
        Taken got = taken;
        BucketStore from = got == null ? null : got.from();
        if (from == null) {
            return;
        }
        for (Claim claim : claims) {
            long used = usage == null ? 0 : claim.limit().unit() == Unit.TOKENS ? usage.total() : claim.amount();
            if (used != claim.amount()) {
                limits.correct(from, claim, used - claim.amount());
            }
        }
    }

    /** How the limits stood right after taking, in the order of the settings; empty if nobody knows. */
    public List<LimitState> states() {
        Taken got = taken;
        Take take = got == null ? null : got.take();
        if (take == null) {
            return List.of();
        }
        List<LimitState> states = new ArrayList<>(claims.length);
        for (int i = 0; i < claims.length; i++) {
            states.add(LimitState.of(claims[i].limit(), take.remaining()[i], take.resetNanos()[i]));
        }
        return states;
    }
}
