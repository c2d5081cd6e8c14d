// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Peers;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.event.Notice;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes with real clocks and threads: one queue, and what becomes of it when nodes go. */
final class ClusterTest {
    private Members members;
    private final List<HazelcastPools> pools = new ArrayList<>();
    private final List<Told> order = new CopyOnWriteArrayList<>();

    private final List<String> notes = new CopyOnWriteArrayList<>();

    private record Told(String name, Lease lease, Refusal.Code refusal) {}

    @BeforeEach
    void join() {
        members = new Members(3, System::nanoTime, how -> how);
        members.nodes.forEach(node -> pools.add(new HazelcastPools(node)));
    }

    @AfterEach
    void leave() {
        members.close();
        pools.forEach(HazelcastPools::close);
    }

    private Pool pool(int node, int slots) {
        return pools.get(node).open("llm", PoolSettings.ofSlots(slots).withEarlyRefusal(false));
    }

    private Admission offer(Pool pool, String name) {
        return pool.offer(Arrival.of(Caller.of("key", "ip"), Priority.NORMAL), new Waiter() {
            @Override
            public void admitted(Lease lease) {
                order.add(new Told(name, lease, null));
            }

            @Override
            public void refused(Refusal refusal) {
                notes.add(String.valueOf(refusal.note()));
                order.add(new Told(name, null, refusal.code()));
            }
        });
    }

    private List<String> names() {
        return order.stream().map(Told::name).toList();
    }

    /** The node that owns the pool's state. */
    private int owner() {
        String uuid = members.nodes
                .get(0)
                .hazelcast()
                .getPartitionService()
                .getPartition("llm")
                .getOwner()
                .getUuid()
                .toString();
        for (int i = 0; i < members.nodes.size(); i++) {
            String own = members.nodes
                    .get(i)
                    .hazelcast()
                    .getCluster()
                    .getLocalMember()
                    .getUuid()
                    .toString();
            if (own.equals(uuid)) {
                return i;
            }
        }
        throw new AssertionError("nobody owns it");
    }

    @Test
    void offer_onSeveralNodes_isOneQueueInOrderOfArrival() {
        List<Pool> all = List.of(pool(0, 1), pool(1, 1), pool(2, 1));
        Lease first = (Lease) offer(all.get(0), "runs");
        for (int i = 0; i < 9; i++) {
            assertThat(offer(all.get(i % 3), "w" + i)).isInstanceOf(Ticket.class);
        }

        List<WaitingTicket> waiting = all.get(1).waiting(100);
        assertThat(waiting)
                .extracting(WaitingTicket::node)
                .containsExactly("n1", "n2", "n3", "n1", "n2", "n3", "n1", "n2", "n3");
        assertThat(all.get(2).snapshot().waiting()).isEqualTo(9);
        first.close();
        for (int i = 0; i < 9; i++) {
            int told = i + 1;
            Await.until("number " + told + " is told", () -> order.size() == told);
            order.get(i).lease().close();
        }

        assertThat(names()).containsExactly("w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8");
        Await.until("nobody runs", () -> all.get(0).snapshot().running() == 0);
    }

    @Test
    void close_nextIsAtAnotherNode_thatIsToldWithoutATick() {
        List<Pool> all = List.of(pool(0, 1), pool(1, 1), pool(2, 1));
        List<Note> words = new CopyOnWriteArrayList<>();
        members.nodes.forEach(node -> node.onNote(words::add));
        Lease running = (Lease) offer(all.get(0), "runs");

        // A tick may come before the word now and then.
        for (int i = 1; i <= 20; i++) {
            int told = i;
            offer(all.get(i % 3), "w" + i);
            running.close();
            Await.until("number " + told + " is told", () -> order.size() == told);
            running = order.get(i - 1).lease();
        }

        Await.until(
                "words of mail have come",
                () -> words.stream()
                        .anyMatch(note -> note instanceof Note.Mailed mailed
                                && mailed.pool().equals("llm")));
        assertThat(words).noneMatch(note -> note instanceof Note.Post);
    }

    @Test
    void offer_manyTimes_startsNoThreadForEach() {
        List<Pool> all = List.of(pool(0, 1), pool(1, 1), pool(2, 1));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (Pool pool : all) {
            ((Lease) offer(pool, "first")).close();
            Await.until("nobody runs", () -> pool.snapshot().running() == 0);
        }
        long before = threads.getTotalStartedThreadCount();

        for (int i = 0; i < 300; i++) {
            Admission answer = offer(all.get(i % 3), "one");
            Await.until("it runs", () -> answer instanceof Lease || order.size() > 0);
            (answer instanceof Lease lease ? lease : order.remove(0).lease()).close();
        }

        assertThat(threads.getTotalStartedThreadCount() - before)
                .as("two for each on a machine with two processors, before")
                .isLessThan(100);
    }

    @Test
    void cancel_ticketOfAnotherNode_isToldThere() {
        Pool one = pool(0, 1);
        Pool two = pool(1, 1);
        offer(one, "runs");
        Ticket ticket = (Ticket) offer(one, "waits");

        assertThat(two.status(ticket.id()).position()).isEqualTo(1);
        assertThat(two.move(ticket.id(), Priority.LOW)).isTrue();
        assertThat(two.cancel(ticket.id(), "maintenance at noon")).isTrue();

        Await.until("it is told", () -> order.size() == 1);
        assertThat(order.get(0).refusal()).isEqualTo(Refusal.Code.CANCELLED);
        assertThat(notes).containsExactly("maintenance at noon");
    }

    @Test
    void configureAndMode_onOneNode_holdForAll() {
        Pool one = pool(0, 1);
        Pool two = pool(1, 5);
        assertThat(two.settings().slots()).as("as the first node opened it").isEqualTo(1);

        one.configure(PoolSettings.ofSlots(3));
        one.mode(PoolMode.HOLDING);

        assertThat(two.snapshot().mode()).isEqualTo(PoolMode.HOLDING);
        Await.until("the settings have come", () -> two.settings().slots() == 3);
        assertThat(offer(two, "held")).isInstanceOf(Ticket.class);
    }

    @Test
    void close_ownerOfTheState_losesNobodyOfTheOthers() {
        List<Pool> all = List.of(pool(0, 2), pool(1, 2), pool(2, 2));
        int dies = owner();
        int one = (dies + 1) % 3;
        int two = (dies + 2) % 3;
        Lease lease = (Lease) offer(all.get(one), "runs");
        offer(all.get(dies), "dies");
        for (int i = 0; i < 6; i++) {
            offer(all.get(i % 2 == 0 ? one : two), "w" + i);
        }

        members.nodes.get(dies).close();

        // Two nodes of three use one slot of two; the dead one's slot is free.
        Await.until("the node is out", () -> members.nodes.get(one).nodes().size() == 2);
        lease.close();
        for (int i = 0; i < 6; i++) {
            int told = i + 1;
            Await.until("number " + told + " is told", () -> order.size() >= told);
            order.get(i).lease().close();
        }
        assertThat(names()).containsExactlyInAnyOrder("w0", "w1", "w2", "w3", "w4", "w5");
        Await.until("nobody runs", () -> all.get(one).snapshot().running() == 0);
        assertThat(members.notices).extracting(Notice::type).contains(Notice.NODE_JOINED, Notice.NODE_LEFT);
    }

    @Test
    void state_lostWithAllItsCopies_isMadeAnewOfWhatTheNodesHold() {
        Pool one = pool(0, 1);
        Pool two = pool(1, 1);
        Lease lease = (Lease) offer(one, "runs");
        offer(two, "waits");
        long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
        Await.until("the next comes clearly later", () -> System.nanoTime() - end > 0);
        offer(one, "waits too");

        members.nodes.get(2).hazelcast().getMap(HazelcastConfig.POOLS).delete("llm");

        Await.until("it knows again", () -> one.snapshot().waiting() == 2);
        assertThat(one.snapshot().running()).isEqualTo(1);
        lease.close();
        Await.until("the first is told", () -> order.size() == 1);
        assertThat(names()).containsExactly("waits");
        order.get(0).lease().close();
        Await.until("the second is told", () -> order.size() == 2);
    }

    @Test
    void leave_inGoodOrder_answersItsOwnAndIsNotExpectedBack() {
        Pool one = pool(0, 2);
        Pool two = pool(1, 2);
        pool(2, 2);
        assertThat(offer(one, "runs")).isInstanceOf(Lease.class);
        assertThat(offer(two, "runs too")).isInstanceOf(Lease.class);
        offer(one, "waits");

        List<Note> said = new CopyOnWriteArrayList<>();
        members.nodes.get(1).onNote(said::add);

        pools.get(0).close();
        members.nodes.get(0).leave();

        Await.until(
                "it has said so",
                () -> said.contains(new Note.Leaves(members.nodes.get(0).session())));
        assertThat(order).extracting(Told::refusal).containsExactly(Refusal.Code.SHUTTING_DOWN);
        Await.until("its slot is free", () -> two.snapshot().running() == 1);
        assertThat(two.snapshot().usableSlots()).as("two nodes of two").isEqualTo(2);
        assertThat(offer(two, "next")).isInstanceOf(Lease.class);
    }

    @Test
    void every_taskThrowsAnError_goesOn() {
        AtomicInteger runs = new AtomicInteger();
        members.nodes.get(0).every(Duration.ofMillis(1), () -> {
            if (runs.incrementAndGet() == 1) {
                throw new LinkageError("this once");
            }
        });

        Await.until("it runs again", () -> runs.get() > 1);
    }

    @Test
    void look_takesLong_oneAtATimeAndBellsDoNotWait() throws Exception {
        ClusterNode node = members.nodes.get(0);
        CountDownLatch isOpened = new CountDownLatch(1);
        AtomicInteger under = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        node.onView(() -> {
            most.accumulateAndGet(under.incrementAndGet(), Math::max);
            try {
                isOpened.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            under.decrementAndGet();
            looks.incrementAndGet();
        });
        node.look();
        Await.until("it looks", () -> under.get() == 1);

        for (int i = 0; i < 10; i++) {
            node.look();
        }
        node.workers().submit(() -> {}).get(10, TimeUnit.SECONDS);
        isOpened.countDown();

        Await.until("it has looked again, at what changed meanwhile", () -> looks.get() == 2);
        assertThat(most).hasValue(1);
    }

    @Test
    void askAll_changesNothing_isNotRemembered() throws Exception {
        ClusterPeers asked = (ClusterPeers) pools.get(1).peers();
        asked.answering(question -> question);
        Peers asking = pools.get(0).peers();

        assertThat(asking.askAll(new byte[] {1})).containsExactly(new byte[] {1});
        assertThat(asking.askAll(new byte[] {2})).containsExactly(new byte[] {2});

        assertThat(asked.remembered()).isZero();
        assertThat(asking.ask(asked.self(), new byte[] {3})).containsExactly(3);
        assertThat(asked.remembered()).isEqualTo(1);
    }

    @Test
    void join_nameTwice_isRefused() {
        List<String> addresses = members.nodes.stream()
                .map(node -> node.settings().host() + ":" + node.settings().port())
                .toList();
        ClusterSettings again = ClusterSettings.of("n1")
                .name(members.nodes.get(0).settings().name())
                .listen("127.0.0.1", Ports.free(1).get(0))
                .members(addresses)
                .build();

        assertThatThrownBy(() -> ClusterNode.join(again, notice -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cluster: node: n1 (expected: a name that no other node has)");
    }
}
