// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The steps of a chart.
 *
 * @param minutes how long each is
 * @param first the number of the first since 1970
 * @param end the number after the last
 */
record Steps(long minutes, long first, long end) {
    /** Those from one moment to another, each a multiple of its length. */
    static Steps of(Instant from, Instant to, Duration step) {
        long minutes = step.toMinutes();
        if (minutes < 1 || !Duration.ofMinutes(minutes).equals(step)) {
            throw new IllegalArgumentException("step: " + step + " (expected: whole minutes, at least one)");
        }
        long first = Math.floorDiv(Analytics.floor(from), minutes);
        long end = -Math.floorDiv(-Analytics.ceil(to), minutes);
        if (end - first > Analytics.MOST_POINTS) {
            throw new IllegalArgumentException("step: " + step + " (expected: at least "
                    + Duration.ofMinutes((Analytics.ceil(to) - Analytics.floor(from)) / Analytics.MOST_POINTS + 1)
                    + " for such a period)");
        }
        return new Steps(minutes, first, end);
    }

    int count() {
        return (int) (end - first);
    }

    /** Which of them a minute is in. */
    int of(long minute) {
        return (int) (Math.floorDiv(minute, minutes) - first);
    }

    /** What is read for them. */
    List<AnalyticsStore.Range> ranges() {
        return Cover.of(first * minutes, end * minutes, minutes);
    }
}
