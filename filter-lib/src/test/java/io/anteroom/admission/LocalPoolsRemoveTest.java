// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LocalPoolsRemoveTest {
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private static Arrival arrival() {
        return Arrival.of(Caller.of("flow", "10.0.0.1"), Priority.NORMAL);
    }

    @Test
    void remove_pool_refusesNewcomersAndServesThoseWhoWait() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            Lease lease = (Lease) pool.offer(arrival(), NOBODY);
            assertThat(pool.offer(arrival(), NOBODY)).isInstanceOf(Ticket.class);

            assertThat(pools.remove("llm")).isTrue();

            assertThat(pools.find("llm")).isNull();
            assertThat(pools.remove("llm")).isFalse();
            assertThat(pool.offer(arrival(), NOBODY)).isInstanceOf(Refusal.class);
            lease.close();
            assertThat(pool.snapshot().running()).isEqualTo(1);
        }
    }

    @Test
    void open_removedWhileItRuns_isTheSamePoolAgain() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            assertThat(pool.offer(arrival(), NOBODY)).isInstanceOf(Lease.class);
            pools.remove("llm");

            Pool again = pools.open("llm", PoolSettings.ofSlots(2));

            assertThat(again).isSameAs(pool);
            assertThat(again.settings().slots()).isEqualTo(2);
            assertThat(again.offer(arrival(), NOBODY)).isInstanceOf(Lease.class);
            assertThat(again.offer(arrival(), NOBODY)).isInstanceOf(Ticket.class);
        }
    }

    @Test
    void close_removedPool_endsItsTicketsToo() {
        LocalPools pools = new LocalPools(System::nanoTime);
        Pool pool = pools.open("llm", PoolSettings.ofSlots(0));
        assertThat(pool.offer(arrival(), NOBODY)).isInstanceOf(Ticket.class);
        pools.remove("llm");

        pools.close();

        assertThat(pool.snapshot().waiting()).isZero();
    }
}
