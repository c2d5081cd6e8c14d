// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/**
 * What one caller may take of a pool.
 *
 * @param maxWaiting how many of its requests may wait, 0 for none
 * @param maxRunning how many may run at the same time, at least 1
 */
public record CallerLimits(int maxWaiting, int maxRunning) {
    /** No limit of its own. */
    public static final CallerLimits UNLIMITED = new CallerLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks both bounds. */
    public CallerLimits {
        Bounds.check("max-waiting", maxWaiting, 0, Integer.MAX_VALUE);
        Bounds.check("max-running", maxRunning, 1, Integer.MAX_VALUE);
    }
}
