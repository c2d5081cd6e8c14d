// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * One priority level of a pool.
 *
 * @param weight the level's share of the slots beside the other levels that have work, 1 to 1000
 * @param longestWait how long a ticket waits before it expires, at most a day
 * @param maxWaiting how many may wait in this level
 * @param floorPercent in {@link Order#STRICT}, the share of the slots that the level is sure of while higher ones have
 *     work, 0 to 50: its credit grows while it waits, so none starves
 */
public record LevelSettings(int weight, Duration longestWait, int maxWaiting, int floorPercent) {
    /** Checks all bounds. */
    public LevelSettings {
        Bounds.check("weight", weight, 1, 1000);
        Bounds.check("longest-wait", longestWait, Bounds.LONGEST);
        Bounds.check("max-waiting", maxWaiting, 0, Integer.MAX_VALUE);
        Bounds.check("floor-percent", floorPercent, 0, 50);
    }

    /** The same with another weight. */
    public LevelSettings withWeight(int weight) {
        return new LevelSettings(weight, longestWait, maxWaiting, floorPercent);
    }

    /** The same with another longest wait. */
    public LevelSettings withLongestWait(Duration longestWait) {
        return new LevelSettings(weight, longestWait, maxWaiting, floorPercent);
    }

    /** The same with another bound on those who wait. */
    public LevelSettings withMaxWaiting(int maxWaiting) {
        return new LevelSettings(weight, longestWait, maxWaiting, floorPercent);
    }
}
