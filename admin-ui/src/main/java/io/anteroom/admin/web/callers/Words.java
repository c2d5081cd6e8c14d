// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admission.CallerLimits;
import io.anteroom.rate.Budget;
import io.anteroom.rate.Unit;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What the pages about callers say. */
final class Words {
    static final String SECTION = "callers";
    private static final Duration SOON = Duration.ofDays(7);
    private static final double MICROS = 1_000_000;

    private Words() {}

    /** How a key stands. */
    static StateWord state(KnownCaller caller, Instant now) {
        Instant expires = caller.expires();
        if (caller.isDisabled()) {
            return StateWord.hold("Disabled");
        }
        if (expires == null) {
            return StateWord.ok("Counts");
        }
        if (!now.isBefore(expires)) {
            return StateWord.idle("Expired");
        }
        return now.isBefore(expires.minus(SOON))
                ? StateWord.ok("Counts")
                : StateWord.warn("Expires soon").withIcon("clock");
    }

    /** The policy that a key has, wherever that is written. */
    static CallerPolicy policy(Callers.Snapshot callers, KnownCaller caller) {
        CallerPolicy own = caller.policy();
        String group = caller.group();
        CallerPolicy ofGroup = group == null ? null : callers.groups().get(group);
        return own != null ? own : ofGroup != null ? ofGroup : callers.others();
    }

    /** Where that is written. */
    static String origin(KnownCaller caller) {
        String group = caller.group();
        if (caller.policy() != null) {
            return "its own";
        }
        return group == null ? "of everybody else" : "of the group";
    }

    static String level(CallerPolicy policy) {
        String usual = word(policy.priority());
        String highest = word(policy.highestPriority());
        return usual.equals(highest) ? usual : usual + ", up to " + highest;
    }

    static String wait(CallerPolicy policy, Format format) {
        Duration longest = policy.longestWait();
        return longest == null ? "the level's" : format.duration(longest);
    }

    static String caps(CallerPolicy policy, Format format) {
        CallerLimits limits = policy.limits();
        return limits == null
                ? "the pool's"
                : bound(limits.maxWaiting(), format) + " / " + bound(limits.maxRunning(), format);
    }

    private static String bound(int value, Format format) {
        return value == Integer.MAX_VALUE ? "∞" : format.count(value);
    }

    /** Rate limits and budgets of its own, as they stand in the settings. */
    static String allowance(CallerPolicy policy, Format format) {
        int limits = policy.allowance().limits().size();
        int budgets = policy.allowance().budgets().size();
        return limits + budgets == 0
                ? ""
                : format.many(limits, "rate limit", "rate limits") + " and "
                        + format.many(budgets, "budget", "budgets");
    }

    static String used(Budget budget, long used, Format format) {
        if (budget.unit() == Unit.COST) {
            return format.number(used / MICROS) + " of " + format.number(budget.amount() / MICROS);
        }
        return format.count(used) + " of " + format.count(budget.amount()) + " " + word(budget.unit());
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
