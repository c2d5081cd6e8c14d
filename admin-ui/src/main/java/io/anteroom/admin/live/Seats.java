// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.live;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many may watch at once. Safe from any thread. */
public final class Seats {
    private final int most;
    private final int mostOfUser;
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> byUser = new ConcurrentHashMap<>();

    /**
     * All free.
     *
     * @param most in all
     * @param mostOfUser of one user
     */
    public Seats(int most, int mostOfUser) {
        this.most = most;
        this.mostOfUser = mostOfUser;
    }

    /** Takes one, to be given back with {@link #leave}; false if there is none left. */
    public boolean take(String user) {
        if (taken.incrementAndGet() > most) {
            taken.decrementAndGet();
            return false;
        }
        if (byUser.merge(user, 1, Integer::sum) > mostOfUser) {
            leave(user);
            return false;
        }
        return true;
    }

    /** Gives one back. */
    public void leave(String user) {
        byUser.computeIfPresent(user, (same, count) -> count > 1 ? count - 1 : null);
        taken.decrementAndGet();
    }

    /** How many are taken. */
    public int taken() {
        return taken.get();
    }
}
