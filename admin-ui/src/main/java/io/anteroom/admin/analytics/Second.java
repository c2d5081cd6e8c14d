// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Duration;
import java.time.Instant;

/**
 * What happened in one second.
 *
 * @param at its beginning
 * @param arrived requests that came
 * @param admitted requests that got a slot
 * @param released requests that have given their slot back
 * @param failed requests that were refused, waited in vain, or lost their place
 * @param waiting how many waited when it was last looked, which is once a second
 * @param running how many ran
 * @param waited how long those had waited that got a slot, together
 * @param longestWait the longest of these waits
 */
public record Second(
        Instant at,
        long arrived,
        long admitted,
        long released,
        long failed,
        long waiting,
        long running,
        Duration waited,
        Duration longestWait) {

    /** The same second in another pool added. */
    Second plus(Second other) {
        return new Second(
                at,
                arrived + other.arrived,
                admitted + other.admitted,
                released + other.released,
                failed + other.failed,
                waiting + other.waiting,
                running + other.running,
                waited.plus(other.waited),
                longestWait.compareTo(other.longestWait) < 0 ? other.longestWait : longestWait);
    }
}
