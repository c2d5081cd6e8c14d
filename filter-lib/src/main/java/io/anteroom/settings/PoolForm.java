// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How a pool stands in the document. */
final class PoolForm {
    private static final PoolSettings USUAL = PoolSettings.ofSlots(1);
    private static final Duration DAY = Duration.ofDays(1);

    private PoolForm() {}

    static Shape<PoolSettings> pool() {
        Shape<Map<Priority, LevelSettings>> levels = levels();
        return new Form<PoolSettings>(v -> new PoolSettings(
                        v.at(0), v.at(1), v.at(2), v.at(3), v.at(4), v.at(5), v.at(6), v.at(7), v.at(8), v.at(9)))
                .needs("slots", Shapes.count(0, 1_000_000), PoolSettings::slots)
                .has("order", Shapes.word(Order.class), USUAL.order(), PoolSettings::order)
                .has("levels", levels, USUAL.levels(), PoolSettings::levels)
                .has("max_waiting", Shapes.count(0, 10_000_000), USUAL.maxWaiting(), PoolSettings::maxWaiting)
                .has(
                        "max_waiting_bytes",
                        Shapes.whole(0, Long.MAX_VALUE),
                        USUAL.maxWaitingBytes(),
                        PoolSettings::maxWaitingBytes)
                .has("per_key", limits(USUAL.perKey()), USUAL.perKey(), PoolSettings::perKey)
                .has("per_ip", limits(USUAL.perIp()), USUAL.perIp(), PoolSettings::perIp)
                .has("on_full", Shapes.word(OnFull.class), USUAL.onFull(), PoolSettings::onFull)
                .has("early_refusal", Shapes.flag(), USUAL.earlyRefusal(), PoolSettings::earlyRefusal)
                .has(
                        "longest_run_ms",
                        Shapes.millis(Duration.ZERO, Duration.ofDays(30)),
                        USUAL.longestRun(),
                        PoolSettings::longestRun);
    }

    private static Shape<Map<Priority, LevelSettings>> levels() {
        Form<Map<Priority, LevelSettings>> form = new Form<>(v -> {
            Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
            for (Priority priority : Priority.values()) {
                levels.put(priority, v.at(priority.ordinal()));
            }
            return Map.copyOf(levels);
        });
        for (Priority priority : Priority.values()) {
            LevelSettings usual = USUAL.level(priority);
            String key = priority.name().toLowerCase(Locale.ROOT);
            form.has(key, level(usual), usual, levels -> levels.getOrDefault(priority, usual));
        }
        return form;
    }

    private static Shape<LevelSettings> level(LevelSettings usual) {
        return new Form<LevelSettings>(v -> new LevelSettings(v.at(0), v.at(1), v.at(2), v.at(3)))
                .has("weight", Shapes.count(1, 1000), usual.weight(), LevelSettings::weight)
                .has(
                        "longest_wait_ms",
                        Shapes.millis(Duration.ZERO, DAY),
                        usual.longestWait(),
                        LevelSettings::longestWait)
                .has("max_waiting", Shapes.limit(0), usual.maxWaiting(), LevelSettings::maxWaiting)
                .has("floor_percent", Shapes.count(0, 50), usual.floorPercent(), LevelSettings::floorPercent);
    }

    static Shape<CallerLimits> limits(CallerLimits usual) {
        return new Form<CallerLimits>(v -> new CallerLimits(v.at(0), v.at(1)))
                .has("max_waiting", Shapes.limit(0), usual.maxWaiting(), CallerLimits::maxWaiting)
                .has("max_running", Shapes.limit(1), usual.maxRunning(), CallerLimits::maxRunning);
    }
}
