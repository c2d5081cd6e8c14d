// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Everything about a pool that an operator can change while it runs. Immutable.
 *
 * @param slots how many requests may run at once, 0 to 1,000,000 (0 admits nobody)
 * @param order who goes first
 * @param levels the settings of every priority level
 * @param maxWaiting how many may wait in all
 * @param maxWaitingBytes how many bytes the buffered bodies of those who wait may take in all
 * @param perKey what one API key may take
 * @param perIp what one IP address may take
 * @param onFull what happens to a request that finds the queue full and does not say itself
 * @param earlyRefusal whether a request is refused at once when its likely wait exceeds its longest wait
 * @param longestRun after which a lease that nobody closed is taken back, a safety net against leaks; zero for never
 */
public record PoolSettings(
        int slots,
        Order order,
        Map<Priority, LevelSettings> levels,
        int maxWaiting,
        long maxWaitingBytes,
        CallerLimits perKey,
        CallerLimits perIp,
        OnFull onFull,
        boolean earlyRefusal,
        Duration longestRun) {

    /** Checks all bounds and copies the levels. */
    public PoolSettings {
        Bounds.check("slots", slots, 0, 1_000_000);
        Bounds.check("max-waiting", maxWaiting, 0, 10_000_000);
        Bounds.check("max-waiting-bytes", maxWaitingBytes, 0, Long.MAX_VALUE);
        Bounds.check("longest-run", longestRun, Duration.ofDays(30));
        for (Priority priority : Priority.values()) {
            if (!levels.containsKey(priority)) {
                throw new IllegalArgumentException("levels: no settings for " + priority + " (expected: all levels)");
            }
        }
        levels = Map.copyOf(levels);
    }

    /**
     * Settings with the defaults: weighted order, weights 8, 4, 2, 1, longest waits 5 s, 15 s, 60 s, 300 s, 1,000
     * waiting with at most 256 MiB, 50 waiting per key and 100 per IP, no limit on running beyond the slots, a full
     * queue rejects, a hopeless wait is refused early.
     */
    public static PoolSettings ofSlots(int slots) {
        Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
        int all = Integer.MAX_VALUE;
        levels.put(Priority.CRITICAL, new LevelSettings(8, Duration.ofSeconds(5), all, 0));
        levels.put(Priority.HIGH, new LevelSettings(4, Duration.ofSeconds(15), all, 10));
        levels.put(Priority.NORMAL, new LevelSettings(2, Duration.ofSeconds(60), all, 10));
        levels.put(Priority.LOW, new LevelSettings(1, Duration.ofSeconds(300), all, 4));
        return new PoolSettings(
                slots,
                Order.WEIGHTED,
                levels,
                1000,
                256L << 20,
                new CallerLimits(50, all),
                new CallerLimits(100, all),
                OnFull.REJECT,
                true,
                Duration.ZERO);
    }

    /**
     * Writes everything, so that {@link #load} makes equal settings of it; without a version, which its reader keeps.
     */
    public void save(DataOutput out) throws IOException {
        SettingsCodec.save(this, out);
    }

    /** The settings that {@link #save} wrote. */
    public static PoolSettings load(DataInput in) throws IOException {
        return SettingsCodec.load(in);
    }

    /** The settings of one level. */
    public LevelSettings level(Priority priority) {
        LevelSettings level = levels.get(priority);
        if (level == null) {
            throw new IllegalStateException("no settings for " + priority);
        }
        return level;
    }

    /** The same with other slots. */
    public PoolSettings withSlots(int slots) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with another order. */
    public PoolSettings withOrder(Order order) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with one level changed. */
    public PoolSettings withLevel(Priority priority, LevelSettings level) {
        Map<Priority, LevelSettings> changed = new EnumMap<>(levels);
        changed.put(priority, level);
        return new PoolSettings(
                slots, order, changed, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with another size of the queue, in tickets and in buffered bytes. */
    public PoolSettings withQueue(int maxWaiting, long maxWaitingBytes) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with other limits of one caller. */
    public PoolSettings withCallers(CallerLimits perKey, CallerLimits perIp) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with another answer to a full queue. */
    public PoolSettings withOnFull(OnFull onFull) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with early refusal switched on or off. */
    public PoolSettings withEarlyRefusal(boolean earlyRefusal) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    /** The same with another longest run; zero for none. */
    public PoolSettings withLongestRun(Duration longestRun) {
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }
}
