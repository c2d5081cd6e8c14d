// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Has those who give wrong passwords wait, by account and by network, longer each time and never for ever. A network
 * from which an account has logged in before is counted by itself, so that strangers cannot lock an owner out. Safe
 * from any thread.
 */
final class LoginThrottle {
    private static final int FREE_OF_ACCOUNT = 5;
    private static final int FREE_OF_NETWORK = 15;
    private static final int MOST = 10_000;
    private static final int MOST_KNOWN = 1000;
    private static final long FIRST_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LONGEST_NANOS = Duration.ofMinutes(15).toNanos();
    private static final long FORGOTTEN_NANOS = Duration.ofHours(1).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Fails> fails = lru(MOST);
    private final Map<String, Boolean> known = lru(MOST_KNOWN);
    private final LongSupplier nanoClock;

    private record Fails(int count, long lastNanos, long untilNanos) {}

    LoginThrottle(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private static <V> Map<String, V> lru(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > most;
            }
        };
    }

    /** How long to wait before the next try; zero if it may be made, which counts as failed until it succeeds. */
    Duration begin(String user, String network) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            long longest = 0;
            for (String key : keys(user, network)) {
                Fails before = fails.get(key);
                longest = Math.max(longest, before == null ? 0 : before.untilNanos() - now);
            }
            if (longest <= 0) {
                keys(user, network).forEach(key -> count(key, now));
            }
            return Duration.ofNanos(Math.max(0, longest));
        } finally {
            lock.unlock();
        }
    }

    /** Counted before the password is checked, so that many tries at once are not one try. */
    private void count(String key, long now) {
        Fails before = fails.get(key);
        int count = before == null || now - before.lastNanos() > FORGOTTEN_NANOS ? 1 : before.count() + 1;
        int free = key.startsWith("network ") ? FREE_OF_NETWORK : FREE_OF_ACCOUNT;
        int over = Math.min(count - free, 20);
        long delay = over < 0 ? 0 : Math.min(LONGEST_NANOS, FIRST_NANOS << over);
        fails.put(key, new Fails(count, now, now + delay));
    }

    /** The password was right. */
    void succeeded(String user, String network) {
        lock.lock();
        try {
            keys(user, network).forEach(fails::remove);
            known.put(user + " " + network, true);
            fails.remove(pair(user, network));
        } finally {
            lock.unlock();
        }
    }

    /** Nothing was tried after all. */
    void undo(String user, String network) {
        lock.lock();
        try {
            for (String key : keys(user, network)) {
                fails.computeIfPresent(
                        key,
                        (same, now) ->
                                now.count() <= 1 ? null : new Fails(now.count() - 1, now.lastNanos(), now.lastNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    private List<String> keys(String user, String network) {
        boolean isKnown = known.containsKey(user + " " + network);
        return List.of(isKnown ? pair(user, network) : "account " + user, "network " + network);
    }

    private static String pair(String user, String network) {
        return "pair " + user + " " + network;
    }
}
