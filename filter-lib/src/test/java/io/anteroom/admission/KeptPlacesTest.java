// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.KEPT;
import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static io.anteroom.admission.Desk.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Places that are kept while their caller is away, and slots that are reserved for one who has still to come. */
final class KeptPlacesTest {
    private Desk desk = Desk.ofSlots(1);

    @AfterEach
    void audit() {
        Audit.check(desk.machine);
    }

    @Test
    void keep_backBeforeItsTurn_standsWhereItStood() {
        long runs = desk.run(by("r"));
        long first = desk.queue(by("a"));
        long second = desk.queue(by("b"));

        assertThat(desk.keep(first)).isTrue();
        desk.tickAfter(SECOND.multipliedBy(19));
        assertThat(desk.status(first).position()).isEqualTo(1);
        assertThat(desk.rejoin(first)).isEqualTo(new Decision.Queued(first, 1));

        desk.tickAfter(SECOND.multipliedBy(19));
        assertThat(desk.drain(runs)).containsExactly(first, second);
    }

    @Test
    void keep_itsTurnComes_othersGoOnAndNoSlotIdles() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        long behind = desk.queue(by("a"));
        long other = desk.queue(by("b"));
        desk.keep(away);

        desk.release(runs);
        assertThat(desk.granted()).containsExactly(other);
        desk.release(other);

        assertThat(desk.granted()).as("also those behind it in its own flow").containsExactly(behind);
        desk.machine.rank();
        assertThat(desk.status(away).position()).isEqualTo(1);
        assertThat(desk.status(away).limit()).isEqualTo(QueueStatus.Limit.RETURN);
    }

    @Test
    void rejoin_afterItsTurn_isNext() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        long other = desk.queue(by("b"));
        long last = desk.queue(by("c", Priority.CRITICAL));
        desk.keep(away);
        desk.release(runs);
        long now = desk.granted().get(0);
        desk.release(now);
        long then = desk.granted().get(0);
        desk.advance(SECOND.multipliedBy(4));

        assertThat(desk.rejoin(away)).isEqualTo(new Decision.Queued(away, 1));
        long late = desk.queue(by("d", Priority.CRITICAL));

        assertThat(List.of(now, then)).containsExactlyInAnyOrder(last, other);
        assertThat(desk.drain(then)).containsExactly(away, late);
    }

    @Test
    void rejoin_afterItsTurnWithAFreeSlot_runsAtOnce() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        desk.keep(away);
        desk.release(runs);
        assertThat(desk.granted()).isEmpty();
        assertThat(desk.machine.running()).isZero();

        desk.rejoin(away);

        assertThat(desk.granted()).containsExactly(away);
        assertThat(desk.rejoin(away)).as("again").isEqualTo(new Decision.Admitted(away));
    }

    @Test
    void keep_nobodyComesBackWithinTheGrace_isGivenUp() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        desk.keep(away);
        desk.advance(SECOND);
        desk.release(runs);

        desk.tickAfter(Duration.ofSeconds(5).minusNanos(1));
        assertThat(desk.ended(Refusal.Code.ABSENT)).isEmpty();
        desk.tickAfter(Duration.ofNanos(1));

        assertThat(desk.ended(Refusal.Code.ABSENT)).containsExactly(away);
        assertThat(desk.refusals(Refusal.Code.ABSENT)).isEqualTo(1);
        assertThat(desk.rejoin(away)).isEqualTo(new Decision.Over());
        assertThat(desk.machine.waiting()).isZero();
    }

    @Test
    void keep_awayForTooLong_isGivenUpBeforeItsTurn() {
        desk.run(by("r"));
        long away = desk.queue(by("a"));
        desk.advance(SECOND);
        desk.keep(away);

        desk.tickAfter(SECOND.multipliedBy(20).minusNanos(1));
        assertThat(desk.isWaiting(away)).isTrue();
        desk.tickAfter(Duration.ofNanos(1));

        assertThat(desk.ended(Refusal.Code.ABSENT)).containsExactly(away);
    }

    @Test
    void keep_longestWaitOver_endsByThat() {
        desk.run(by("r"));
        long away = desk.queue(by("a").withLongestWait(SECOND.multipliedBy(3)));
        desk.keep(away);

        desk.tickAfter(SECOND.multipliedBy(3));

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(away);
    }

    @Test
    void keep_moreThanMayBeAway_isNotKept() {
        desk.run(by("r"));
        long one = desk.queue(by("a"));
        long other = desk.queue(by("b"));
        Absence onlyOne = new Absence(SECOND, SECOND, 1);

        assertThat(desk.keep(one, onlyOne)).isTrue();
        assertThat(desk.keep(one, onlyOne)).as("again").isTrue();
        assertThat(desk.keep(other, onlyOne)).isFalse();
        assertThat(desk.keep(99)).as("one that nobody knows").isFalse();

        desk.rejoin(one);
        assertThat(desk.keep(other, onlyOne)).isTrue();
        assertThat(desk.snapshot().away()).isEqualTo(1);
        assertThat(desk.snapshot().counts().kept()).isEqualTo(2);
    }

    @Test
    void keep_countsTowardsEveryLimit_butNotItsBody() {
        desk = new Desk(Desk.settings(1).withQueue(3, 100).withCallers(new CallerLimits(2, 9), new CallerLimits(9, 9)));
        desk.run(by("r"));
        long away = desk.queue(by("a").withBytes(90));
        desk.keep(away);

        assertThat(desk.snapshot().waitingBytes()).isZero();
        desk.queue(by("a").withBytes(80));
        assertThat(desk.refuse(by("a")).code()).isEqualTo(Refusal.Code.KEY_LIMIT);
        desk.queue(by("b"));
        assertThat(desk.refuse(by("c")).code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(desk.machine.rejoin(away, 90, desk.nowNanos, desk::effectsAdd))
                .as("no room for its body: the place stays as it is")
                .isInstanceOf(Decision.Refused.class);
        assertThat(desk.machine.isAway(away)).isTrue();
        assertThat(desk.machine.rejoin(away, 20, desk.nowNanos, desk::effectsAdd))
                .isInstanceOf(Decision.Queued.class);
    }

    @Test
    void rejoin_keyRunsAsManyAsItMay_isFirstInItsFlow() {
        desk = new Desk(Desk.settings(2).withCallers(new CallerLimits(9, 1), CallerLimits.UNLIMITED));
        long other = desk.run(by("r"));
        long runs = desk.run(by("a"));
        long away = desk.queue(by("a"));
        long behind = desk.queue(by("a"));
        desk.keep(away);
        desk.release(runs);
        assertThat(desk.granted()).as("passed over").containsExactly(behind);
        long stranger = desk.queue(by("b"));

        desk.rejoin(away);
        desk.release(other);
        assertThat(desk.granted()).as("a limit that is met idles no slot").containsExactly(stranger);
        desk.release(behind);

        assertThat(desk.granted()).containsExactly(away);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void passedOver_itsFlowPays_onceAndOnlyIfItRuns(Order order) {
        desk = new Desk(Desk.settings(1).withOrder(order));
        long runs = desk.run(by("r").withCost(SECOND));
        long away = desk.queue(by("a").withCost(SECOND));
        desk.queue(by("a").withCost(SECOND));
        desk.queue(by("b").withCost(SECOND));
        Flow flow = desk.entry(away).flow;
        desk.keep(away);
        long before = flow.start;
        desk.advance(SECOND);
        desk.release(runs);
        long charged = flow.start;
        assertThat(charged - before).isGreaterThanOrEqualTo(Group.virtualCost(1_000_000, 1) / 2);

        desk.rejoin(away);
        long running = desk.granted().get(0);
        desk.advance(SECOND);
        desk.release(running);
        assertThat(desk.granted()).containsExactly(away);

        assertThat(flow.start).as("not charged again").isEqualTo(charged);
    }

    @Test
    void passedOver_givenUp_itsFlowIsRefunded() {
        desk = Desk.ofSlots(0);
        long away = desk.queue(by("a").withCost(SECOND));
        Flow flow = desk.entry(away).flow;
        long before = flow.start;
        desk.keep(away);
        desk.configure(desk.machine.settings().withSlots(1));
        assertThat(flow.start).isGreaterThan(before);

        desk.abandon(away);

        assertThat(flow.start).isEqualTo(before);
    }

    @Test
    void passedOver_movedByAnOperator_waitsThereStillAway() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        desk.keep(away);
        desk.release(runs);

        assertThat(desk.move(away, Priority.HIGH)).isTrue();

        assertThat(desk.machine.isAway(away)).isTrue();
        desk.rejoin(away);
        assertThat(desk.granted()).containsExactly(away);
    }

    @Test
    void keep_afterItsTurn_lastsNoLongerThanTheGrace() {
        long runs = desk.run(by("r"));
        long away = desk.queue(by("a"));
        long other = desk.queue(by("b"));
        desk.keep(away);
        desk.release(runs);
        desk.rejoin(away);
        assertThat(desk.granted()).containsExactly(other);

        desk.keep(away);
        desk.tickAfter(SECOND.multipliedBy(5));

        assertThat(desk.ended(Refusal.Code.ABSENT)).containsExactly(away);
    }

    @Test
    void reserved_turnComes_isHeldUntilClaimed() {
        long runs = desk.run(by("r"));
        long reserved = desk.queue(by("a").withReservation(SECOND.multipliedBy(10)));
        desk.release(runs);
        assertThat(desk.granted()).containsExactly(reserved);

        desk.tickAfter(SECOND.multipliedBy(9));
        assertThat(desk.claim(reserved)).isTrue();
        desk.tickAfter(SECOND.multipliedBy(900));

        assertThat(desk.machine.isRunning(reserved)).isTrue();
        assertThat(desk.release(reserved)).isTrue();
    }

    @Test
    void reserved_nobodyClaims_itsSlotGoesToTheNext() {
        long reserved = desk.run(by("a").withReservation(SECOND.multipliedBy(10)));
        long next = desk.queue(by("b"));
        assertThat(desk.state().estimator.meanMicros()).isEqualTo(1_000_000);

        desk.tickAfter(SECOND.multipliedBy(10));

        assertThat(desk.effects())
                .hasSize(2)
                .contains(new Effect.LeaseExpired(reserved, "node"))
                .last()
                .extracting(Effect::ticket)
                .isEqualTo(next);
        assertThat(desk.claim(reserved)).isFalse();
        assertThat(desk.snapshot().counts().lapsed()).isEqualTo(1);
        assertThat(desk.snapshot().counts().leasesExpired()).isZero();
        assertThat(desk.state().estimator.meanMicros())
                .as("a slot that nobody used tells nothing of what requests cost")
                .isEqualTo(1_000_000);
    }

    @Test
    void reserved_claimed_theLongestRunHoldsAsForAll() {
        desk = new Desk(Desk.settings(1).withLongestRun(SECOND.multipliedBy(30)));
        long reserved = desk.run(by("a").withReservation(SECOND.multipliedBy(10)));
        desk.claim(reserved);

        desk.tickAfter(SECOND.multipliedBy(30));

        assertThat(desk.effects()).containsExactly(new Effect.LeaseExpired(reserved, "node"));
        assertThat(desk.snapshot().counts().leasesExpired()).isEqualTo(1);
    }

    @Test
    void register_tellsWhoIsThereAndWhatIsClaimed() {
        Arrival reservation = by("a").withReservation(SECOND.multipliedBy(10));
        desk.offerFrom("n", 1, reservation);
        desk.offerFrom("n", 2, by("b"));
        desk.offerFrom("n", 3, by("c"));
        desk.keep(3);

        desk.register(
                "n",
                new Registration(1, by("a"), Duration.ZERO, true, Duration.ZERO),
                new Registration(2, by("b"), Duration.ZERO, false, Duration.ZERO, KEPT),
                new Registration(3, by("c"), Duration.ZERO, false, Duration.ZERO),
                new Registration(4, by("d"), Duration.ZERO, false, Duration.ZERO, KEPT));

        assertThat(desk.entry(1).isReserved()).isFalse();
        assertThat(desk.machine.isAway(2)).isTrue();
        assertThat(desk.machine.isAway(3)).isFalse();
        assertThat(desk.machine.isAway(4)).isTrue();
    }

    @Test
    void load_everyKindOfAbsence_isKept() throws IOException {
        long runs = desk.run(by("r"));
        long passed = desk.queue(from("a", "x"));
        long back = desk.queue(from("b", "x"));
        long away = desk.queue(from("c", "x").withReservation(SECOND));
        long there = desk.queue(from("d", "x"));
        long running = desk.queue(from("e", "x"));
        desk.keep(passed);
        desk.keep(back);
        desk.cancel(there);
        desk.keep(away);
        desk.release(runs);
        assertThat(desk.granted()).containsExactly(running);
        desk.rejoin(back);

        long hash = desk.machine.stateHash();
        desk.machine = Desk.loaded(desk.saved());

        assertThat(desk.machine.stateHash()).isEqualTo(hash);
        Audit.check(desk.machine);
        assertThat(desk.entry(passed).isAside()).isTrue();
        assertThat(desk.entry(away).isReserved()).isTrue();
        desk.release(running);
        assertThat(desk.granted()).containsExactly(back);
        desk.rejoin(passed);
        desk.rejoin(away);
        assertThat(desk.drain(back)).containsExactly(passed, away);
    }

    @Test
    void close_endsThoseWhoAreAway() {
        long runs = desk.run(by("r"));
        long passed = desk.queue(by("a"));
        desk.keep(passed);
        desk.release(runs);
        desk.run(by("r"));
        long away = desk.queue(by("b"));
        desk.keep(away);

        desk.mode(PoolMode.CLOSED);

        assertThat(desk.ended(Refusal.Code.SHUTTING_DOWN)).containsExactly(passed, away);
    }

    @Test
    void list_marksThoseWhoAreAway() {
        desk.run(by("r"));
        long away = desk.queue(by("a"));
        desk.queue(by("b"));
        desk.keep(away);
        desk.machine.rank();

        assertThat(desk.machine.list(9, desk.nowNanos))
                .extracting(WaitingTicket::isAway)
                .containsExactly(true, false);
        assertThat(desk.snapshot().waiting()).isEqualTo(2);
    }
}
