// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The limits and budgets of one caller or group. One that has the name of a general one takes its place.
 *
 * @param limits its limits
 * @param budgets its budgets
 */
public record Allowance(List<Limit> limits, List<Budget> budgets) {
    /** None of its own. */
    public static final Allowance NONE = new Allowance(List.of(), List.of());

    /** Copies the lists, and checks that no name stands twice. */
    public Allowance {
        limits = List.copyOf(limits);
        budgets = List.copyOf(budgets);
        distinct("limits", limits.stream().map(Limit::name).toList());
        distinct("budgets", budgets.stream().map(Budget::name).toList());
    }

    /** Only limits. */
    public static Allowance of(Limit... limits) {
        return new Allowance(List.of(limits), List.of());
    }

    /** These limits and budgets, and those of {@code weaker} whose names do not stand among them. */
    public Allowance or(Allowance weaker) {
        List<Limit> allLimits = new ArrayList<>(limits);
        weaker.limits.stream().filter(limit -> !hasLimit(limit.name())).forEach(allLimits::add);
        List<Budget> allBudgets = new ArrayList<>(budgets);
        weaker.budgets.stream().filter(budget -> !hasBudget(budget.name())).forEach(allBudgets::add);
        return new Allowance(allLimits, allBudgets);
    }

    boolean isNone() {
        return limits.isEmpty() && budgets.isEmpty();
    }

    boolean looksAtModels() {
        return limits.stream().anyMatch(Limit::looksAtModels)
                || budgets.stream().anyMatch(Budget::looksAtModels);
    }

    boolean hasLimit(String name) {
        for (int i = 0; i < limits.size(); i++) {
            if (limits.get(i).name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    boolean hasBudget(String name) {
        for (int i = 0; i < budgets.size(); i++) {
            if (budgets.get(i).name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    static void distinct(String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(key + ": " + name + " (expected: each name once)");
            }
        }
    }
}
