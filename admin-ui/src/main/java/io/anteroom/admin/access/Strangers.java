// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.util.HashMap;
import java.util.Map;

/**
 * How many of those who have not proved who they are may be sending something at a time: {@value #AT_ONCE} in all, and
 * {@value #OF_ONE_NETWORK} of one network. Whoever sends slowly holds a thread, and must not hold all of them. Safe
 * from any thread.
 */
public final class Strangers {
    /** How many in all. */
    public static final int AT_ONCE = 12;
    /** How many of one network. */
    public static final int OF_ONE_NETWORK = 4;

    private final Map<String, Integer> byNetwork = new HashMap<>();
    private int all;

    /** Nobody yet. */
    public Strangers() {}

    /** Lets one in, who must {@link #leave}; false if there are too many. */
    public synchronized boolean enter(String network) {
        if (all >= AT_ONCE || byNetwork.getOrDefault(network, 0) >= OF_ONE_NETWORK) {
            return false;
        }
        all++;
        int unused = byNetwork.merge(network, 1, Integer::sum);
        return true;
    }

    /** One is gone. */
    public synchronized void leave(String network) {
        all--;
        Integer unused = byNetwork.computeIfPresent(network, (same, count) -> count > 1 ? count - 1 : null);
    }
}
