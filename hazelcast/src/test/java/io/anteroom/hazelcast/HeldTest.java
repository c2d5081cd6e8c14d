// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a node may let another have. */
final class HeldTest {
    private static final Arrival ARRIVAL = Arrival.of(Caller.of("key", "ip"), Priority.NORMAL);
    private static final Absence AWAY = new Absence(Duration.ofMinutes(1), Duration.ofMinutes(1), 10);
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    @Test
    void mayBeLetGo_keptPlace_unlessSomebodyIsOnTheWayBackOrGivesItUp() {
        Held held = new Held(1, ARRIVAL, NOBODY, 0);
        held.state = Held.State.WAITING;
        assertThat(held.mayBeLetGo()).as("its caller is there").isFalse();
        held.leaves(AWAY, NOBODY, 0);
        assertThat(held.mayBeLetGo()).isTrue();

        held.isRejoining = true;
        assertThat(held.mayBeLetGo()).as("somebody comes back").isFalse();
        held.isRejoining = false;
        held.isEnding = true;
        assertThat(held.mayBeLetGo()).as("it is being given up").isFalse();
    }

    @Test
    void mayBeLetGo_reservedSlot_unlessItIsBeingClaimed() {
        Held held = new Held(1, ARRIVAL.withReservation(Duration.ofSeconds(5)), NOBODY, 0);
        held.run(0);
        assertThat(held.mayBeLetGo()).isTrue();

        held.isEnding = true;
        assertThat(held.mayBeLetGo()).as("it is being claimed").isFalse();
        held.isEnding = false;
        held.claimed();
        assertThat(held.mayBeLetGo()).as("it runs").isFalse();
    }
}
