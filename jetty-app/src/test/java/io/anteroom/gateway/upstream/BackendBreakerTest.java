// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.UpstreamGroup.Breaker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackendBreakerTest {
    private static final Breaker SETTINGS =
            new Breaker(50, 60, Duration.ofSeconds(1), 10, 4, Duration.ofSeconds(10), 2);

    private long now = 1;
    private final BackendBreaker breaker = new BackendBreaker("b", SETTINGS, () -> now);

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(breaker.tryEnter()).isTrue();
            breaker.failed(breaker.generation(), Duration.ZERO);
        }
    }

    private void passOpen() {
        now += SETTINGS.open().toNanos() + 1;
    }

    @Test
    void failures_asManyAsCount_open() {
        fail(3);
        assertThat(breaker.state()).isEqualTo("closed");

        fail(1);

        assertThat(breaker.state()).isEqualTo("open");
        assertThat(breaker.mayEnter(now)).isFalse();
        assertThat(breaker.tryEnter()).isFalse();
        assertThat(breaker.openFor(now)).isEqualTo(SETTINGS.open());
    }

    @Test
    void slowAnswers_open() {
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.tryEnter()).isTrue();
            breaker.succeeded(breaker.generation(), Duration.ofSeconds(2));
        }

        assertThat(breaker.state()).isEqualTo("open");
    }

    @Test
    void halfOpen_letsFewIn_andCloses() {
        fail(4);
        passOpen();

        assertThat(breaker.isProbing(now)).isTrue();
        assertThat(breaker.tryEnter()).isTrue();
        assertThat(breaker.tryEnter()).isTrue();
        assertThat(breaker.tryEnter()).as("a third").isFalse();
        long entered = breaker.generation();
        breaker.succeeded(entered, Duration.ZERO);
        breaker.succeeded(entered, Duration.ZERO);

        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void halfOpen_failsAgain_opensAgain() {
        fail(4);
        passOpen();

        fail(2);

        assertThat(breaker.state()).isEqualTo("open");
        assertThat(breaker.openFor(now)).isEqualTo(SETTINGS.open());
    }

    @Test
    void halfOpen_permissionGivenBack_canBeTakenAgain() {
        fail(4);
        passOpen();
        assertThat(breaker.tryEnter()).isTrue();
        assertThat(breaker.tryEnter()).isTrue();

        breaker.abandoned(breaker.generation());

        assertThat(breaker.tryEnter()).isTrue();
    }

    @Test
    void lateOutcome_ofBeforeItOpened_isNoProbe() {
        assertThat(breaker.tryEnter()).isTrue();
        long early = breaker.generation();
        fail(4);
        passOpen();
        assertThat(breaker.tryEnter()).isTrue();

        breaker.succeeded(early, Duration.ZERO);
        breaker.failed(early, Duration.ZERO);
        breaker.abandoned(early);

        assertThat(breaker.state()).isEqualTo("half_open");
        assertThat(breaker.tryEnter()).as("the second probe").isTrue();
        assertThat(breaker.tryEnter()).as("a third").isFalse();
    }

    @Test
    void reset_closes_andForgets() {
        fail(4);

        breaker.reset();

        assertThat(breaker.state()).isEqualTo("closed");
        fail(3);
        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void off_neverOpens() {
        BackendBreaker off = new BackendBreaker("b", Breaker.OFF, () -> now);
        for (int i = 0; i < 100; i++) {
            assertThat(off.tryEnter()).isTrue();
            off.failed(off.generation(), Duration.ZERO);
        }

        assertThat(off.state()).isEqualTo("off");
        assertThat(off.mayEnter(now)).isTrue();
    }
}
