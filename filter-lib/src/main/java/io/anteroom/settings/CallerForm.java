// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Allowance;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.CallerPolicy.Rights;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Form.Values;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How callers and policies stand in the document. */
final class CallerForm {
    private static final CallerPolicy USUAL = CallerPolicy.DEFAULT;
    private static final String UNNAMED = "unnamed";

    private CallerForm() {}

    /** A policy of callers that are let in. */
    static Form<CallerPolicy> policy() {
        return policy(v -> Access.OPEN);
    }

    /** The policy of all others, who may be kept out. */
    static Form<CallerPolicy> others() {
        return policy(v -> v.<Boolean>at(10) ? Access.UNKNOWN : Access.OPEN)
                .has("only_known", Shapes.flag(), false, policy -> policy.access() == Access.UNKNOWN);
    }

    private static Form<CallerPolicy> policy(Function<Values, Access> access) {
        CallerLimits uncapped = CallerLimits.UNLIMITED;
        return new Form<CallerPolicy>(v -> made(v, access.apply(v)))
                .has("priority", Shapes.word(Priority.class), USUAL.priority(), CallerPolicy::priority)
                .may("highest_priority", Shapes.word(Priority.class), CallerPolicy::highestPriority)
                .may("longest_wait_ms", Shapes.millis(Duration.ZERO, Duration.ofDays(1)), CallerPolicy::longestWait)
                .has("weight", Shapes.count(1, 1000), USUAL.weight(), CallerPolicy::weight)
                .may("caps", PoolForm.limits(uncapped), CallerPolicy::limits)
                .has(
                        "may_fallback",
                        Shapes.flag(),
                        true,
                        policy -> policy.rights().mayFallback())
                .has("may_shed", Shapes.flag(), true, policy -> policy.rights().mayShed())
                .has(
                        "sees_depth",
                        Shapes.flag(),
                        true,
                        policy -> policy.rights().seesDepth())
                .has(
                        "limits",
                        LimitForm.limits(),
                        List.of(),
                        policy -> policy.allowance().limits())
                .has(
                        "budgets",
                        LimitForm.budgets(),
                        List.of(),
                        policy -> policy.allowance().budgets());
    }

    private static CallerPolicy made(Values v, Access access) {
        Priority priority = v.at(0);
        @Nullable Priority highest = v.at(1);
        if (highest != null && highest.isLowerThan(priority)) {
            throw new IllegalArgumentException("highest_priority: " + word(highest)
                    + " (expected: at least the priority, " + word(priority) + ")");
        }
        return new CallerPolicy(
                priority,
                highest == null ? priority : highest,
                v.at(2),
                v.at(3),
                v.at(4),
                new Rights(v.at(5), v.at(6), v.at(7)),
                new Allowance(v.at(8), v.at(9)),
                access);
    }

    private static String word(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }

    static Form<KnownCaller> caller() {
        return new Form<KnownCaller>(
                        v -> new KnownCaller(UNNAMED, v.at(0), v.at(1), v.at(2), v.at(3), v.at(4), v.at(5)))
                .needs(
                        Difference.KEY_HASH,
                        Shapes.text("[0-9a-f]{64}", "the SHA-256 of a key: 64 of 0-9, a-f"),
                        caller -> caller.sha256().toLowerCase(Locale.ROOT))
                .has(
                        "key_prefix",
                        Shapes.text("[^\\x00-\\x1f\\x7f]{0,16}", "at most 16 printable characters"),
                        "",
                        KnownCaller::prefix)
                .may("group", Shapes.text(".{1,128}", "the name of a group"), KnownCaller::group)
                .may("policy", policy(), KnownCaller::policy)
                .has("disabled", Shapes.flag(), false, KnownCaller::isDisabled)
                .may("expires", Shapes.instant(), KnownCaller::expires);
    }

    static KnownCaller renamed(String name, KnownCaller caller) {
        return new KnownCaller(
                name,
                caller.sha256(),
                caller.prefix(),
                caller.group(),
                caller.policy(),
                caller.isDisabled(),
                caller.expires());
    }
}
