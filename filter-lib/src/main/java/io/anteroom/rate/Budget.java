// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * So much in a day or a month of the calendar, in UTC, and then nothing until the next.
 *
 * @param name names it in settings, events and counts, and finds its accounts again after an edit
 * @param unit tokens, cost in millionths, or requests
 * @param by what is counted apart; empty for everything together
 * @param amount how much
 * @param period day or month
 * @param softPercent the shares at which somebody is told, each from 1 to 100
 */
public record Budget(
        String name, Unit unit, Set<Scope> by, long amount, CalendarPeriod period, List<Integer> softPercent) {
    private static final long MOST = 1_000_000_000_000_000L;

    /** Checks all bounds. */
    public Budget {
        Checks.name(name);
        Checks.range("amount", amount, 1, MOST);
        by = by.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(by));
        softPercent = softPercent.stream().distinct().sorted().toList();
        softPercent.forEach(percent -> Checks.range("soft-percent", percent, 1, 100));
        Checks.range("soft-percent", softPercent.size(), 0, 10);
    }

    /** A budget of tokens for each caller. */
    public static Budget tokens(String name, long amount, CalendarPeriod period) {
        return new Budget(name, Unit.TOKENS, Set.of(Scope.KEY), amount, period, List.of());
    }

    /** A budget of money for each caller, in millionths of what the prices are in. */
    public static Budget cost(String name, long micros, CalendarPeriod period) {
        return new Budget(name, Unit.COST, Set.of(Scope.KEY), micros, period, List.of());
    }

    /** Whether it counts models apart, or what they cost. */
    boolean looksAtModels() {
        return by.contains(Scope.MODEL) || unit == Unit.COST;
    }

    /** The same counted apart by something else; by nothing for everything together. */
    public Budget countedBy(Scope... scopes) {
        return new Budget(name, unit, Set.of(scopes), amount, period, softPercent);
    }

    /** The same, telling somebody at these shares. */
    public Budget withSoftPercent(Integer... percent) {
        return new Budget(name, unit, by, amount, period, List.of(percent));
    }
}
