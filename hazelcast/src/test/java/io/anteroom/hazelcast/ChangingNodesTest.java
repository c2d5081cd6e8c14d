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
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kept places and reserved slots that go from node to node of a real cluster on a clock of the test's, among everything
 * else that callers do, in the order that one seed gives. After each step the cluster is asked what it makes of that.
 */
final class ChangingNodesTest {
    private static final int SLOTS = 3;
    private static final int STEPS = 400;
    private static final Duration CLAIM_WITHIN = Duration.ofSeconds(2);
    private static final Absence AWAY = new Absence(Duration.ofSeconds(6), Duration.ofSeconds(1), 20);
    private static final VirtualCluster.Clock CLOCK = new VirtualCluster.Clock();
    private static Members members;

    private final VirtualCluster cluster = new VirtualCluster(members, CLOCK);
    private final Map<Long, Guest> guests = new LinkedHashMap<>();
    private Random random = new Random();
    private int adopted;

    /** One request, wherever it is. */
    private static final class Guest implements Waiter {
        private final String key;
        private final boolean isReserving;
        private final long arrivedNanos = CLOCK.nanos;
        private int node;
        private Lease lease;
        private Ticket ticket;
        private boolean isAway;
        private boolean isClaimed;
        private boolean isLetGo;
        private boolean isOver;
        private int told;

        Guest(int node, String key, boolean isReserving) {
            this.node = node;
            this.key = key;
            this.isReserving = isReserving;
        }

        Arrival arrival() {
            Arrival plain = Arrival.of(Caller.of(key, "ip"), Priority.NORMAL);
            return isReserving ? plain.withReservation(CLAIM_WITHIN) : plain;
        }

        void takes(Admission admission) {
            lease = admission instanceof Lease slot ? slot : null;
            ticket = admission instanceof Ticket place ? place : null;
            isOver = lease == null && ticket == null;
        }

        @Override
        public void admitted(Lease slot) {
            told++;
            lease = slot;
            ticket = null;
        }

        @Override
        public void refused(Refusal refusal) {
            told++;
            isOver = true;
        }

        boolean isWaiting() {
            return !isOver && ticket != null && !isLetGo;
        }

        boolean isRunning() {
            return !isOver && lease != null && !isLetGo && !lease.isClosed();
        }

        boolean hasReserved() {
            return isRunning() && isReserving && !isClaimed;
        }

        boolean isReady() {
            return isWaiting() && !isAway;
        }
    }

    @BeforeAll
    static void join() {
        members = new Members(3, () -> CLOCK.nanos, how -> how.ackWithin(Duration.ofSeconds(20)));
    }

    @AfterAll
    static void leave() {
        members.close();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Pool pool(int node) {
        return cluster.pools(node).open("llm", PoolSettings.ofSlots(SLOTS).withEarlyRefusal(false));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void adopt_amongEverythingElse_onePlaceForEachAndNoSlotTwice(long seed) {
        random = new Random(seed);

        for (int i = 0; i < STEPS; i++) {
            Set<Long> ready = ready();
            Set<Long> running = running();
            step();
            cluster.fetchMail();
            check(ready, running);
        }

        assertThat(adopted).isGreaterThan(10);
        end();
    }

    /** Everybody ends, and nothing is left. */
    private void end() {
        for (int i = 0;
                i < 100 && pool(0).snapshot().waiting() + pool(0).snapshot().running() > 0;
                i++) {
            guests.values().stream().filter(Guest::isRunning).forEach(one -> one.lease.close());
            cluster.advance(Duration.ofSeconds(5));
            cluster.fetchMail();
        }
        assertThat(pool(0).snapshot().running()).isZero();
        assertThat(pool(0).snapshot().waiting()).isZero();
        assertThat(guests.values()).as("left out").noneMatch(one -> one.isWaiting() || one.isRunning());
    }

    private void step() {
        int what = random.nextInt(100);
        if (what < 30) {
            arrive();
        } else if (what < 50) {
            any(one -> one.isRunning() && !one.hasReserved(), one -> one.lease.close());
        } else if (what < 65) {
            any(Guest::isReady, one -> one.isAway = one.ticket.keep(AWAY, one));
        } else if (what < 70) {
            any(one -> one.isWaiting() && one.isAway, this::rejoin);
        } else if (what < 74) {
            any(Guest::hasReserved, one -> one.isClaimed = one.lease.claim());
        } else if (what < 77) {
            any(Guest::isWaiting, one -> one.isOver = one.ticket.abandon());
        } else if (what < 93) {
            changeNode();
        } else {
            cluster.advance(Duration.ofMillis(random.nextInt(1500)));
        }
    }

    private void any(Predicate<Guest> which, java.util.function.Consumer<Guest> what) {
        List<Guest> fitting = guests.values().stream().filter(which).toList();
        if (!fitting.isEmpty()) {
            what.accept(fitting.get(random.nextInt(fitting.size())));
        }
    }

    private void arrive() {
        // No two at one moment, as there is no order between these.
        CLOCK.nanos += 1_000_000;
        Guest guest = new Guest(random.nextInt(3), "key" + random.nextInt(3), random.nextInt(3) == 0);
        Admission admission = pool(guest.node).offer(guest.arrival(), guest);
        guest.takes(admission);
        if (admission instanceof Lease lease) {
            guests.put(lease.id(), guest);
        } else if (admission instanceof Ticket ticket) {
            guests.put(ticket.id(), guest);
        }
    }

    private void rejoin(Guest guest) {
        Admission back = pool(guest.node).rejoin(guest.ticket.id(), 0, guest);
        assertThat(back == null).as("a place that is kept").isEqualTo(guest.isOver);
        guest.isAway = false;
    }

    private void changeNode() {
        Predicate<Guest> isLetGo = one -> one.isLetGo && !one.isOver;
        if (guests.values().stream().anyMatch(isLetGo) && random.nextInt(3) > 0) {
            any(isLetGo, this::adopt);
        } else {
            any(one -> one.hasReserved() || (one.isWaiting() && one.isAway), one -> {
                assertThat(pool(one.node).letGo(idOf(one))).isTrue();
                assertThat(pool(one.node).letGo(idOf(one))).as("a second time").isFalse();
                one.isLetGo = true;
            });
        }
    }

    private void adopt(Guest guest) {
        long id = idOf(guest);
        int node = (guest.node + 1 + random.nextInt(2)) % 3;
        boolean wasReserved = guest.lease != null;
        Duration waited = Duration.ofNanos(CLOCK.nanos - guest.arrivedNanos);
        Admission taken = pool(node).adopt(id, Arrival.of(Caller.of(guest.key, "ip"), Priority.NORMAL), waited, guest);
        guest.isLetGo = false;
        guest.isAway = false;
        guest.node = node;
        guest.isClaimed = true;
        if (taken == null) {
            guest.isOver = true;
            return;
        }
        adopted++;
        if (wasReserved) {
            assertThat(taken).isInstanceOf(Lease.class);
            guest.takes(taken);
        } else {
            assertThat(taken).isInstanceOf(Ticket.class);
            if (guest.lease == null) {
                guest.ticket = (Ticket) taken;
            }
        }
        assertThat(pool((node + 1) % 3).adopt(id, guest.arrival(), Duration.ZERO, new Guest(0, guest.key, false)))
                .as("a second time")
                .isNull();
    }

    private static long idOf(Guest guest) {
        return guest.lease == null ? guest.ticket.id() : guest.lease.id();
    }

    private Set<Long> ready() {
        return guests.entrySet().stream()
                .filter(one -> one.getValue().isReady())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private Set<Long> running() {
        return guests.entrySet().stream()
                .filter(one -> one.getValue().isRunning())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void check(Set<Long> ready, Set<Long> running) {
        PoolSnapshot now = pool(random.nextInt(3)).snapshot();
        Set<Long> runs = running();
        long letGo = guests.values().stream().filter(one -> one.isLetGo).count();
        assertThat(now.running()).isBetween(runs.size(), SLOTS);
        assertThat(now.running() + now.waiting() - runs.size() - ready().size() - away())
                .isBetween(0L, letGo);
        Map<Long, String> waiting = new LinkedHashMap<>();
        for (WaitingTicket one : pool(random.nextInt(3)).waiting(1000)) {
            waiting.put(one.id(), one.node());
        }
        List<Long> order = new ArrayList<>(guests.keySet());
        guests.forEach((id, guest) -> {
            assertThat(guest.told).as("told of its end").isLessThanOrEqualTo(1);
            if (guest.isWaiting()) {
                assertThat(waiting.get(id)).isEqualTo("n" + (guest.node + 1));
            }
            if (runs.contains(id) && !running.contains(id)) {
                assertThat(order.subList(0, order.indexOf(id)))
                        .as("came before it, and is still waiting")
                        .noneMatch(before -> ready.contains(before)
                                && guests.get(before).isReady()
                                && guests.get(before).key.equals(guest.key));
            }
        });
    }

    private long away() {
        return guests.values().stream()
                .filter(one -> one.isWaiting() && one.isAway)
                .count();
    }
}
