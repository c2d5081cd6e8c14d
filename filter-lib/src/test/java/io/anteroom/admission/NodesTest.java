// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that are lost, that tell what they hold, and commands that arrive twice. */
final class NodesTest {
    private static Registration waits(long ticket, Arrival arrival, Duration waited) {
        return new Registration(ticket, arrival, waited, false, Duration.ZERO);
    }

    private static Registration runs(long ticket, Arrival arrival, Duration waited, Duration ran) {
        return new Registration(ticket, arrival, waited, true, ran);
    }

    @Test
    void arrive_twiceWhileWaiting_isTheSameAnswer() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        desk.queue(by("b"));
        Decision first = desk.offer(50, by("c"));
        desk.queue(by("d"));

        Decision second = desk.offer(50, by("c"));

        assertThat(first).isEqualTo(new Decision.Queued(50, 2));
        assertThat(second).isEqualTo(first);
        assertThat(desk.machine.waiting()).isEqualTo(3);
    }

    @Test
    void arrive_twiceWhileRunning_isTheSameAnswer() {
        Desk desk = Desk.ofSlots(2);

        assertThat(desk.offer(5, by("a"))).isEqualTo(new Decision.Admitted(5));
        assertThat(desk.offer(5, by("a"))).isEqualTo(new Decision.Admitted(5));
        assertThat(desk.machine.running()).isEqualTo(1);
        assertThat(desk.snapshot().counts().admitted()).isEqualTo(1);
    }

    @Test
    void arrive_againAfterItsEnd_isOver() {
        Desk desk = new Desk(Desk.settings(1), 2);
        desk.offer(5, by("a"));
        desk.offer(6, by("a"));
        desk.abandon(6);
        desk.release(5);

        assertThat(desk.offer(5, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.offer(6, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.machine.running()).isZero();
    }

    @Test
    void arrive_againAfterMoreEndsThanAreRemembered_isNew() {
        Desk desk = new Desk(Desk.settings(1), 2);
        for (long ticket = 1; ticket <= 3; ticket++) {
            desk.offer(ticket, by("a"));
            desk.release(ticket);
        }

        assertThat(desk.offer(1, by("a"))).isInstanceOf(Decision.Admitted.class);
        assertThat(desk.offer(3, by("a"))).isEqualTo(new Decision.Over());
    }

    @Test
    void arrive_againWithoutAMemory_isNew() {
        Desk desk = Desk.ofSlots(1);
        desk.offer(1, by("a"));
        desk.release(1);

        assertThat(desk.offer(1, by("a"))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void nodeLost_itsSlotsGoToOthersAndItsPlacesAreGivenUp() {
        Desk desk = Desk.ofSlots(2);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n2", 2, by("b"));
        desk.offerFrom("n1", 3, by("c"));
        desk.offerFrom("n2", 4, by("d"));

        desk.nodeLost("n1");

        assertThat(desk.granted()).containsExactly(4L);
        assertThat(desk.machine.waiting()).isZero();
        assertThat(desk.machine.running()).isEqualTo(2);
        assertThat(desk.refusals(Refusal.Code.NODE_LOST)).isEqualTo(1);
        assertThat(desk.snapshot().counts().released()).isEqualTo(1);
        assertThat(desk.release(1)).isFalse();
        Audit.check(desk.machine);
    }

    @Test
    void nodeLost_afterAMove_endsItOnce() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n2", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        desk.move(2, Priority.HIGH);

        desk.nodeLost("n1");

        assertThat(desk.machine.waiting()).isZero();
        assertThat(desk.refusals(Refusal.Code.NODE_LOST)).isEqualTo(1);
        Audit.check(desk.machine);
    }

    @Test
    void nodeLost_afterADeadlineThatNobodyTicked_expiresThatFirst() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b").withLongestWait(SECOND));
        desk.advance(SECOND);

        desk.nodeLost("n1");

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(2L);
    }

    @Test
    void nodeLost_unknown_changesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        long before = desk.machine.stateHash();

        desk.nodeLost("stranger");

        assertThat(desk.machine.stateHash()).isEqualTo(before);
    }

    @Test
    void nodeLost_itsRequestsAreRemembered() {
        Desk desk = new Desk(Desk.settings(1), 8);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("a"));
        desk.nodeLost("n1");

        assertThat(desk.offer(1, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.offer(2, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.offerFrom("n1", 3, by("a"))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void nodeSilent_itsPlacesGoAndItsSlotsStayTaken() {
        Desk desk = Desk.ofSlots(2);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n2", 2, by("b"));
        desk.offerFrom("n1", 3, by("c"));
        desk.offerFrom("n2", 4, by("d"));

        int running = desk.nodeSilent("n1");

        assertThat(running).isEqualTo(1);
        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.waiting()).isEqualTo(1);
        assertThat(desk.machine.running()).isEqualTo(2);
        assertThat(desk.refusals(Refusal.Code.NODE_LOST)).isEqualTo(1);
        desk.nodeLost("n1");
        assertThat(desk.granted()).containsExactly(4L);
        assertThat(desk.nodeSilent("stranger")).isZero();
        Audit.check(desk.machine);
    }

    @Test
    void nodeSilent_thoseThatItCannotKnowOf_leaveTheirSlots() {
        Desk desk = Desk.ofSlots(2);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n2", 2, by("b"));
        desk.offerFrom("n1", 3, by("c"));
        desk.offerFrom("n2", 4, by("d"));
        desk.offerFrom("n1", 5, by("e"));
        desk.release(2);
        desk.effects();

        int running = desk.nodeSilent("n1", 3L, 5L, 4711L);

        assertThat(running).as("the one that it has known of").isEqualTo(1);
        assertThat(desk.granted()).containsExactly(4L);
        assertThat(desk.machine.isRunning(1)).isTrue();
        assertThat(desk.machine.isRunning(3)).isFalse();
        Audit.check(desk.machine);
    }

    @Test
    void nodeSilent_thoseThatItCannotKnowOf_haveCostNobodyAnything() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n2", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        desk.release(1);
        Duration before = desk.machine.snapshot(desk.nowNanos).meanRun();
        desk.nowNanos += Duration.ofSeconds(100).toNanos();

        desk.nodeSilent("n1", 2L);

        assertThat(desk.machine.snapshot(desk.nowNanos).meanRun()).isEqualTo(before);
        assertThat(desk.machine.running()).isZero();
    }

    @Test
    void register_bothSaySo_changesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));

        desk.register("n1", runs(1, by("a"), Duration.ZERO, SECOND), waits(2, by("b"), SECOND));

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.running()).isEqualTo(1);
        assertThat(desk.machine.waiting()).isEqualTo(1);
    }

    @Test
    void register_grantThatTheNodeHasNotHeardOf_isToldAgain() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        desk.advance(SECOND);
        desk.release(1);
        List<Effect> first = desk.effects();

        desk.register("n1", waits(2, by("b"), SECOND));

        assertThat(first).containsExactly(new Effect.Granted(2, "n1", SECOND, 1));
        assertThat(desk.effects()).isEqualTo(first);
        assertThat(desk.machine.running()).isEqualTo(1);
    }

    @Test
    void register_nodeSaysThatItRuns_runsAlsoAboveTheSlots() {
        Desk desk = new Desk(Desk.settings(1).withLongestRun(Duration.ofSeconds(10)));
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        desk.advance(Duration.ofSeconds(6));

        desk.register(
                "n1",
                runs(1, by("a"), Duration.ZERO, Duration.ofSeconds(6)),
                runs(2, by("b"), SECOND, Duration.ofSeconds(5)));

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.running()).isEqualTo(2);
        assertThat(desk.snapshot().counts().admitted()).isEqualTo(2);
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        desk.tickAfter(Duration.ofSeconds(4));
        assertThat(desk.effects()).containsExactly(new Effect.LeaseExpired(1, "n1"));
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(11).toNanos());
        Audit.check(desk.machine);
    }

    @Test
    void register_knownButNotTold_isDropped() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        desk.offerFrom("n2", 3, by("c"));

        desk.register("n1");

        assertThat(desk.granted()).containsExactly(3L);
        assertThat(desk.snapshot().counts().released()).isEqualTo(1);
        assertThat(desk.snapshot().counts().abandoned()).isEqualTo(1);
    }

    @Test
    void register_toldButNotKnown_isTakenInWithItsPastAboveAllLimits() {
        Desk desk = new Desk(Desk.settings(1).withQueue(0, 0).withLongestRun(Duration.ofSeconds(10)));
        desk.advance(Duration.ofMinutes(1));

        desk.register(
                "n1",
                runs(1, by("a"), SECOND, Duration.ofSeconds(4)),
                runs(2, by("b"), SECOND, Duration.ofSeconds(2)),
                waits(3, by("c").withBytes(10), Duration.ofSeconds(3)));

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.running()).isEqualTo(2);
        assertThat(desk.status(3).waited()).isEqualTo(Duration.ofSeconds(3));
        assertThat(desk.status(3).position()).isEqualTo(1);
        assertThat(desk.snapshot().counts().queued()).isEqualTo(1);
        assertThat(desk.snapshot().counts().admitted()).isEqualTo(2);
        assertThat(desk.machine.nextDeadlineNanos() - desk.nowNanos)
                .as("the lease that has run for 4 of 10 s")
                .isEqualTo(Duration.ofSeconds(6).toNanos());
        desk.release(1);
        assertThat(desk.state().estimator.meanMicros()).isEqualTo(4_000_000);
        Audit.check(desk.machine);
    }

    @Test
    void register_whatWasRememberedAsOver_livesAgain() {
        Desk desk = new Desk(Desk.settings(2), 8);
        desk.offerFrom("n1", 1, by("a"));
        desk.nodeLost("n1");

        desk.register("n1", runs(1, by("a"), Duration.ZERO, SECOND));

        assertThat(desk.machine.isRunning(1)).isTrue();
        desk.release(1);
        assertThat(desk.offer(1, by("a"))).isEqualTo(new Decision.Over());
    }

    @Test
    void register_sameTicketTwiceOrOfAnotherNode_countsOnce() {
        Desk desk = Desk.ofSlots(3);
        desk.offerFrom("n2", 7, by("z"));

        desk.register(
                "n1",
                runs(1, by("a"), Duration.ZERO, SECOND),
                runs(1, by("a"), Duration.ZERO, SECOND),
                runs(7, by("z"), Duration.ZERO, SECOND));

        assertThat(desk.machine.running()).isEqualTo(2);
        Audit.check(desk.machine);
    }

    @Test
    void register_somebodyIsAtWhatAnotherNodeKeepsHere_isThatNodesFromNowOn() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        assertThat(desk.machine.keep(2, Desk.KEPT, desk.nowNanos, effect -> {})).isTrue();

        desk.register("n2", waits(2, by("b"), SECOND));
        desk.machine.nodeLost("n1", desk.nowNanos, desk::collect);

        assertThat(desk.effects()).containsExactly(new Effect.Granted(2, "n2", Duration.ZERO, 1));
        assertThat(desk.machine.away()).isZero();
        Audit.check(desk.machine);
    }

    @Test
    void register_nobodyIsAtWhatAnotherNodeHoldsHere_changesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));

        desk.register("n2", new Registration(2, by("b"), SECOND, false, Duration.ZERO, Desk.KEPT));
        desk.machine.nodeLost("n1", desk.nowNanos, desk::collect);

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.waiting()).isZero();
    }

    @Test
    void register_runsThoughItsCallerIsAwayHere_isThere() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("a"));
        desk.offerFrom("n1", 2, by("b"));
        assertThat(desk.machine.keep(2, Desk.KEPT, desk.nowNanos, effect -> {})).isTrue();

        desk.register("n1", runs(1, by("a"), Duration.ZERO, SECOND), runs(2, by("b"), SECOND, SECOND));

        assertThat(desk.machine.running()).isEqualTo(2);
        assertThat(desk.machine.away()).isZero();
        Audit.check(desk.machine);
    }

    @Test
    void register_fromNothing_keepsTheOrderOfArrivalAcrossNodes() {
        Desk desk = new Desk(Desk.settings(1).withOrder(Order.FIFO));
        desk.advance(Duration.ofMinutes(1));
        desk.register("n1", runs(1, by("r"), Duration.ZERO, SECOND), waits(4, by("b"), Duration.ofSeconds(10)));
        desk.register("n2", waits(3, by("a"), Duration.ofSeconds(12)), waits(2, by("c"), Duration.ofSeconds(8)));
        desk.register("n3", waits(5, by("a"), Duration.ofSeconds(9)));

        assertThat(desk.drain(1)).containsExactly(3L, 4L, 5L, 2L);
    }

    @Test
    void register_earlierThanTheTailOfItsFlow_goesBeforeIt() {
        Desk desk = Desk.ofSlots(1);
        desk.offerFrom("n1", 1, by("r"));
        desk.advance(Duration.ofSeconds(5));
        desk.offerFrom("n1", 2, by("a"));
        desk.advance(SECOND);

        desk.register("n2", waits(3, by("a"), Duration.ofSeconds(4)));

        assertThat(desk.drain(1)).containsExactly(3L, 2L);
    }

    @Test
    void register_waitingPastTheDeadline_expiresAtOnce() {
        Desk desk = Desk.ofSlots(1);
        desk.advance(Duration.ofMinutes(10));

        desk.register("n1", waits(1, by("a"), Duration.ofMinutes(2)));

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(1L);
        assertThat(desk.machine.running()).isZero();
    }

    @Test
    void register_waitingWithFreeSlots_isAdmitted() {
        Desk desk = Desk.ofSlots(1);
        desk.advance(Duration.ofMinutes(1));

        desk.register("n1", waits(1, by("a"), SECOND));

        assertThat(desk.effects()).containsExactly(new Effect.Granted(1, "n1", SECOND, 1));
    }

    @Test
    void register_waitingInAClosedPool_isRefused() {
        Desk desk = Desk.ofSlots(1);
        desk.mode(PoolMode.CLOSED);

        desk.register("n1", waits(1, by("a"), Duration.ZERO), runs(2, by("a"), Duration.ZERO, SECOND));

        assertThat(desk.ended(Refusal.Code.SHUTTING_DOWN)).containsExactly(1L);
        assertThat(desk.machine.running()).isEqualTo(1);
    }
}
