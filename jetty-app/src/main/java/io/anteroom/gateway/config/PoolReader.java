// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static io.anteroom.gateway.config.ConfigReader.DAY;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Reads one pool. */
final class PoolReader {
    static final Map<String, Priority> LEVELS = Map.of(
            "critical", Priority.CRITICAL, "high", Priority.HIGH, "normal", Priority.NORMAL, "low", Priority.LOW);
    static final Map<String, Order> ORDERS =
            Map.of("weighted", Order.WEIGHTED, "strict", Order.STRICT, "flat", Order.FLAT, "fifo", Order.FIFO);
    static final Map<String, OnFull> ON_FULL = Map.of("reject", OnFull.REJECT, "shed", OnFull.SHED_LOWEST);

    private static final int ALL = Integer.MAX_VALUE;

    private PoolReader() {}

    static PoolSettings read(Section section) {
        PoolSettings usual = PoolSettings.ofSlots(8);
        PoolSettings pool = new PoolSettings(
                section.count("slots", usual.slots(), 0, 1_000_000),
                section.choice("order", usual.order(), ORDERS),
                levels(section.section("levels"), usual),
                section.count("max-waiting", usual.maxWaiting(), 0, 10_000_000),
                section.bytes("max-waiting-bytes", usual.maxWaitingBytes(), Long.MAX_VALUE),
                limits(section.section("per-key"), usual.perKey()),
                limits(section.section("per-ip"), usual.perIp()),
                section.choice("on-full", usual.onFull(), ON_FULL),
                section.yes("early-refusal", usual.earlyRefusal()),
                section.duration("longest-run", usual.longestRun(), Duration.ZERO, Duration.ofDays(30)));
        section.end();
        return pool;
    }

    private static Map<Priority, LevelSettings> levels(Section section, PoolSettings usual) {
        Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
        LEVELS.forEach((name, priority) -> levels.put(priority, level(section.section(name), usual.level(priority))));
        section.end();
        return levels;
    }

    private static LevelSettings level(Section section, LevelSettings usual) {
        LevelSettings level = new LevelSettings(
                section.count("weight", usual.weight(), 1, 1000),
                section.duration("longest-wait", usual.longestWait(), Duration.ZERO, DAY),
                section.count("max-waiting", usual.maxWaiting(), 0, ALL),
                section.count("floor-percent", usual.floorPercent(), 0, 50));
        section.end();
        return level;
    }

    private static CallerLimits limits(Section section, CallerLimits usual) {
        CallerLimits limits = new CallerLimits(
                section.count("max-waiting", usual.maxWaiting(), 0, ALL),
                section.count("max-running", usual.maxRunning(), 1, ALL));
        section.end();
        return limits;
    }
}
