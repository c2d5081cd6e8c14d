// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Places and reserved slots that change their node. */
final class AdoptTest {
    private static final Arrival ARRIVAL = Arrival.of(Caller.of("key", "ip"), Priority.NORMAL);
    private static final Absence AWAY = new Absence(Duration.ofMinutes(1), Duration.ofMinutes(1), 10);

    private Members members;
    private final List<HazelcastPools> pools = new ArrayList<>();
    private final List<Lease> leases = new CopyOnWriteArrayList<>();
    private final List<Refusal.Code> refusals = new CopyOnWriteArrayList<>();

    private final Waiter waiter = new Waiter() {
        @Override
        public void admitted(Lease lease) {
            leases.add(lease);
        }

        @Override
        public void refused(Refusal refusal) {
            refusals.add(refusal.code());
        }
    };

    @BeforeEach
    void join() {
        members = new Members(2, System::nanoTime, how -> how.ackWithin(Duration.ofSeconds(10)));
        members.nodes.forEach(node -> pools.add(new HazelcastPools(node)));
    }

    @AfterEach
    void leave() {
        members.close();
        pools.forEach(HazelcastPools::close);
    }

    private Pool pool(int node) {
        return pools.get(node).open("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false));
    }

    @Test
    void adopt_keptPlace_waitsOnAtTheOtherNodeAndSurvivesItsFirst() {
        Lease running = (Lease) pool(1).offer(ARRIVAL, waiter);
        Ticket place = (Ticket) pool(0).offer(ARRIVAL, waiter);
        assertThat(place.keep(AWAY, waiter)).isTrue();

        assertThat(pool(0).letGo(place.id())).isTrue();
        Admission taken = pool(1).adopt(place.id(), ARRIVAL, Duration.ofSeconds(3), waiter);

        assertThat(taken).isInstanceOf(Ticket.class);
        assertThat(pool(1).waiting(5)).extracting(one -> one.node()).containsExactly("n2");
        assertThat(pool(0).letGo(place.id())).isFalse();
        assertThat(pool(0).adopt(place.id(), ARRIVAL, Duration.ZERO, waiter)).isNull();
        members.nodes.get(0).close();
        running.close();
        Await.until("it runs at the other node", () -> leases.size() == 1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void adopt_reservedSlot_isClaimedAtTheOtherNode() {
        Lease reserved = (Lease) pool(0).offer(ARRIVAL.withReservation(Duration.ofSeconds(20)), waiter);

        assertThat(pool(0).letGo(reserved.id())).isTrue();
        Lease claimed = (Lease) pool(1).adopt(reserved.id(), ARRIVAL, Duration.ofSeconds(1), waiter);
        reserved.close();

        assertThat(reserved.isClosed()).isTrue();
        assertThat(claimed.isClosed()).isFalse();
        assertThat(pool(0).snapshot().running()).isEqualTo(1);
        members.nodes.get(0).close();
        Await.until("the other is alone", () -> members.nodes.get(1).nodes().size() == 1);
        assertThat(pool(1).snapshot().running()).isEqualTo(1);
        claimed.close();
        assertThat(pool(1).snapshot().running()).isZero();
    }

    @Test
    void letGo_runningOrWaitingWithItsCaller_isNotLetGo() {
        Lease running = (Lease) pool(0).offer(ARRIVAL, waiter);
        Ticket waits = (Ticket) pool(0).offer(ARRIVAL, waiter);

        assertThat(pool(0).letGo(running.id())).isFalse();
        assertThat(pool(0).letGo(waits.id())).isFalse();
        assertThat(pool(1).adopt(running.id(), ARRIVAL, Duration.ZERO, waiter)).isNull();
        assertThat(pool(1).adopt(waits.id(), ARRIVAL, Duration.ZERO, waiter)).isNull();
    }
}
