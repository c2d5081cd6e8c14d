// SPDX-License-Identifier: Apache-2.0
package io.anteroom.webhook;

import java.time.Duration;

/**
 * When the state of a queue deserves somebody's attention.
 *
 * @param highUsagePercent how full a queue is when that is told, 1 to 100 percent of its places or bytes
 * @param marginPercent by how many points it must fall below that until it has recovered, 0 to 99
 * @param leastInterval how far apart a pool's changes of state are told at least, so that a queue at its threshold
 *     tells few of them; 1 s to a day
 * @param timeoutsEvery over what time requests that waited in vain are counted into one notice; 1 s to a day
 * @param stalledAfter how long requests wait without one being admitted until that is told; 1 s to a day
 */
public record WatchSettings(
        int highUsagePercent,
        int marginPercent,
        Duration leastInterval,
        Duration timeoutsEvery,
        Duration stalledAfter) {
    /** The shortest of the times. */
    public static final Duration SHORTEST = Duration.ofSeconds(1);

    /** The longest of the times. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /** 80 percent, 10 points, one change a minute, timeouts by the minute, stalled after two minutes. */
    public static final WatchSettings DEFAULT =
            new WatchSettings(80, 10, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(2));

    /** Checks all bounds. */
    public WatchSettings {
        if (highUsagePercent < 1 || highUsagePercent > 100) {
            throw new IllegalArgumentException(
                    "high_usage_percent: " + highUsagePercent + " (expected: from 1 to 100)");
        }
        if (marginPercent < 0 || marginPercent >= highUsagePercent) {
            throw new IllegalArgumentException("margin_percent: " + marginPercent
                    + " (expected: from 0 to less than high_usage_percent, " + highUsagePercent + ")");
        }
        check("least_interval_ms", leastInterval);
        check("timeouts_every_ms", timeoutsEvery);
        check("stalled_after_ms", stalledAfter);
    }

    private static void check(String key, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(key + ": " + value.toMillis() + " (expected: from " + SHORTEST.toMillis()
                    + " to " + LONGEST.toMillis() + ")");
        }
    }
}
