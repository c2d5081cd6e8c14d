// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every shell around {@link PoolMachine} must do. Subclasses say how such pools are made. */
public abstract class PoolsContract {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private PoolsUnderTest world;
    private Pools pools;

    /** Pools of one node with a clock, timers and threads of the test's. */
    protected abstract PoolsUnderTest create();

    @BeforeEach
    final void begin() {
        world = create();
        pools = world.pools();
    }

    @AfterEach
    final void end() {
        world.close();
    }

    private Pool pool(int slots) {
        return pools.open("llm", settings(slots));
    }

    private static PoolSettings settings(int slots) {
        return PoolSettings.ofSlots(slots).withEarlyRefusal(false);
    }

    private static Arrival by(String key) {
        return Arrival.of(Caller.of(key, "ip-" + key), Priority.NORMAL);
    }

    private static Lease run(Pool pool, String key) {
        Admission answer = pool.offer(by(key), new RecordingWaiter());
        assertThat(answer).isInstanceOf(Lease.class);
        return (Lease) answer;
    }

    private static Ticket queue(Pool pool, Arrival arrival, Waiter waiter) {
        Admission answer = pool.offer(arrival, waiter);
        assertThat(answer).isInstanceOf(Ticket.class);
        return (Ticket) answer;
    }

    @Test
    void offer_slotFree_answersALease() {
        Pool pool = pool(1);
        RecordingWaiter waiter = new RecordingWaiter();

        Lease lease = (Lease) pool.offer(by("a"), waiter);

        assertThat(lease.waited()).isZero();
        assertThat(lease.initialPosition()).isZero();
        assertThat(lease.isClosed()).isFalse();
        assertThat(pool.snapshot().running()).isEqualTo(1);
        lease.close();
        world.runPending();
        assertThat(waiter.told()).isZero();
    }

    @Test
    void offer_slotsTaken_answersATicketThatStandsInLine() {
        Pool pool = pool(1);
        run(pool, "a");
        Ticket first = queue(pool, by("b"), new RecordingWaiter());
        Ticket second = queue(pool, by("b"), new RecordingWaiter());

        assertThat(first.status().position()).isEqualTo(1);
        assertThat(second.status().position()).isEqualTo(2);
        assertThat(second.status().initialPosition()).isEqualTo(2);
        assertThat(second.status().depth()).isEqualTo(2);
        assertThat(second.status().limit()).isEqualTo(QueueStatus.Limit.SLOTS);
        assertThat(first.id()).isNotEqualTo(second.id());
    }

    @Test
    void offer_queueFull_answersARefusalAndTellsNobody() {
        Pool pool = pools.open("llm", settings(1).withQueue(0, 0));
        run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();

        Admission answer = pool.offer(by("b"), waiter);
        world.runPending();

        assertThat(answer).isInstanceOf(Refusal.class);
        assertThat(((Refusal) answer).code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(waiter.told()).isZero();
    }

    @Test
    void close_lease_goesToTheNextWhoIsToldOnce() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), waiter);
        world.advance(SECOND);

        lease.close();

        assertThat(pool.snapshot().running())
                .as("handed over before close returns")
                .isEqualTo(1);
        assertThat(pool.snapshot().waiting()).isZero();
        assertThat(waiter.told()).as("told on another thread").isZero();
        world.runPending();
        assertThat(waiter.lease().id()).isEqualTo(ticket.id());
        assertThat(waiter.lease().waited()).isEqualTo(SECOND);
        assertThat(waiter.lease().initialPosition()).isEqualTo(1);
        assertThat(waiter.lease().isClosed()).isFalse();
        world.advance(Duration.ofMinutes(5));
        assertThat(waiter.told()).isEqualTo(1);
    }

    @Test
    void close_leaseTwice_frees1Slot() {
        Pool pool = pool(2);
        Lease lease = run(pool, "a");
        run(pool, "b");

        lease.close();
        lease.close();

        assertThat(lease.isClosed()).isTrue();
        assertThat(pool.snapshot().running()).isEqualTo(1);
        assertThat(pool.snapshot().counts().released()).isEqualTo(1);
    }

    @Test
    void close_leaseTwiceWithWaiters_admitsOne() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter first = new RecordingWaiter();
        RecordingWaiter second = new RecordingWaiter();
        queue(pool, by("b"), first);
        queue(pool, by("b"), second);

        lease.close();
        lease.close();
        world.runPending();

        assertThat(first.told()).isEqualTo(1);
        assertThat(second.told()).isZero();
    }

    @Test
    void abandon_whileWaiting_isNeverTold() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), waiter);

        assertThat(ticket.abandon()).isTrue();
        assertThat(ticket.abandon()).isFalse();
        lease.close();
        world.advance(Duration.ofMinutes(5));

        assertThat(waiter.told()).isZero();
        assertThat(pool.snapshot().running()).isZero();
        assertThat(pool.snapshot().counts().abandoned()).isEqualTo(1);
    }

    @Test
    void abandon_afterTheGrantWasDecided_isTooLateAndTheWaiterIsTold() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), waiter);

        lease.close();
        boolean wasWaiting = ticket.abandon();
        world.runPending();

        assertThat(wasWaiting).isFalse();
        waiter.lease().close();
        assertThat(pool.snapshot().running()).isZero();
    }

    @Test
    void abandon_afterTheEnd_isTooLate() {
        Pool pool = pool(1);
        run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b").withLongestWait(SECOND), waiter);

        world.advance(SECOND);

        assertThat(ticket.abandon()).isFalse();
        assertThat(waiter.code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
    }

    @Test
    void offer_grantBeforeItReturns_reachesTheWaiter() {
        Pool pool = pools.open("llm", settings(0));
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("a"), waiter);

        pool.configure(settings(1));
        world.runPending();

        assertThat(waiter.lease().id()).isEqualTo(ticket.id());
        assertThat(ticket.status().position()).as("the last known standing").isEqualTo(1);
    }

    @Test
    void admitted_waiterThrows_losesNoSlot() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        queue(pool, by("b"), new Waiter() {
            @Override
            public void admitted(Lease unused) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void refused(Refusal refusal) {}
        });
        RecordingWaiter next = new RecordingWaiter();
        queue(pool, by("b"), next);

        lease.close();
        world.runPending();
        world.runPending();

        assertThat(next.lease().isClosed()).isFalse();
        assertThat(pool.snapshot().running()).isEqualTo(1);
    }

    @Test
    void refused_waiterThrows_harmsNobodyElse() {
        Pool pool = pool(1);
        run(pool, "a");
        queue(pool, by("b").withLongestWait(SECOND), new Waiter() {
            @Override
            public void admitted(Lease lease) {}

            @Override
            public void refused(Refusal refusal) {
                throw new IllegalStateException("on purpose");
            }
        });
        RecordingWaiter next = new RecordingWaiter();
        queue(pool, by("c").withLongestWait(SECOND), next);

        world.advance(SECOND);

        assertThat(next.code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
        assertThat(pool.snapshot().running()).isEqualTo(1);
    }

    @Test
    void advance_toTheDeadline_expiresExactlyThen() {
        Pool pool = pool(1);
        run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b").withLongestWait(SECOND), waiter);

        world.advance(SECOND.minusNanos(1));
        assertThat(waiter.told()).isZero();
        world.advance(Duration.ofNanos(1));

        assertThat(waiter.code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
        assertThat(waiter.refusals.get(0).waited()).isEqualTo(SECOND);
    }

    @Test
    void advance_laterDeadlineFirstThenAnEarlierOne_bothExpireInTime() {
        Pool pool = pool(1);
        run(pool, "a");
        RecordingWaiter late = new RecordingWaiter();
        RecordingWaiter early = new RecordingWaiter();
        RecordingWaiter middle = new RecordingWaiter();
        queue(pool, by("b").withLongestWait(Duration.ofSeconds(9)), late);
        queue(pool, by("c").withLongestWait(Duration.ofSeconds(3)), early);
        queue(pool, by("d").withLongestWait(Duration.ofSeconds(6)), middle);

        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            world.advance(Duration.ofSeconds(3));
            told.add(early.told() * 100 + middle.told() * 10 + late.told());
        }

        assertThat(told).containsExactly(100, 110, 111);
    }

    @Test
    void advance_longestRunOver_takesTheLeaseBack() {
        Pool pool = pools.open("llm", settings(1).withLongestRun(Duration.ofSeconds(5)));
        Lease lost = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        world.advance(Duration.ofSeconds(5));

        assertThat(lost.isClosed()).isTrue();
        assertThat(waiter.lease().waited()).isEqualTo(Duration.ofSeconds(5));
        lost.close();
        assertThat(pool.snapshot().running()).isEqualTo(1);
        assertThat(pool.snapshot().counts().leasesExpired()).isEqualTo(1);
    }

    @Test
    void advance_leaseExpiresBeforeItsWaiterIsTold_isToldAllTheSame() {
        Pool pool = pools.open("llm", settings(1));
        Lease first = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        first.close();
        pool.configure(settings(1).withLongestRun(Duration.ofNanos(1)));
        world.advance(SECOND);
        world.runPending();

        assertThat(waiter.lease().isClosed()).isTrue();
        assertThat(pool.snapshot().running()).isZero();
    }

    @Test
    void configure_moreSlots_admitsAtOnce() {
        Pool pool = pool(1);
        run(pool, "a");
        List<RecordingWaiter> waiters = List.of(new RecordingWaiter(), new RecordingWaiter(), new RecordingWaiter());
        waiters.forEach(waiter -> queue(pool, by("b"), waiter));

        pool.configure(settings(3));
        world.runPending();

        assertThat(waiters).extracting(RecordingWaiter::told).containsExactly(1, 1, 0);
        assertThat(pool.settings()).isEqualTo(settings(3));
    }

    @Test
    void limitSlots_anyShell_holdsNewcomersBackAndLetsThemInAgain() {
        Pool pool = pool(2);
        pool.limitSlots(1);
        run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        pool.limitSlots(2);
        world.runPending();

        assertThat(waiter.lease().isClosed()).isFalse();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(2);
    }

    @Test
    void limitSlots_twoWhoKnow_theLeastCountsAndNeitherForgetsTheOther() {
        Pool pool = pool(4);

        pool.limitSlots("load", 3);
        pool.limitSlots("health", 2);
        pool.limitSlots("load", 4);
        assertThat(pool.snapshot().usableSlots()).isEqualTo(2);
        pool.limitSlots("health", Integer.MAX_VALUE);
        assertThat(pool.snapshot().usableSlots()).isEqualTo(4);
    }

    @Test
    void configure_fewerSlots_drains() {
        Pool pool = pool(2);
        Lease first = run(pool, "a");
        Lease second = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        pool.configure(settings(1));
        first.close();
        world.runPending();

        assertThat(waiter.told()).isZero();
        second.close();
        world.runPending();
        assertThat(waiter.lease().isClosed()).isFalse();
    }

    @Test
    void mode_holding_queuesAndAdmitsOnResume() {
        Pool pool = pool(1);
        pool.mode(PoolMode.HOLDING);
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("a"), waiter);

        assertThat(ticket.status().limit()).isEqualTo(QueueStatus.Limit.HOLDING);
        assertThat(pool.snapshot().mode()).isEqualTo(PoolMode.HOLDING);
        pool.mode(PoolMode.OPEN);
        world.runPending();

        assertThat(waiter.lease().isClosed()).isFalse();
    }

    @Test
    void mode_draining_refusesNewcomersAndServesWhoWaits() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        pool.mode(PoolMode.DRAINING);
        Admission newcomer = pool.offer(by("c"), new RecordingWaiter());
        lease.close();
        world.runPending();

        assertThat(((Refusal) newcomer).code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
        assertThat(waiter.lease().isClosed()).isFalse();
    }

    @Test
    void mode_closed_refusesEverybodyButLetsWorkEnd() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b"), waiter);

        pool.mode(PoolMode.CLOSED);
        world.runPending();

        assertThat(waiter.code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
        assertThat(lease.isClosed()).isFalse();
        assertThat(pool.offer(by("c"), new RecordingWaiter())).isInstanceOf(Refusal.class);
        lease.close();
        assertThat(pool.snapshot().running()).isZero();
    }

    @Test
    void cancel_waiting_isToldSo() {
        Pool pool = pool(1);
        run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), waiter);

        assertThat(pool.cancel(ticket.id())).isTrue();
        assertThat(pool.cancel(ticket.id())).isFalse();
        world.runPending();

        assertThat(waiter.code()).isEqualTo(Refusal.Code.CANCELLED);
        assertThat(pool.status(ticket.id())).isNull();
        assertThat(ticket.status().initialPosition()).isEqualTo(1);
    }

    @Test
    void cancel_running_changesNothing() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");

        assertThat(pool.cancel(lease.id())).isFalse();
        assertThat(lease.isClosed()).isFalse();
    }

    @Test
    void move_toAHigherLevel_goesFirstAndKeepsItsMoment() {
        Pool pool = pools.open("llm", settings(1).withOrder(Order.STRICT));
        Lease lease = run(pool, "a");
        queue(pool, by("b"), new RecordingWaiter());
        RecordingWaiter waiter = new RecordingWaiter();
        Ticket ticket = queue(pool, by("c"), waiter);
        world.advance(SECOND);

        assertThat(pool.move(ticket.id(), Priority.CRITICAL)).isTrue();
        assertThat(ticket.status().position()).isEqualTo(1);
        assertThat(ticket.status().waited()).isEqualTo(SECOND);
        lease.close();
        world.runPending();

        assertThat(waiter.lease().id()).isEqualTo(ticket.id());
        assertThat(pool.move(ticket.id(), Priority.LOW)).isFalse();
    }

    @Test
    void waiting_severalInLine_areListedInOrder() {
        Pool pool = pool(1);
        run(pool, "a");
        Ticket first = queue(pool, by("b"), new RecordingWaiter());
        Ticket third = queue(pool, by("b"), new RecordingWaiter());
        Ticket second = queue(pool, by("c").withBatch("nightly").withBytes(7), new RecordingWaiter());

        List<WaitingTicket> list = pool.waiting(10);

        assertThat(list).extracting(WaitingTicket::id).containsExactly(first.id(), second.id(), third.id());
        assertThat(list.get(1).key()).isEqualTo("c");
        assertThat(list.get(1).ip()).isEqualTo("ip-c");
        assertThat(list.get(1).batch()).isEqualTo("nightly");
        assertThat(list.get(1).bytes()).isEqualTo(7);
        assertThat(list.get(1).priority()).isEqualTo(Priority.NORMAL);
        assertThat(list.get(1).status().position()).isEqualTo(2);
        assertThat(pool.waiting(2)).hasSize(2);
        assertThat(pool.waiting(0)).isEmpty();
    }

    @Test
    void status_thoseAheadLeave_movesUp() {
        Pool pool = pool(1);
        run(pool, "a");
        Ticket first = queue(pool, by("b"), new RecordingWaiter());
        Ticket second = queue(pool, by("b"), new RecordingWaiter());
        assertThat(second.status().position()).isEqualTo(2);

        first.abandon();

        assertThat(second.status().position()).isEqualTo(1);
        assertThat(second.status().depth()).isEqualTo(1);
    }

    @Test
    void open_twice_isTheSamePoolWithItsSettings() {
        Pool first = pool(1);

        Pool second = pools.open("llm", settings(9));
        Pool other = pools.open("images", settings(2));

        assertThat(second.settings().slots()).isEqualTo(1);
        assertThat(first.name()).isEqualTo("llm");
        assertThat(pools.all()).extracting(Pool::name).containsExactly("llm", "images");
        assertThat(pools.find("images")).isNotNull();
        assertThat(other.settings().slots()).isEqualTo(2);
        assertThat(pools.find("nobody")).isNull();
    }

    @Test
    void pools_several_areIndependent() {
        Pool one = pools.open("one", settings(1));
        Pool two = pools.open("two", settings(1));
        Lease lease = run(one, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(one, by("a"), waiter);

        run(two, "a").close();
        world.runPending();
        assertThat(waiter.told()).isZero();
        lease.close();
        world.runPending();

        assertThat(waiter.told()).isEqualTo(1);
    }

    @Test
    void close_pools_answersEverybody() {
        Pool one = pools.open("one", settings(1));
        Pool two = pools.open("two", settings(0));
        Lease lease = run(one, "a");
        List<RecordingWaiter> waiters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RecordingWaiter waiter = new RecordingWaiter();
            waiters.add(waiter);
            queue(i % 2 == 0 ? one : two, by("k" + i), waiter);
        }

        pools.close();
        world.runPending();

        assertThat(waiters).allMatch(waiter -> waiter.code() == Refusal.Code.SHUTTING_DOWN);
        Admission late = one.offer(by("late"), new RecordingWaiter());
        assertThat(((Refusal) late).code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
        lease.close();
        assertThat(one.snapshot().running()).isZero();
        pools.close();
    }

    @Test
    void open_afterClose_takesNobody() {
        pools.close();

        Admission answer = pools.open("late", settings(1)).offer(by("a"), new RecordingWaiter());

        assertThat(((Refusal) answer).code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
    }

    @Test
    void snapshot_afterWork_countsEverything() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter waiter = new RecordingWaiter();
        queue(pool, by("b").withBytes(10), waiter);
        queue(pool, by("c"), new RecordingWaiter()).abandon();

        PoolSnapshot busy = pool.snapshot();
        assertThat(busy.slots()).isEqualTo(1);
        assertThat(busy.waiting()).isEqualTo(1);
        assertThat(busy.waitingBytes()).isEqualTo(10);
        assertThat(busy.levels().get(Priority.NORMAL)).isEqualTo(new PoolSnapshot.Depth(1, 1));
        world.advance(SECOND);
        lease.close();
        world.runPending();
        waiter.lease().close();

        PoolSnapshot.Counts counts = pool.snapshot().counts();
        assertThat(counts.admitted()).isEqualTo(2);
        assertThat(counts.queued()).isEqualTo(2);
        assertThat(counts.released()).isEqualTo(2);
        assertThat(counts.abandoned()).isEqualTo(1);
        assertThat(counts.leasesExpired()).isZero();
    }

    private static final Absence AWAY = new Absence(Duration.ofSeconds(20), Duration.ofSeconds(5), 10);

    @Test
    void rejoin_keptPlace_tellsTheNewWaiterOnly() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter gone = new RecordingWaiter();
        RecordingWaiter absent = new RecordingWaiter();
        RecordingWaiter back = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), gone);
        assertThat(ticket.keep(AWAY, absent)).isTrue();
        world.advance(SECOND);

        assertThat(pool.rejoin(ticket.id(), 7, back)).isInstanceOf(Ticket.class);
        assertThat(pool.snapshot().waitingBytes()).isEqualTo(7);
        lease.close();
        world.runPending();

        assertThat(back.lease().id()).isEqualTo(ticket.id());
        assertThat(back.lease().waited()).isEqualTo(SECOND);
        assertThat(gone.told() + absent.told()).isZero();
    }

    @Test
    void rejoin_afterItsTurn_isToldOnAnotherThread() {
        Pool pool = pool(1);
        Lease lease = run(pool, "a");
        RecordingWaiter back = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), new RecordingWaiter());
        ticket.keep(AWAY, new RecordingWaiter());
        lease.close();
        world.runPending();

        assertThat(pool.rejoin(ticket.id(), 0, back)).isInstanceOf(Ticket.class);
        assertThat(back.told()).isZero();
        world.runPending();

        assertThat(back.lease().id()).isEqualTo(ticket.id());
    }

    @Test
    void rejoin_placeTakenOrGone_isNoPlace() {
        Pool pool = pool(1);
        run(pool, "a");
        Ticket taken = queue(pool, by("b"), new RecordingWaiter());
        RecordingWaiter absent = new RecordingWaiter();
        Ticket gone = queue(pool, by("c"), new RecordingWaiter());
        gone.keep(AWAY, absent);
        RecordingWaiter late = new RecordingWaiter();

        assertThat(pool.rejoin(taken.id(), 0, late)).as("somebody is there").isNull();
        assertThat(pool.rejoin(4711, 0, late)).isNull();
        world.advance(SECOND.multipliedBy(20));
        assertThat(pool.rejoin(gone.id(), 0, late)).isNull();

        assertThat(absent.code()).isEqualTo(Refusal.Code.ABSENT);
        assertThat(late.told()).isZero();
        assertThat(gone.keep(AWAY, absent)).isFalse();
    }

    @Test
    void rejoin_noRoomForItsBody_leavesThePlaceAsItIs() {
        Pool pool = pools.open("llm", settings(1).withQueue(5, 10));
        run(pool, "a");
        RecordingWaiter absent = new RecordingWaiter();
        RecordingWaiter back = new RecordingWaiter();
        Ticket ticket = queue(pool, by("b"), new RecordingWaiter());
        ticket.keep(AWAY, absent);

        Admission answer = pool.rejoin(ticket.id(), 11, back);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL));
        world.advance(SECOND.multipliedBy(20));
        assertThat(absent.code()).isEqualTo(Refusal.Code.ABSENT);
        assertThat(back.told()).isZero();
    }

    @Test
    void claim_reservedLease_isKeptElseTakenBack() {
        Pool pool = pool(2);
        Lease claimed = (Lease) pool.offer(by("a").withReservation(SECOND), new RecordingWaiter());
        Lease lapsed = (Lease) pool.offer(by("b").withReservation(SECOND), new RecordingWaiter());

        assertThat(claimed.claim()).isTrue();
        world.advance(SECOND);

        assertThat(claimed.isClosed()).isFalse();
        assertThat(lapsed.isClosed()).isTrue();
        assertThat(lapsed.claim()).isFalse();
        assertThat(pool.snapshot().running()).isEqualTo(1);
    }
}
