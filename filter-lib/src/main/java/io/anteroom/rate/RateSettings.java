// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.List;

/**
 * The rules for everybody.
 *
 * @param limits the limits; a caller's own of the same name is stronger
 * @param budgets the budgets; a caller's own of the same name is stronger
 * @param prices what models cost; the first that fits counts, and a model that none fits costs nothing
 * @param usualOutput how many tokens an answer is expected to have whose request sets no bound
 * @param onStoreFailure what becomes of requests while the store of the buckets fails
 */
public record RateSettings(
        List<Limit> limits, List<Budget> budgets, List<Price> prices, long usualOutput, OnStoreFailure onStoreFailure) {
    /** No limits. */
    public static final RateSettings NONE =
            new RateSettings(List.of(), List.of(), List.of(), 500, OnStoreFailure.LOCAL);

    private static final int MOST = 32;

    /** Copies the lists, and checks that no name stands twice. */
    public RateSettings {
        limits = List.copyOf(limits);
        budgets = List.copyOf(budgets);
        prices = List.copyOf(prices);
        Allowance.distinct("limits", limits.stream().map(Limit::name).toList());
        Allowance.distinct("budgets", budgets.stream().map(Budget::name).toList());
        Checks.range("limits", limits.size(), 0, MOST);
        Checks.range("budgets", budgets.size(), 0, MOST);
        Checks.range("prices", prices.size(), 0, 1000);
        Checks.range("usual-output", usualOutput, 0, 1_000_000);
    }

    /** The same with these limits. */
    public RateSettings withLimits(Limit... limits) {
        return new RateSettings(List.of(limits), budgets, prices, usualOutput, onStoreFailure);
    }

    /** The same with these budgets. */
    public RateSettings withBudgets(Budget... budgets) {
        return new RateSettings(limits, List.of(budgets), prices, usualOutput, onStoreFailure);
    }

    /** The same with these prices. */
    public RateSettings withPrices(Price... prices) {
        return new RateSettings(limits, budgets, List.of(prices), usualOutput, onStoreFailure);
    }

    /** The same with another expectation of answers. */
    public RateSettings withUsualOutput(long usualOutput) {
        return new RateSettings(limits, budgets, prices, usualOutput, onStoreFailure);
    }

    /** The same with another answer to a failing store. */
    public RateSettings onStoreFailure(OnStoreFailure onStoreFailure) {
        return new RateSettings(limits, budgets, prices, usualOutput, onStoreFailure);
    }

    boolean looksAtModels() {
        return limits.stream().anyMatch(Limit::looksAtModels)
                || budgets.stream().anyMatch(Budget::looksAtModels);
    }

    boolean isNone() {
        return limits.isEmpty() && budgets.isEmpty();
    }
}
