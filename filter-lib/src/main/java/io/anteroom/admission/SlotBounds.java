// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.HashMap;
import java.util.Map;

/**
 * How many slots of a pool may be used according to each of those who know something of its backends: one sees that
 * they have requests waiting inside, another that some of them are down. The least counts, and none forgets what
 * another has said. Not thread-safe.
 */
public final class SlotBounds {
    private final Map<String, Integer> bounds = new HashMap<>();

    /**
     * Takes what a source says in place of what it has said before.
     *
     * @param source who says so: one of a few names that are written in the code
     * @param most at least 1; {@link Integer#MAX_VALUE} if it has nothing to say any more
     * @return what counts from now on, {@link Integer#MAX_VALUE} if nobody says anything
     */
    public int set(String source, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: at least 1)");
        }
        if (most == Integer.MAX_VALUE) {
            bounds.remove(source);
        } else {
            bounds.put(source, most);
        }
        return bounds.values().stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
    }
}
