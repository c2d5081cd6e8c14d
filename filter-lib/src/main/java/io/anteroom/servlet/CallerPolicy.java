// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Allowance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a caller gets, and what it may ask for. An option that it may not use is ignored, and the answer says so.
 *
 * @param priority the level of its requests that do not say
 * @param highestPriority the highest level that it may ask for; every lower one it may ask for too
 * @param longestWait the longest wait that it may ask for, if that is longer than the level's; null for the level's, so
 *     that it can only shorten it. Does not bound requests that do not ask: they wait up to the level's
 * @param weight its share beside other callers of its level, 1 to 1000
 * @param limits how many of its requests may wait and run, or null for the pool's
 * @param rights what else it may do
 * @param allowance its own rate limits and budgets, beside or instead of the general ones
 * @param access whether it is let in at all
 */
public record CallerPolicy(
        Priority priority,
        Priority highestPriority,
        @Nullable Duration longestWait,
        int weight,
        @Nullable CallerLimits limits,
        Rights rights,
        Allowance allowance,
        Access access) {

    /** Normal priority; may ask for less, and for a shorter wait. */
    public static final CallerPolicy DEFAULT = new CallerPolicy(Priority.NORMAL, Priority.NORMAL, null, 1, null);

    /** Normal priority; may ask for anything. For callers who are one's own. */
    public static final CallerPolicy TRUSTED =
            new CallerPolicy(Priority.NORMAL, Priority.CRITICAL, Duration.ofDays(1), 1, null);

    /** Is not let in: for all others, where only known callers are. */
    public static final CallerPolicy NOBODY = DEFAULT.with(Access.UNKNOWN);

    /** Checks the weight. */
    public CallerPolicy {
        if (weight < 1 || weight > 1000) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: from 1 to 1000)");
        }
    }

    /** A policy with all rights and no rate limits of its own. */
    public CallerPolicy(
            Priority priority,
            Priority highestPriority,
            @Nullable Duration longestWait,
            int weight,
            @Nullable CallerLimits limits) {
        this(priority, highestPriority, longestWait, weight, limits, Rights.ALL, Allowance.NONE, Access.OPEN);
    }

    /**
     * What a caller may do besides sending requests.
     *
     * @param mayFallback whether its requests may go on to the fallback when their longest wait is over
     * @param mayShed whether its requests may push others out of a full queue
     * @param seesDepth whether {@code /queue/status} tells it how the pools stand as a whole; where it stands itself,
     *     and in how long a queue, is told to everybody who waits
     */
    public record Rights(boolean mayFallback, boolean mayShed, boolean seesDepth) {
        /** Everything. */
        public static final Rights ALL = new Rights(true, true, true);
    }

    /** Whether a caller is let in. */
    public enum Access {
        /** It is. */
        OPEN,
        /** Its key has been switched off. */
        DISABLED,
        /** Its key's time is over. */
        EXPIRED,
        /** Nobody knows its key, and only known callers are let in. */
        UNKNOWN
    }

    /** The same with another level for requests that do not say, and the right to ask for it. */
    public CallerPolicy withPriority(Priority priority) {
        Priority highest = highestPriority.isLowerThan(priority) ? priority : highestPriority;
        return new CallerPolicy(priority, highest, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with the right to ask for another level, at least that of its requests that do not say. */
    public CallerPolicy withHighestPriority(Priority highest) {
        Priority effective = highest.isLowerThan(priority) ? priority : highest;
        return new CallerPolicy(priority, effective, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with another longest wait to ask for. */
    public CallerPolicy withLongestWait(Duration longestWait) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with another share. */
    public CallerPolicy withWeight(int weight) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with its own caps on waiting and running. */
    public CallerPolicy withLimits(CallerLimits limits) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with other rights. */
    public CallerPolicy withRights(Rights rights) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }

    /** The same with its own rate limits and budgets. */
    public CallerPolicy withAllowance(Allowance allowance) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }

    CallerPolicy with(Access access) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits, rights, allowance, access);
    }
}
