// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a caller gets, and what it may ask for. An option that it may not use is ignored, and the answer says so.
 *
 * @param priority the level of its requests that do not say
 * @param highestPriority the highest level that it may ask for
 * @param longestWait the longest wait that it may ask for; null for the level's, so that it can only shorten it
 * @param weight its share beside other callers of its level, 1 to 1000
 * @param limits its own limits, or null for the pool's
 */
public record CallerPolicy(
        Priority priority,
        Priority highestPriority,
        @Nullable Duration longestWait,
        int weight,
        @Nullable CallerLimits limits) {

    /** Normal priority; may ask for less, and for a shorter wait. */
    public static final CallerPolicy DEFAULT = new CallerPolicy(Priority.NORMAL, Priority.NORMAL, null, 1, null);

    /** Normal priority; may ask for anything. For callers who are one's own. */
    public static final CallerPolicy TRUSTED =
            new CallerPolicy(Priority.NORMAL, Priority.CRITICAL, Duration.ofDays(1), 1, null);

    /** The same with another level for requests that do not say, and the right to ask for it. */
    public CallerPolicy withPriority(Priority priority) {
        Priority highest = highestPriority.isLowerThan(priority) ? priority : highestPriority;
        return new CallerPolicy(priority, highest, longestWait, weight, limits);
    }

    /** The same with another share. */
    public CallerPolicy withWeight(int weight) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits);
    }

    /** The same with its own limits. */
    public CallerPolicy withLimits(CallerLimits limits) {
        return new CallerPolicy(priority, highestPriority, longestWait, weight, limits);
    }
}
