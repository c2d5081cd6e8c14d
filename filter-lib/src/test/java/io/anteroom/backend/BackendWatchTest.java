// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BackendWatchTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final AtomicLong clock = new AtomicLong(-5);
    private final AtomicReference<String> failure = new AtomicReference<>();
    private final BackendWatch watch = new BackendWatch(this::read, INTERVAL, clock::get, () -> {});

    private BackendReading read() throws IOException {
        String why = failure.get();
        if (why != null) {
            throw new IOException(why);
        }
        return reading(3, 0.2);
    }

    @Test
    void neverAsked_isUnknown() {
        assertThat(watch.known().reading()).isEmpty();
        assertThat(watch.known().isFresh()).isFalse();
    }

    @Test
    void answer_growsOldAndStale() {
        watch.ask();
        clock.addAndGet(INTERVAL.multipliedBy(3).toNanos());
        assertThat(watch.known().isFresh()).isTrue();
        assertThat(watch.known().age()).isEqualTo(Duration.ofSeconds(3));

        clock.addAndGet(1);

        assertThat(watch.known().isFresh()).isFalse();
        assertThat(watch.known().reading()).isPresent();
    }

    @Test
    void failure_isToldBesideTheLastAnswer() {
        watch.ask();
        failure.set("connection refused");
        watch.ask();

        assertThat(watch.known().problem()).hasValue("connection refused");
        assertThat(watch.known().reading()).hasValue(reading(3, 0.2));

        failure.set(null);
        watch.ask();
        assertThat(watch.known().problem()).isEmpty();
    }

    @Test
    void interval_isBounded() {
        assertThatThrownBy(() -> new BackendWatch(this::read, Duration.ofMillis(249), clock::get, () -> {}))
                .hasMessageContaining("interval: PT0.249S (expected: at least PT0.25S)");
    }

    @Test
    void slots_followTheQueueOfTheBackend() {
        AdaptiveSlots slots = new AdaptiveSlots(2, 100);
        assertThat(slots.slots()).isEqualTo(100);

        assertThat(slots.step(known(20, 0.5, true), true)).isEqualTo(90);
        assertThat(slots.step(known(3, 0.5, true), true)).isEqualTo(85);
        assertThat(slots.step(known(2, 0.5, true), true)).as("tolerated").isEqualTo(85);
        assertThat(slots.step(known(0, 0.5, true), false)).as("pool not full").isEqualTo(85);
        assertThat(slots.step(known(0, 0.95, true), true)).as("cache full").isEqualTo(85);
        assertThat(slots.step(known(500, 0.5, false), true)).as("stale").isEqualTo(85);
        assertThat(slots.step(known(0, 0.5, true), true)).isEqualTo(88);
        assertThat(slots.step(known(500, 0.5, true), true)).as("the floor").isEqualTo(2);
        for (int i = 0; i < 200; i++) {
            slots.step(known(0, 0, true), true);
        }
        assertThat(slots.slots()).as("the configured maximum").isEqualTo(100);
    }

    @Test
    void adaptiveSlots_checkTheirBounds() {
        assertThatThrownBy(() -> new AdaptiveSlots(0, 4)).hasMessage("min: 0 (expected: from 1 to 4)");
        assertThatThrownBy(() -> new AdaptiveSlots(5, 4)).hasMessageContaining("expected");
    }

    private static BackendWatch.Known known(int waiting, double cacheUse, boolean isFresh) {
        return new BackendWatch.Known(
                java.util.Optional.of(reading(waiting, cacheUse)), Duration.ZERO, isFresh, java.util.Optional.empty());
    }

    private static BackendReading reading(int waiting, double cacheUse) {
        return new BackendReading(OptionalInt.of(1), OptionalInt.of(waiting), OptionalDouble.of(cacheUse));
    }
}
