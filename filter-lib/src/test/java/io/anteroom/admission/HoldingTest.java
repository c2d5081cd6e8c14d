// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A pool that is held for want of backends, beside what an operator says. */
final class HoldingTest {
    private final LocalPools pools = new LocalPools(() -> 0L, (after, task) -> {}, Runnable::run);
    private final Pool pool = pools.open("llm", PoolSettings.ofSlots(2));

    private PoolMode mode() {
        return pool.snapshot().mode();
    }

    private Admission offer() {
        return pool.offer(
                Arrival.of(Caller.of("k", "ip"), Priority.NORMAL).withLongestWait(Duration.ofMinutes(1)),
                new RecordingWaiter());
    }

    @Test
    void hold_whileAnybodySaysSo_queues() {
        pool.hold("health", true);
        pool.hold("load", true);
        Admission waiting = offer();
        pool.hold("health", false);

        assertThat(waiting).isInstanceOf(Ticket.class);
        assertThat(mode()).isEqualTo(PoolMode.HOLDING);
        pool.hold("load", false);

        assertThat(mode()).isEqualTo(PoolMode.OPEN);
        assertThat(pool.snapshot().running()).isEqualTo(1);
    }

    @Test
    void hold_ends_theOperatorsStays() {
        pool.hold("health", true);
        pool.mode(PoolMode.HOLDING);
        pool.hold("health", false);

        assertThat(mode()).isEqualTo(PoolMode.HOLDING);
        pool.mode(PoolMode.OPEN);
        assertThat(mode()).isEqualTo(PoolMode.OPEN);
    }

    @Test
    void mode_resumed_overrulesUntilNobodyHoldsAnyMore() {
        pool.hold("health", true);

        pool.mode(PoolMode.OPEN);
        pool.hold("health", true);
        assertThat(offer()).as("it is said again").isInstanceOf(Lease.class);
        pool.hold("health", false);
        pool.hold("health", true);

        assertThat(mode()).as("the next time").isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void mode_anyOther_countsMoreThanAHold() {
        pool.hold("health", true);

        pool.mode(PoolMode.DRAINING);
        assertThat(mode()).isEqualTo(PoolMode.DRAINING);
        pool.mode(PoolMode.OPEN);

        assertThat(mode()).as("back to what it was").isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void flags_restored_goOnAlike() {
        Holding holding = new Holding(PoolMode.OPEN);
        holding.held(true);
        Holding held = new Holding(holding.operator(), holding.flags());
        holding.operator(PoolMode.OPEN);
        Holding overruled = new Holding(holding.operator(), holding.flags());

        assertThat(held.mode()).isEqualTo(PoolMode.HOLDING);
        assertThat(overruled.mode()).isEqualTo(PoolMode.OPEN);
        overruled.held(true);
        assertThat(overruled.mode()).isEqualTo(PoolMode.OPEN);
    }
}
