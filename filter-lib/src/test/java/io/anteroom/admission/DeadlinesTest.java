// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Waits and leases that are over: never early, never late. */
final class DeadlinesTest {
    private static final Duration NANO = Duration.ofNanos(1);

    private static Desk busy() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("runs"));
        return desk;
    }

    @Test
    void tick_oneNanosecondBeforeTheDeadline_endsNobody() {
        Desk desk = busy();
        desk.queue(by("a"));

        desk.tickAfter(Duration.ofSeconds(60).minus(NANO));

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.waiting()).isEqualTo(1);
    }

    @Test
    void tick_atTheDeadline_endsTheWait() {
        Desk desk = busy();
        long ticket = desk.queue(by("a"));
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(60).toNanos());

        desk.tickAfter(Duration.ofSeconds(60));

        Effect.Ended ended = (Effect.Ended) desk.effects().get(0);
        assertThat(ended.ticket()).isEqualTo(ticket);
        assertThat(ended.refusal().code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
        assertThat(ended.refusal().waited()).isEqualTo(Duration.ofSeconds(60));
        assertThat(ended.refusal().limit()).isZero();
        assertThat(desk.machine.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(desk.refusals(Refusal.Code.WAIT_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void tick_levelsByDefault_waitAsLongAsTheirLevel() {
        Desk desk = busy();
        for (Priority priority : Priority.values()) {
            desk.queue(by("a", priority));
        }

        for (int seconds : new int[] {5, 15, 60, 300}) {
            assertThat(desk.machine.nextDeadlineNanos())
                    .isEqualTo(Duration.ofSeconds(seconds).toNanos());
            desk.nowNanos = 0;
            desk.tickAfter(Duration.ofSeconds(seconds));
            assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).hasSize(1);
        }
    }

    @Test
    void tick_ownLongestWait_goesBeforeTheLevels() {
        Desk desk = busy();
        long hasty = desk.queue(by("a").withLongestWait(SECOND));
        long patient = desk.queue(by("a").withLongestWait(Duration.ofSeconds(90)));

        desk.tickAfter(SECOND);
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(hasty);
        desk.tickAfter(Duration.ofSeconds(89).minus(NANO));
        assertThat(desk.effects()).isEmpty();
        desk.tickAfter(NANO);
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(patient);
    }

    @Test
    void tick_severalDue_endsThemByDeadlineThenByArrival() {
        Desk desk = busy();
        long third = desk.queue(by("a").withLongestWait(Duration.ofSeconds(3)));
        long second = desk.queue(by("b").withLongestWait(Duration.ofSeconds(2)));
        long alsoSecond = desk.queue(by("c").withLongestWait(Duration.ofSeconds(2)));
        long first = desk.queue(by("d").withLongestWait(Duration.ofSeconds(1)));

        desk.tickAfter(Duration.ofSeconds(5));

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(first, second, alsoSecond, third);
    }

    @Test
    void release_afterADeadlineThatNobodyTicked_admitsNobodyWhoseWaitIsOver() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("runs"));
        long late = desk.queue(by("a").withLongestWait(SECOND));
        long inTime = desk.queue(by("b"));

        desk.advance(SECOND);
        desk.release(runs);

        assertThat(desk.machine.isRunning(late)).isFalse();
        assertThat(desk.machine.isRunning(inTime)).isTrue();
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(late);
    }

    @Test
    void arrive_afterADeadlineThatNobodyTicked_findsThePlaceFree() {
        Desk desk = new Desk(Desk.settings(1).withQueue(1, 0));
        desk.run(by("runs"));
        long late = desk.queue(by("a").withLongestWait(SECOND));

        desk.advance(SECOND);

        assertThat(desk.offer(by("b"))).isInstanceOf(Decision.Queued.class);
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(late);
    }

    @Test
    void abandon_afterTheDeadline_isTooLate() {
        Desk desk = busy();
        long ticket = desk.queue(by("a").withLongestWait(SECOND));

        desk.advance(SECOND);

        assertThat(desk.abandon(ticket)).isFalse();
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(ticket);
        assertThat(desk.snapshot().counts().abandoned()).isZero();
    }

    @Test
    void move_toALevelWhoseLongestWaitIsOver_expires() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("runs"));
        long ticket = desk.queue(by("a"));
        desk.tickAfter(Duration.ofSeconds(10));

        assertThat(desk.move(ticket, Priority.CRITICAL)).isTrue();

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(ticket);
        desk.release(runs);
        assertThat(desk.machine.running()).isZero();
    }

    @Test
    void move_ownLongestWait_isKept() {
        Desk desk = busy();
        long ticket = desk.queue(by("a").withLongestWait(Duration.ofSeconds(20)));

        desk.move(ticket, Priority.CRITICAL);

        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void tick_clockStepsBack_timeStandsStill() {
        Desk desk = busy();
        desk.queue(by("a").withLongestWait(Duration.ofSeconds(10)));
        desk.tickAfter(Duration.ofSeconds(8));

        desk.tickAfter(Duration.ofSeconds(-7));
        long ticket = desk.queue(by("b").withLongestWait(Duration.ofSeconds(10)));
        assertThat(desk.status(ticket).waited()).isZero();
        desk.nowNanos = Duration.ofSeconds(10).toNanos();
        desk.tickAfter(Duration.ZERO);

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).hasSize(1);
        assertThat(desk.status(ticket).waited()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void tick_clockBelowZero_keepsDeadlinesAllTheSame() {
        Desk desk = Desk.ofSlots(1);
        desk.nowNanos = -Duration.ofDays(200).toNanos();
        desk.run(by("runs"));
        long ticket = desk.queue(by("a").withLongestWait(SECOND));

        desk.tickAfter(SECOND.minus(NANO));
        assertThat(desk.effects()).isEmpty();
        desk.tickAfter(NANO);

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(ticket);
    }

    @Test
    void tick_longestRunOver_givesTheSlotToTheNext() {
        Desk desk = new Desk(Desk.settings(1).withLongestRun(Duration.ofSeconds(10)));
        long stuck = desk.run(by("a"));
        long next = desk.queue(by("b"));
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        desk.tickAfter(Duration.ofSeconds(10).minus(NANO));
        assertThat(desk.effects()).isEmpty();

        desk.tickAfter(NANO);

        assertThat(desk.effects())
                .containsExactly(
                        new Effect.LeaseExpired(stuck, "node"),
                        new Effect.Granted(next, "node", Duration.ofSeconds(10), 1));
        assertThat(desk.release(stuck)).isFalse();
        assertThat(desk.snapshot().counts().leasesExpired()).isEqualTo(1);
        assertThat(desk.snapshot().counts().released()).isZero();
    }

    @Test
    void tick_leaseOfAGrantedOne_isCountedFromItsAdmission() {
        Desk desk = new Desk(Desk.settings(1).withLongestRun(Duration.ofSeconds(10)));
        long first = desk.run(by("a"));
        long second = desk.queue(by("b"));
        desk.advance(Duration.ofSeconds(7));
        desk.release(first);
        desk.effects();

        desk.tickAfter(Duration.ofSeconds(10).minus(NANO));
        assertThat(desk.effects()).isEmpty();
        desk.tickAfter(NANO);

        assertThat(desk.effects()).containsExactly(new Effect.LeaseExpired(second, "node"));
    }

    @Test
    void configure_longestRun_countsForLeasesThatRunAlready() {
        Desk desk = Desk.ofSlots(2);
        long old = desk.run(by("a"));
        desk.advance(Duration.ofSeconds(6));
        desk.run(by("b"));
        assertThat(desk.machine.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);

        desk.configure(desk.machine.settings().withLongestRun(Duration.ofSeconds(6)));
        assertThat(desk.effects()).containsExactly(new Effect.LeaseExpired(old, "node"));
        desk.configure(desk.machine.settings().withLongestRun(Duration.ZERO));

        assertThat(desk.machine.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        Audit.check(desk.machine);
    }

    @Test
    void configure_shorterWait_expiresAtOnceWhoHasWaitedThatLong() {
        Desk desk = busy();
        long old = desk.queue(by("a"));
        long own = desk.queue(by("a").withLongestWait(Duration.ofSeconds(50)));
        desk.advance(Duration.ofSeconds(20));
        long fresh = desk.queue(by("a"));

        PoolSettings settings = desk.machine.settings();
        desk.configure(settings.withLevel(
                Priority.NORMAL, settings.level(Priority.NORMAL).withLongestWait(Duration.ofSeconds(20))));

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(old);
        assertThat(desk.isWaiting(own)).isTrue();
        assertThat(desk.isWaiting(fresh)).isTrue();
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(40).toNanos());
    }

    @Test
    void configure_longerWait_keepsThemLonger() {
        Desk desk = busy();
        desk.queue(by("a"));
        desk.queue(by("b").withLongestWait(Duration.ofSeconds(80)));

        PoolSettings settings = desk.machine.settings();
        desk.configure(settings.withLevel(
                Priority.NORMAL, settings.level(Priority.NORMAL).withLongestWait(Duration.ofSeconds(90))));

        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(80).toNanos());
        desk.tickAfter(Duration.ofSeconds(80));
        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).hasSize(1);
        assertThat(desk.machine.nextDeadlineNanos())
                .isEqualTo(Duration.ofSeconds(90).toNanos());
    }
}
