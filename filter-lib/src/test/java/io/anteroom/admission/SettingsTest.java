// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The records that come from outside: defaults, every way to change them, every bound. */
final class SettingsTest {
    private static final PoolSettings DEFAULTS = PoolSettings.ofSlots(8);
    private static final int ALL = Integer.MAX_VALUE;

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void ofSlots_defaults_areAsDocumented() {
        assertThat(DEFAULTS.slots()).isEqualTo(8);
        assertThat(DEFAULTS.order()).isEqualTo(Order.WEIGHTED);
        assertThat(DEFAULTS.maxWaiting()).isEqualTo(1000);
        assertThat(DEFAULTS.maxWaitingBytes()).isEqualTo(256 * 1024 * 1024);
        assertThat(DEFAULTS.perKey()).isEqualTo(new CallerLimits(50, ALL));
        assertThat(DEFAULTS.perIp()).isEqualTo(new CallerLimits(100, ALL));
        assertThat(DEFAULTS.onFull()).isEqualTo(OnFull.REJECT);
        assertThat(DEFAULTS.earlyRefusal()).isTrue();
        assertThat(DEFAULTS.longestRun()).isZero();
        assertThat(DEFAULTS.level(Priority.CRITICAL)).isEqualTo(new LevelSettings(8, Duration.ofSeconds(5), ALL, 0));
        assertThat(DEFAULTS.level(Priority.HIGH)).isEqualTo(new LevelSettings(4, Duration.ofSeconds(15), ALL, 10));
        assertThat(DEFAULTS.level(Priority.NORMAL)).isEqualTo(new LevelSettings(2, Duration.ofSeconds(60), ALL, 10));
        assertThat(DEFAULTS.level(Priority.LOW)).isEqualTo(new LevelSettings(1, Duration.ofSeconds(300), ALL, 4));
    }

    @Test
    void with_eachValue_changesOnlyThat() {
        LevelSettings level = new LevelSettings(3, Duration.ofSeconds(4), 5, 6);
        CallerLimits limits = new CallerLimits(7, 8);

        PoolSettings all = DEFAULTS.withSlots(1)
                .withOrder(Order.FLAT)
                .withLevel(Priority.LOW, level)
                .withQueue(2, 3)
                .withCallers(limits, CallerLimits.UNLIMITED)
                .withOnFull(OnFull.SHED_LOWEST)
                .withEarlyRefusal(false)
                .withLongestRun(Duration.ofSeconds(9));

        Map<Priority, LevelSettings> levels = new EnumMap<>(DEFAULTS.levels());
        levels.put(Priority.LOW, level);
        assertThat(all)
                .isEqualTo(new PoolSettings(
                        1,
                        Order.FLAT,
                        levels,
                        2,
                        3,
                        limits,
                        CallerLimits.UNLIMITED,
                        OnFull.SHED_LOWEST,
                        false,
                        Duration.ofSeconds(9)));
        assertThat(level.withWeight(9)).isEqualTo(new LevelSettings(9, Duration.ofSeconds(4), 5, 6));
        assertThat(level.withLongestWait(Duration.ZERO)).isEqualTo(new LevelSettings(3, Duration.ZERO, 5, 6));
        assertThat(level.withMaxWaiting(0)).isEqualTo(new LevelSettings(3, Duration.ofSeconds(4), 0, 6));
    }

    @Test
    void poolSettings_outOfBounds_areRefusedByName() {
        refused(() -> DEFAULTS.withSlots(-1), "slots: -1 (expected: from 0 to 1000000)");
        refused(() -> DEFAULTS.withSlots(1_000_001), "slots: 1000001 (expected: from 0 to 1000000)");
        refused(() -> DEFAULTS.withQueue(-1, 0), "max-waiting: -1 (expected: from 0 to 10000000)");
        refused(() -> DEFAULTS.withQueue(10_000_001, 0), "max-waiting: 10000001 (expected: from 0 to 10000000)");
        refused(() -> DEFAULTS.withQueue(0, -1), "max-waiting-bytes: -1 (expected: at least 0)");
        refused(
                () -> DEFAULTS.withLongestRun(Duration.ofNanos(-1)),
                "longest-run: PT-0.000000001S (expected: from PT0S to PT720H)");
        refused(
                () -> DEFAULTS.withLongestRun(Duration.ofDays(30).plusNanos(1)),
                "longest-run: PT720H0.000000001S (expected: from PT0S to PT720H)");
        assertThat(DEFAULTS.withSlots(1_000_000)
                        .withQueue(10_000_000, Long.MAX_VALUE)
                        .withLongestRun(Duration.ofDays(30)))
                .isNotNull();
    }

    @Test
    void poolSettings_levelMissing_isRefused() {
        Map<Priority, LevelSettings> levels = new EnumMap<>(DEFAULTS.levels());
        levels.remove(Priority.HIGH);

        refused(
                () -> new PoolSettings(
                        1,
                        Order.FIFO,
                        levels,
                        1,
                        1,
                        CallerLimits.UNLIMITED,
                        CallerLimits.UNLIMITED,
                        OnFull.REJECT,
                        true,
                        Duration.ZERO),
                "levels: no settings for HIGH (expected: all levels)");
    }

    @Test
    void poolSettings_levels_areCopied() {
        Map<Priority, LevelSettings> levels = new EnumMap<>(DEFAULTS.levels());
        PoolSettings settings = new PoolSettings(
                1,
                Order.FIFO,
                levels,
                1,
                1,
                CallerLimits.UNLIMITED,
                CallerLimits.UNLIMITED,
                OnFull.REJECT,
                true,
                Duration.ZERO);
        levels.clear();

        assertThat(settings.levels()).hasSize(4);
    }

    @Test
    void levelSettings_outOfBounds_areRefusedByName() {
        Duration second = Duration.ofSeconds(1);
        refused(() -> new LevelSettings(0, second, 0, 0), "weight: 0 (expected: from 1 to 1000)");
        refused(() -> new LevelSettings(1001, second, 0, 0), "weight: 1001 (expected: from 1 to 1000)");
        refused(
                () -> new LevelSettings(1, Duration.ofHours(25), 0, 0),
                "longest-wait: PT25H (expected: from PT0S to PT24H)");
        refused(
                () -> new LevelSettings(1, Duration.ofSeconds(-1), 0, 0),
                "longest-wait: PT-1S (expected: from PT0S to PT24H)");
        refused(() -> new LevelSettings(1, second, -1, 0), "max-waiting: -1 (expected: at least 0)");
        refused(() -> new LevelSettings(1, second, 0, -1), "floor-percent: -1 (expected: from 0 to 50)");
        refused(() -> new LevelSettings(1, second, 0, 51), "floor-percent: 51 (expected: from 0 to 50)");
        assertThat(new LevelSettings(1000, Duration.ofDays(1), ALL, 50)).isNotNull();
    }

    @Test
    void callerLimits_outOfBounds_areRefusedByName() {
        refused(() -> new CallerLimits(-1, 1), "max-waiting: -1 (expected: at least 0)");
        refused(() -> new CallerLimits(0, 0), "max-running: 0 (expected: at least 1)");
        assertThat(CallerLimits.UNLIMITED).isEqualTo(new CallerLimits(ALL, ALL));
    }

    @Test
    void caller_outOfBounds_isRefusedByName() {
        String longest = "x".repeat(256);
        assertThat(new Caller(longest, longest, 1000, null).limits()).isNull();
        refused(() -> Caller.of(longest + "x", ""), "key length: 257 (expected: from 0 to 256)");
        refused(() -> Caller.of("", longest + "x"), "ip length: 257 (expected: from 0 to 256)");
        refused(() -> new Caller("", "", 0, null), "weight: 0 (expected: from 1 to 1000)");
        refused(() -> new Caller("", "", 1001, null), "weight: 1001 (expected: from 1 to 1000)");
    }

    @Test
    void arrival_withEachValue_changesOnlyThat() {
        Caller caller = Caller.of("a", "b");
        Arrival plain = Arrival.of(caller, Priority.HIGH);
        assertThat(plain).isEqualTo(new Arrival(caller, Priority.HIGH, null, 0, null, null, true, null, null, null));

        Arrival all = plain.withLongestWait(Duration.ofSeconds(1))
                .withBytes(2)
                .withCost(Duration.ofSeconds(3))
                .withOnFull(OnFull.REJECT)
                .withoutQueueing()
                .withBatch("x")
                .withReservation(Duration.ofSeconds(4))
                .withNotBefore(Duration.ofSeconds(5));

        assertThat(all)
                .isEqualTo(new Arrival(
                        caller,
                        Priority.HIGH,
                        Duration.ofSeconds(1),
                        2,
                        Duration.ofSeconds(3),
                        OnFull.REJECT,
                        false,
                        "x",
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5)));
    }

    @Test
    void arrival_outOfBounds_isRefusedByName() {
        Arrival plain = Arrival.of(Caller.of("a", "b"), Priority.HIGH);
        refused(() -> plain.withReservation(Duration.ofHours(2)), "claim-within: PT2H (expected: from PT0S to PT1H)");
        refused(
                () -> new Absence(Duration.ofDays(2), Duration.ZERO, 1),
                "hold-place: PT48H (expected: from PT0S to PT24H)");
        refused(
                () -> new Absence(Duration.ZERO, Duration.ofHours(2), 1),
                "return-grace: PT2H (expected: from PT0S to PT1H)");
        refused(() -> new Absence(Duration.ZERO, Duration.ZERO, -1), "max-kept: -1 (expected: at least 0)");
        refused(() -> plain.withNotBefore(Duration.ofDays(2)), "not-before: PT48H (expected: from PT0S to PT24H)");
        refused(() -> plain.withBytes(-1), "bytes: -1 (expected: at least 0)");
        refused(() -> plain.withLongestWait(Duration.ofDays(2)), "longest-wait: PT48H (expected: from PT0S to PT24H)");
        refused(() -> plain.withCost(Duration.ofSeconds(-1)), "cost: PT-1S (expected: from PT0S to PT24H)");
        refused(() -> plain.withBatch("x".repeat(257)), "batch length: 257 (expected: from 0 to 256)");
        assertThat(plain.withBatch("x".repeat(256)).withCost(Duration.ofDays(1)))
                .isNotNull();
    }

    @Test
    void priority_integers_areThoseOfLiteLlmAndVllm() {
        assertThat(Priority.ofInteger(Long.MIN_VALUE)).isEqualTo(Priority.CRITICAL);
        assertThat(Priority.ofInteger(0)).isEqualTo(Priority.CRITICAL);
        assertThat(Priority.ofInteger(1)).isEqualTo(Priority.HIGH);
        assertThat(Priority.ofInteger(99)).isEqualTo(Priority.HIGH);
        assertThat(Priority.ofInteger(100)).isEqualTo(Priority.NORMAL);
        assertThat(Priority.ofInteger(999)).isEqualTo(Priority.NORMAL);
        assertThat(Priority.ofInteger(1000)).isEqualTo(Priority.LOW);
        assertThat(Priority.LOW.isLowerThan(Priority.NORMAL)).isTrue();
        assertThat(Priority.LOW.isLowerThan(Priority.LOW)).isFalse();
        assertThat(Priority.HIGH.isLowerThan(Priority.LOW)).isFalse();
    }
}
