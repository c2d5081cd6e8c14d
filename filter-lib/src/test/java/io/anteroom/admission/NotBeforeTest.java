// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that have a place and may not run yet. */
final class NotBeforeTest {
    private Desk desk = Desk.ofSlots(1);

    @AfterEach
    void audit() {
        Audit.check(desk.machine);
    }

    private static Arrival later(String key, int seconds) {
        return by(key).withNotBefore(SECOND.multipliedBy(seconds));
    }

    @Test
    void arrival_notBefore_waitsBesideAFreeSlot_andRunsOnTime() {
        long held = desk.queue(later("a", 10));
        assertThat(desk.status(held).limit()).isEqualTo(QueueStatus.Limit.NOT_YET);
        assertThat(desk.status(held).estimate().orElseThrow().likely()).isEqualTo(SECOND.multipliedBy(10));
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(desk.nowNanos + Duration.ofSeconds(10).toNanos());

        desk.tickAfter(SECOND.multipliedBy(10).minusNanos(1));
        assertThat(desk.granted()).isEmpty();
        desk.tickAfter(Duration.ofNanos(1));

        assertThat(desk.granted()).containsExactly(held);
    }

    @Test
    void arrival_notBefore_othersGoOn_alsoOfItsOwnFlow() {
        long held = desk.queue(later("a", 10));
        long second = desk.run(by("a"));
        long third = desk.queue(by("b"));

        desk.release(second);
        assertThat(desk.granted()).containsExactly(third);
        desk.tickAfter(SECOND.multipliedBy(10));
        long fourth = desk.queue(by("b"));
        desk.release(third);

        assertThat(desk.granted()).as("its turn came before").containsExactly(held);
        desk.release(held);
        assertThat(desk.granted()).containsExactly(fourth);
    }

    @Test
    void arrival_notBeforePastItsWait_expires() {
        long held = desk.queue(later("a", 10).withLongestWait(SECOND.multipliedBy(4)));

        desk.tickAfter(SECOND.multipliedBy(4));

        assertThat(desk.machine.waiting()).isZero();
        assertThat(Audit.requests(desk.machine)).isEmpty();
    }

    @Test
    void arrival_notBefore_isKeptWhenSavedAndMoved() throws IOException {
        long held = desk.queue(later("a", 10));
        desk.machine = Desk.loaded(desk.saved());
        desk.machine.move(held, Priority.LOW, desk.nowNanos, effect -> {});

        desk.tickAfter(SECOND.multipliedBy(9));
        assertThat(desk.machine.running()).isZero();
        desk.tickAfter(SECOND);

        assertThat(desk.machine.isRunning(held)).isTrue();
    }

    @Test
    void arrival_notBefore_awayAndBack_runsOnTime() {
        long held = desk.queue(later("a", 3));
        desk.keep(held);
        desk.tickAfter(SECOND);
        desk.rejoin(held);
        desk.tickAfter(SECOND);
        assertThat(desk.machine.running()).isZero();

        desk.tickAfter(SECOND);

        assertThat(desk.granted()).containsExactly(held);
    }
}
