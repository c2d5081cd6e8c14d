// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Priority;
import io.anteroom.protocol.Options;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets of what it asked for.
 *
 * @param arrival what the pool is asked
 * @param ignored the names of the options that its caller may not use, or null
 */
record Grant(Arrival arrival, @Nullable String ignored) {

    static Grant of(Arrival plain, CallerPolicy policy, Options options, Pool pool) {
        boolean mayShed = policy.rights().mayShed();
        if (options.equals(Options.NONE)) {
            return new Grant(mayShed ? plain : plain.withOnFull(OnFull.REJECT), null);
        }
        Priority asked = options.priority();
        boolean tooHigh = asked != null && policy.highestPriority().isLowerThan(asked);
        Priority priority = asked == null || tooHigh ? plain.priority() : asked;
        Duration level = pool.settings().level(priority).longestWait();
        Duration allowed = longest(policy.longestWait(), level);
        Duration wanted = options.longestWait();
        boolean tooLong = wanted != null && wanted.compareTo(allowed) > 0;
        Duration wait = shorter(wanted == null || tooLong ? null : wanted, level, options.clientTimeout());
        OnFull onFull = mayShed ? options.onFull() : OnFull.REJECT;
        boolean mayQueue = !Boolean.FALSE.equals(options.enabled());
        Arrival arrival = new Arrival(
                plain.caller(),
                priority,
                wait,
                plain.bytes(),
                plain.cost(),
                onFull,
                mayQueue,
                options.batch(),
                null,
                null);
        return new Grant(arrival, names(tooHigh, tooLong, !mayShed && options.onFull() == OnFull.SHED_LOWEST));
    }

    /** Nobody is held longer for having asked for less than the level gives to whoever does not ask. */
    private static Duration longest(@Nullable Duration policy, Duration level) {
        return policy != null && policy.compareTo(level) > 0 ? policy : level;
    }

    /** A client that declares its own time-out is not held past it. */
    private static @Nullable Duration shorter(
            @Nullable Duration wait, Duration level, @Nullable Duration clientTimeout) {
        Duration effective = wait == null ? level : wait;
        return clientTimeout != null && clientTimeout.compareTo(effective) < 0 ? clientTimeout : wait;
    }

    /** One more name in a list that may be null. */
    static String also(@Nullable String names, String name) {
        return names == null ? name : names + ", " + name;
    }

    private static @Nullable String names(boolean priority, boolean maxWait, boolean onFull) {
        StringJoiner names = new StringJoiner(", ");
        if (priority) {
            names.add("priority");
        }
        if (maxWait) {
            names.add("max-wait");
        }
        if (onFull) {
            names.add("on-full");
        }
        return names.length() == 0 ? null : names.toString();
    }
}
