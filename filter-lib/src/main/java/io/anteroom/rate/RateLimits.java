// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The limits and budgets, and the buckets and accounts behind them. Its settings can be changed while requests are
 * under way: a change counts from the next request on, and buckets go on with what has been used. Safe from any thread.
 */
public final class RateLimits {
    private static final System.Logger LOG = System.getLogger(RateLimits.class.getName());
    private static final Claim[] NO_CLAIMS = {};

    private final BucketStore store;
    private final LocalBuckets local;
    private final BudgetBook book;
    private final RateListener listener;
    private final LongAdder storeFailures = new LongAdder();
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private volatile RateSettings settings;

    /**
     * Limits over a store.
     *
     * @param store where the buckets are
     * @param local the buckets of this JVM, for when the store fails; may be the store itself
     */
    public RateLimits(
            RateSettings settings, BucketStore store, LocalBuckets local, BudgetBook book, RateListener listener) {
        this.settings = settings;
        this.store = store;
        this.local = local;
        this.book = book;
        this.listener = listener;
    }

    /** Limits over a store, or over buckets of this JVM alone if it is null. */
    public static RateLimits over(@Nullable BucketStore store, RateSettings settings, RateListener listener) {
        LocalBuckets local = new LocalBuckets();
        BudgetBook book = new BudgetBook(InstantSource.system());
        return new RateLimits(settings, store == null ? local : store, local, book, listener);
    }

    /** The rules as they are now. */
    public RateSettings settings() {
        return settings;
    }

    /** Changes the rules. */
    public void configure(RateSettings settings) {
        this.settings = settings;
    }

    /** The accounts of the budgets. */
    public BudgetBook book() {
        return book;
    }

    /** The buckets of this JVM. */
    public LocalBuckets local() {
        return local;
    }

    /** The buckets, if others count in them too. */
    @Nullable BucketStore shared() {
        return store == local ? null : store;
    }

    /** How often the store has failed. */
    public long storeFailures() {
        return storeFailures.sum();
    }

    /** Whether there are any rules for such a caller; if not, it need not be asked anything more. */
    public boolean concern(Allowance own) {
        return !settings.isNone() || !own.isNone();
    }

    /** Whether it matters to any rule for such a caller which model a request names. */
    public boolean lookAtModels(Allowance own) {
        return settings.looksAtModels() || own.looksAtModels();
    }

    /**
     * What a request has to pay, if anything applies to it. Nothing is taken yet.
     *
     * @param own its caller's own limits and budgets
     * @param patience how long it would wait for a bucket that lets requests wait
     * @return null if nothing applies to it
     */
    public @Nullable Toll toll(Subject subject, Allowance own, Demand demand, Duration patience) {
        RateSettings rules = settings;
        Claim[] claims = claims(rules, subject, own, demand, patience);
        List<Toll.Entry> entries = entries(rules, subject, own, demand);
        return claims.length == 0 && entries.isEmpty() ? null : new Toll(this, demand, claims, entries);
    }

    private static Claim[] claims(
            RateSettings rules, Subject subject, Allowance own, Demand demand, Duration patience) {
        int most = rules.limits().size() + own.limits().size();
        if (most == 0) {
            return NO_CLAIMS;
        }
        Claim[] claims = new Claim[most];
        int n = 0;
        for (int i = 0; i < most; i++) {
            boolean isGeneral = i < rules.limits().size();
            Limit limit = isGeneral
                    ? rules.limits().get(i)
                    : own.limits().get(i - rules.limits().size());
            if (limit.isFor(subject) && !(isGeneral && own.hasLimit(limit.name()))) {
                claims[n++] = claim(rules, limit, subject, demand, patience);
            }
        }
        return n == most ? claims : Arrays.copyOf(claims, n);
    }

    private static Claim claim(RateSettings rules, Limit limit, Subject subject, Demand demand, Duration patience) {
        long amount = limit.unit() == Unit.REQUESTS ? 1 : demand.prompt() + demand.outputOr(rules.usualOutput());
        long patienceNanos = limit.onLimit() == OnLimit.QUEUE ? patience.toNanos() : 0;
        // More than a bucket can hold could never be taken; what it really uses counts in the end.
        return new Claim(limit, subject.in(limit.by()), Math.min(amount, limit.burst()), patienceNanos);
    }

    private static List<Toll.Entry> entries(RateSettings rules, Subject subject, Allowance own, Demand demand) {
        if (rules.budgets().isEmpty() && own.budgets().isEmpty()) {
            return List.of();
        }
        List<Toll.Entry> entries = new ArrayList<>();
        for (Budget budget : rules.budgets()) {
            if (!own.hasBudget(budget.name())) {
                entries.add(entry(rules, budget, subject, demand));
            }
        }
        own.budgets().forEach(budget -> entries.add(entry(rules, budget, subject, demand)));
        return entries;
    }

    private static Toll.Entry entry(RateSettings rules, Budget budget, Subject subject, Demand demand) {
        Price price = price(rules, subject);
        Usage expected = new Usage(demand.prompt(), demand.outputOr(rules.usualOutput()));
        return new Toll.Entry(
                budget, subject.in(budget.by()), price, Toll.Entry.amount(budget.unit(), price, expected));
    }

    private static @Nullable Price price(RateSettings rules, Subject subject) {
        for (Price price : rules.prices()) {
            if (ModelName.fits(price.models(), subject.model())) {
                return price;
            }
        }
        return null;
    }

    /** Takes from the store, or does as the settings say where that fails. */
    Taken take(Claim[] claims) {
        try {
            Take take = store.take(claims);
            if (hasFailed.get()) {
                hasFailed.set(false);
            }
            return Taken.of(take, store);
        } catch (RuntimeException e) {
            failed(e);
            return switch (settings.onStoreFailure()) {
                case FAIL_OPEN -> Taken.UNCOUNTED;
                case FAIL_CLOSED -> Taken.UNAVAILABLE;
                case LOCAL -> Taken.of(local.take(claims), local);
            };
        }
    }

    /** Corrects in the store that it was taken from; one that fails now has forgotten nothing but this. */
    void correct(BucketStore from, Claim claim, long amount) {
        try {
            from.correct(claim, amount);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        storeFailures.increment();
        if (hasFailed.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "the store of the rate limits fails", e);
            tell(() -> listener.storeFailed(e));
        }
    }

    RateVerdict.@Nullable Exhausted reserve(Toll.Entry entry) {
        return book.reserve(entry.budget(), entry.subject(), entry.reserved());
    }

    void settle(Toll.Entry entry, long used) {
        RateListener.SoftLimit passed = book.settle(entry.budget(), entry.subject(), entry.reserved(), used);
        if (passed != null) {
            tell(() -> listener.reached(passed));
        }
    }

    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a rate listener failed", e);
        }
    }

    /**
     * How taking went.
     *
     * @param take the answer, or null where none came
     * @param from the store that gave it, or null
     * @param isLetIn whether the request goes on
     */
    record Taken(@Nullable Take take, @Nullable BucketStore from, boolean isLetIn) {
        static final Taken UNCOUNTED = new Taken(null, null, true);
        static final Taken UNAVAILABLE = new Taken(null, null, false);

        static Taken of(Take take, BucketStore from) {
            return new Taken(take, from, take.isTaken());
        }
    }
}
