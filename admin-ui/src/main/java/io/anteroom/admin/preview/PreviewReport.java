// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.Map;

/**
 * What the last hour was like, and what it would have been like.
 *
 * @param requests how many requests it is about
 * @param span from the first of them to the last
 * @param guessed for how many of them the cost is a guess, because they never ran
 * @param real how it went, under whatever settings and modes were in force then
 * @param current the same requests with the settings that are in force
 * @param proposed the same requests with the proposed settings
 */
public record PreviewReport(int requests, Duration span, int guessed, Outcome real, Outcome current, Outcome proposed) {
    /** Fewer requests than this tell too little to decide by. */
    public static final int ENOUGH = 100;

    /** Whether there is enough to go by. */
    public boolean isTelling() {
        return requests >= ENOUGH;
    }

    /**
     * How a set of requests fared.
     *
     * @param levels by level, those that had any
     * @param all together
     * @param busyPercent how much of the slots' time was used; -1 where that is not known
     */
    public record Outcome(Map<Priority, Figures> levels, Figures all, double busyPercent) {}

    /**
     * Counts, and the waits of those who were served.
     *
     * @param arrived how many came
     * @param served how many got a slot
     * @param refused how many were refused on arrival
     * @param expired how many had waited for longest
     * @param shed how many lost their place to others
     * @param abandoned how many left
     * @param medianWait half of the served waited no longer
     * @param p95Wait 95 % of the served waited no longer
     */
    public record Figures(
            int arrived,
            int served,
            int refused,
            int expired,
            int shed,
            int abandoned,
            Duration medianWait,
            Duration p95Wait) {}
}
