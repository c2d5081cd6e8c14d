// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * So much in a period, for each caller, address, model or pool, or each combination of these.
 *
 * @param name names it in settings, header fields and counts, and finds its buckets again after an edit
 * @param unit requests or tokens
 * @param by what is counted apart; empty for everything together
 * @param amount how much a period brings, at most one for each of its nanoseconds
 * @param per the period, from a millisecond to 31 days
 * @param burst how much can be saved up and used at once
 * @param refill whether the amount comes evenly or all at once
 * @param onLimit what becomes of a request that finds too little
 * @param models the models that it is for, as {@code exact}, {@code prefix*} or {@code *}; null for all
 */
public record Limit(
        String name,
        Unit unit,
        Set<Scope> by,
        long amount,
        Duration per,
        long burst,
        Refill refill,
        OnLimit onLimit,
        @Nullable String models) {
    private static final long MOST = 1_000_000_000_000L;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(31);

    /** Checks all bounds. */
    public Limit {
        Checks.name(name);
        if (unit == Unit.COST) {
            throw new IllegalArgumentException("unit: cost (expected: requests or tokens; cost is for budgets)");
        }
        if (per.compareTo(SHORTEST) < 0 || per.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("per: " + per + " (expected: from 1ms to 31d)");
        }
        Checks.range("amount", amount, 1, Math.min(MOST, per.toNanos()));
        Checks.range("burst", burst, 1, MOST);
        if (models != null) {
            Checks.pattern("models", models);
        }
        by = by.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(by));
    }

    /** So many requests in a period for each caller, evenly, with as many at once; more are refused. */
    public static Limit requests(String name, long amount, Duration per) {
        return new Limit(
                name, Unit.REQUESTS, Set.of(Scope.KEY), amount, per, amount, Refill.SMOOTH, OnLimit.REJECT, null);
    }

    /** The same in tokens. */
    public static Limit tokens(String name, long amount, Duration per) {
        return new Limit(
                name, Unit.TOKENS, Set.of(Scope.KEY), amount, per, amount, Refill.SMOOTH, OnLimit.REJECT, null);
    }

    /** The same counted apart by something else; by nothing for everything together. */
    public Limit countedBy(Scope... scopes) {
        return new Limit(name, unit, Set.of(scopes), amount, per, burst, refill, onLimit, models);
    }

    /** The same with another amount to save up. */
    public Limit withBurst(long burst) {
        return new Limit(name, unit, by, amount, per, burst, refill, onLimit, models);
    }

    /** The same, refilled in another way. */
    public Limit withRefill(Refill refill) {
        return new Limit(name, unit, by, amount, per, burst, refill, onLimit, models);
    }

    /** The same with something else for a request that finds too little. */
    public Limit onLimit(OnLimit onLimit) {
        return new Limit(name, unit, by, amount, per, burst, refill, onLimit, models);
    }

    /** The same for some models only. */
    public Limit forModels(String models) {
        return new Limit(name, unit, by, amount, per, burst, refill, onLimit, models);
    }

    /** Whether it counts models apart, or is for some of them. */
    boolean looksAtModels() {
        return by.contains(Scope.MODEL) || (models != null && !models.equals("*"));
    }

    boolean isFor(Subject subject) {
        return models == null || ModelName.fits(models, subject.model());
    }
}
