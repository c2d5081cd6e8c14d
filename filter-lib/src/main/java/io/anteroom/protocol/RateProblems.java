// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Problem.Kind;
import io.anteroom.rate.Budget;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Unit;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** Puts a verdict of the rate limits into words. */
public final class RateProblems {
    private static final Duration SOON = Duration.ofSeconds(1);

    private RateProblems() {}

    /** The problem of a request that a bucket has too little for. */
    public static Problem limited(RateVerdict.Limited verdict) {
        Limit limit = verdict.limit();
        String unit = unit(limit.unit());
        long seconds = RetryAfter.wholeSeconds(verdict.retryAfter());
        String message = "Rate limit '" + limit.name() + "' reached: " + limit.amount() + " " + unit + " per "
                + span(limit.per()) + ". Please try again in " + seconds + "s.";
        String queue = new JsonText()
                .text("status", "refused")
                .text("reason", Kind.RATE_LIMITED.reason())
                .text("limit_name", limit.name())
                .number("limit", limit.amount())
                .text("limit_unit", unit)
                .number("limit_window_seconds", Refusals.seconds(limit.per()))
                .number("retry_after_seconds", seconds)
                .number("retry_after_ms", (verdict.retryAfter().toNanos() + 999_999) / 1_000_000)
                .end();
        return new Problem(Kind.RATE_LIMITED, message, verdict.retryAfter(), queue);
    }

    /** The problem of a request that a budget has too little for: the same request is not worth sending again soon. */
    public static Problem exhausted(RateVerdict.Exhausted verdict) {
        Budget budget = verdict.budget();
        String unit = unit(budget.unit());
        String amount = amount(budget.unit(), budget.amount());
        String period = budget.period().name().toLowerCase(Locale.ROOT);
        String left = verdict.left() == 0
                ? "is used up"
                : "has only " + amount(budget.unit(), verdict.left()) + " " + unit
                        + " left, less than this request may need";
        String message = "Budget '" + budget.name() + "' of " + amount + " " + unit + " per " + period + " " + left
                + ". The next period begins at " + verdict.until() + ".";
        String queue = new JsonText()
                .text("status", "refused")
                .text("reason", Kind.QUOTA.reason())
                .text("budget_name", budget.name())
                .raw("budget", amount)
                .text("budget_unit", unit)
                .text("budget_period", period)
                .raw("budget_left", amount(budget.unit(), verdict.left()))
                .text("resets_at", verdict.until().toString())
                .end();
        return new Problem(Kind.QUOTA, message, null, queue);
    }

    /** The problem of a request while nobody can say what has been used. */
    public static Problem unavailable() {
        String message = "The limits of this caller cannot be checked at the moment. Please try again in 1s.";
        return new Problem(Kind.LIMITS_UNAVAILABLE, message, SOON, null);
    }

    private static String unit(Unit unit) {
        return unit.name().toLowerCase(Locale.ROOT);
    }

    /** Money is kept in millionths. */
    private static String amount(Unit unit, long amount) {
        return unit == Unit.COST
                ? BigDecimal.valueOf(amount, 6).stripTrailingZeros().toPlainString()
                : Long.toString(amount);
    }

    private static String span(Duration per) {
        if (per.equals(Duration.ofSeconds(1))) {
            return "second";
        }
        if (per.equals(Duration.ofMinutes(1))) {
            return "minute";
        }
        if (per.equals(Duration.ofHours(1))) {
            return "hour";
        }
        return per.equals(Duration.ofDays(1)) ? "day" : per.toMillis() + " ms";
    }
}
