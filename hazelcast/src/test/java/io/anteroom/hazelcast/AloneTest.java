// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Decision;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Registration;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node does with a pool while the cluster does not answer. */
final class AloneTest {
    private static Arrival by(String key) {
        return Arrival.of(Caller.of(key, "ip"), Priority.NORMAL);
    }

    private static Alone alone(OnPartition policy, int running, Registration... held) {
        return alone(policy, running, NodeBook.Word.NONE, held);
    }

    private static Alone alone(OnPartition policy, int running, NodeBook.Word word, Registration... held) {
        Command.Register all = new Command.Register(List.of(held), word);
        return new Alone("a", PoolSettings.ofSlots(8), policy, all, running, PoolMode.OPEN, 0);
    }

    private static Registration runs(long ticket) {
        return new Registration(ticket, by("k"), Duration.ZERO, true, Duration.ofSeconds(1));
    }

    private static Registration waits(long ticket) {
        return new Registration(ticket, by("k"), Duration.ofSeconds(1), false, Duration.ZERO);
    }

    private static Decision offer(Alone alone, long ticket) {
        return ((Result.Decided) alone.step(new Command.Arrive(ticket, by("n")), 10)).decision();
    }

    @Test
    void step_share_handsItsOwnSlotsOnAndTakesNoOthers() {
        Alone alone = alone(OnPartition.SHARE, 2, runs(1), runs(2), waits(3));

        assertThat(alone.takeEffects()).isEmpty();
        assertThat(offer(alone, 4)).isInstanceOf(Decision.Queued.class);
        alone.step(new Command.Release(1), 20);

        assertThat(alone.takeEffects()).hasSize(1);
        alone.step(new Command.Release(2), 30);
        assertThat(alone.takeEffects()).as("the second of two").hasSize(1);
    }

    @Test
    void step_slotsWhoseReleaseWasNotSent_areUsed() {
        Alone alone = alone(OnPartition.SHARE, 2, waits(3));

        assertThat(alone.takeEffects()).hasSize(1);
        assertThat(offer(alone, 4)).isInstanceOf(Decision.Admitted.class);
        assertThat(offer(alone, 5)).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void step_noSlotsOfItsOwn_letsAllWait() {
        Alone alone = alone(OnPartition.SHARE, 0, waits(3));

        assertThat(alone.takeEffects()).isEmpty();
        assertThat(offer(alone, 4)).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void step_closed_refusesNewcomers() {
        Alone alone = alone(OnPartition.CLOSED, 2, runs(1), runs(2), waits(3));

        assertThat(offer(alone, 4))
                .isInstanceOfSatisfying(
                        Decision.Refused.class,
                        refused -> assertThat(refused.refusal().code()).isEqualTo(Refusal.Code.SHUTTING_DOWN));
        alone.step(new Command.Release(1), 20);
        assertThat(alone.takeEffects()).isEmpty();
    }

    @Test
    void step_hold_lasts_untilItEndsOrAnOperatorResumes() {
        Alone alone = alone(OnPartition.OPEN, 0);

        alone.step(new Command.Hold(true), 10);
        assertThat(offer(alone, 1)).isInstanceOf(Decision.Queued.class);
        alone.step(new Command.Hold(false), 10);
        assertThat(alone.takeEffects()).hasSize(1);
        alone.step(new Command.Hold(true), 10);
        alone.step(new Command.Mode(PoolMode.OPEN), 10);

        assertThat(offer(alone, 2)).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void begin_nodeHasSaidToHold_isHeldFromTheStart() {
        for (OnPartition policy : List.of(OnPartition.OPEN, OnPartition.SHARE)) {
            Alone alone = alone(policy, 2, NodeBook.Word.HOLD, waits(3));

            assertThat(alone.takeEffects()).as(policy.name()).isEmpty();
            assertThat(offer(alone, 4)).as(policy.name()).isInstanceOf(Decision.Queued.class);
            alone.step(new Command.Hold(false), 20);
            assertThat(alone.takeEffects()).as(policy.name()).hasSize(2);
        }
    }

    @Test
    void begin_nodeHasSaidToServe_isOpen() {
        assertThat(alone(OnPartition.SHARE, 2, NodeBook.Word.SERVE, waits(3)).takeEffects())
                .hasSize(1);
    }

    @Test
    void step_open_usesAllSlots() {
        Alone alone = alone(OnPartition.OPEN, 0);

        for (int ticket = 1; ticket <= 8; ticket++) {
            assertThat(offer(alone, ticket)).isInstanceOf(Decision.Admitted.class);
        }
        assertThat(offer(alone, 9)).isInstanceOf(Decision.Queued.class);
    }
}
