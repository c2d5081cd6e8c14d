// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static io.anteroom.admission.Desk.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many may wait, in numbers and in bytes, and who goes when they are too many. */
final class QueueLimitsTest {
    private static final int ALL = Integer.MAX_VALUE;

    private static Desk desk(int maxWaiting, long maxBytes, OnFull onFull) {
        return new Desk(Desk.settings(1).withQueue(maxWaiting, maxBytes).withOnFull(onFull));
    }

    private static Desk busy(int maxWaiting, OnFull onFull) {
        Desk desk = desk(maxWaiting, Long.MAX_VALUE, onFull);
        desk.run(by("runs"));
        return desk;
    }

    @Test
    void arrive_slotFree_isAdmitted() {
        Desk desk = Desk.ofSlots(1);

        assertThat(desk.offer(7, by("a"))).isEqualTo(new Decision.Admitted(7));
        assertThat(desk.machine.running()).isEqualTo(1);
    }

    @Test
    void arrive_slotsTaken_isQueued() {
        Desk desk = Desk.ofSlots(2);
        desk.run(by("a"));
        desk.run(by("b"));

        assertThat(desk.offer(7, by("c"))).isEqualTo(new Decision.Queued(7, 1));
        assertThat(desk.machine.waiting()).isEqualTo(1);
        assertThat(desk.machine.running()).isEqualTo(2);
    }

    @Test
    void arrive_noSlotsAtAll_isQueued() {
        assertThat(Desk.ofSlots(0).offer(by("a"))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_queueFull_isRejectedWithFigures() {
        Desk desk = busy(2, OnFull.REJECT);
        desk.queue(by("a"));
        desk.queue(by("b"));

        Refusal refusal = desk.refuse(by("c", Priority.CRITICAL));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(refusal.depth()).isEqualTo(2);
        assertThat(refusal.limit()).isEqualTo(2);
        assertThat(refusal.waited()).isZero();
        assertThat(refusal.estimate()).isEmpty();
        assertThat(desk.effects()).isEmpty();
        assertThat(desk.refusals(Refusal.Code.QUEUE_FULL)).isEqualTo(1);
    }

    @Test
    void arrive_queueOfNone_isRejectedEvenIfItWouldShed() {
        Desk desk = busy(0, OnFull.SHED_LOWEST);

        assertThat(desk.refuse(by("a", Priority.CRITICAL)).code()).isEqualTo(Refusal.Code.QUEUE_FULL);
    }

    @Test
    void arrive_levelFull_isRejectedWithTheLevelsLimit() {
        Desk desk = busy(10, OnFull.SHED_LOWEST);
        desk.configure(desk.machine
                .settings()
                .withLevel(
                        Priority.LOW,
                        desk.machine.settings().level(Priority.LOW).withMaxWaiting(1)));
        desk.queue(by("a", Priority.LOW));

        Refusal refusal = desk.refuse(by("b", Priority.LOW));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(refusal.limit()).isEqualTo(1);
        assertThat(desk.offer(by("b", Priority.NORMAL))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_keyHasAsManyWaitingAsItMay_isRejected() {
        Desk desk = busy(10, OnFull.REJECT);
        desk.configure(desk.machine.settings().withCallers(new CallerLimits(1, ALL), CallerLimits.UNLIMITED));
        desk.queue(by("a", Priority.LOW));

        Refusal refusal = desk.refuse(by("a", Priority.HIGH));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.KEY_LIMIT);
        assertThat(refusal.limit()).isEqualTo(1);
        assertThat(desk.offer(by("b"))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_callersOwnWaitingLimit_goesBeforeThePools() {
        Desk desk = busy(10, OnFull.REJECT);
        Caller own = new Caller("a", "x", 1, new CallerLimits(0, ALL));

        assertThat(desk.refuse(Arrival.of(own, Priority.NORMAL)).code()).isEqualTo(Refusal.Code.KEY_LIMIT);
    }

    @Test
    void arrive_addressHasAsManyWaitingAsItMay_isRejected() {
        Desk desk = busy(10, OnFull.REJECT);
        desk.configure(desk.machine.settings().withCallers(CallerLimits.UNLIMITED, new CallerLimits(2, ALL)));
        desk.queue(from("a", "x"));
        desk.queue(from("b", "x"));

        Refusal refusal = desk.refuse(from("c", "x"));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.IP_LIMIT);
        assertThat(refusal.limit()).isEqualTo(2);
        assertThat(desk.offer(from("c", "y"))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_mayNotQueue_isRefusedOnlyIfItWouldHaveTo() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a").withoutQueueing());

        Refusal refusal = desk.refuse(by("a").withoutQueueing());

        assertThat(refusal.code()).isEqualTo(Refusal.Code.NO_SLOT);
        assertThat(refusal.limit()).isEqualTo(1);
    }

    @Test
    void arrive_longestWaitOfZero_isRefusedAtOnce() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a").withLongestWait(Duration.ZERO));

        assertThat(desk.refuse(by("a").withLongestWait(Duration.ZERO)).code()).isEqualTo(Refusal.Code.NO_SLOT);
        assertThat(desk.offer(by("a").withLongestWait(Duration.ofNanos(1)))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_bytesWouldPassTheBudget_isRejected() {
        Desk desk = desk(10, 100, OnFull.REJECT);
        desk.run(by("a").withBytes(1_000));
        desk.queue(by("b").withBytes(60));
        desk.queue(by("c").withBytes(40));

        Refusal refusal = desk.refuse(by("d").withBytes(1));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL);
        assertThat(refusal.limit()).isEqualTo(100);
        assertThat(desk.snapshot().waitingBytes()).isEqualTo(100);
    }

    @Test
    void arrive_withoutBytesWhileTheBudgetIsOverdrawn_isQueued() {
        Desk desk = desk(10, 100, OnFull.REJECT);
        desk.run(by("a"));
        desk.queue(by("b").withBytes(100));
        desk.configure(desk.machine.settings().withQueue(10, 50));

        assertThat(desk.offer(by("c"))).isInstanceOf(Decision.Queued.class);
        assertThat(desk.refuse(by("c").withBytes(1)).code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL);
    }

    @Test
    void arrive_bytesOfThoseWhoLeft_areFreeAgain() {
        Desk desk = desk(10, 100, OnFull.REJECT);
        long runs = desk.run(by("a"));
        long waits = desk.queue(by("b").withBytes(100));

        desk.release(runs);
        assertThat(desk.granted()).containsExactly(waits);

        assertThat(desk.snapshot().waitingBytes()).isZero();
        assertThat(desk.offer(by("c").withBytes(100))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_queueFullOfLowerLevels_shedsTheNewestOfTheLongestFlowInTheLowest() {
        Desk desk = busy(4, OnFull.SHED_LOWEST);
        desk.queue(by("a", Priority.LOW));
        long newestOfLongest = desk.queue(by("a", Priority.LOW));
        desk.queue(by("b", Priority.LOW));
        desk.queue(by("c", Priority.NORMAL));

        desk.queue(by("d", Priority.HIGH));

        List<Effect> effects = desk.effects();
        assertThat(effects).hasSize(1);
        Effect.Ended shed = (Effect.Ended) effects.get(0);
        assertThat(shed.ticket()).isEqualTo(newestOfLongest);
        assertThat(shed.node()).isEqualTo("node");
        assertThat(shed.refusal().code()).isEqualTo(Refusal.Code.SHED);
        assertThat(shed.refusal().limit()).isEqualTo(4);
        assertThat(desk.machine.waiting()).isEqualTo(4);
    }

    @Test
    void arrive_flowsOfOneLength_shedsTheNewestOfAll() {
        Desk desk = busy(3, OnFull.SHED_LOWEST);
        desk.queue(by("a", Priority.LOW));
        long newest = desk.queue(by("b", Priority.LOW));
        desk.queue(by("c", Priority.NORMAL));

        desk.queue(by("d", Priority.HIGH));

        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(newest);
    }

    @Test
    void arrive_queueFullOfHigherLevels_isRejected() {
        Desk desk = busy(2, OnFull.SHED_LOWEST);
        desk.queue(by("a", Priority.HIGH));
        desk.queue(by("a", Priority.HIGH));

        assertThat(desk.refuse(by("b", Priority.NORMAL)).code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(desk.effects()).isEmpty();
    }

    @Test
    void arrive_sameLevel_shedsAFlowWithTwoMore() {
        Desk desk = busy(3, OnFull.SHED_LOWEST);
        desk.queue(by("a"));
        long newest = desk.queue(by("a"));
        desk.queue(by("b"));

        desk.queue(by("c"));

        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(newest);
    }

    @Test
    void arrive_sameLevel_shedsNoFlowWithOneMore() {
        Desk desk = busy(3, OnFull.SHED_LOWEST);
        desk.queue(by("a"));
        desk.queue(by("a"));
        desk.queue(by("b"));

        assertThat(desk.refuse(by("b")).code()).isEqualTo(Refusal.Code.QUEUE_FULL);
        assertThat(desk.effects()).isEmpty();
    }

    @Test
    void arrive_ownAnswerToAFullQueue_goesBeforeThePools() {
        Desk desk = busy(1, OnFull.REJECT);
        long low = desk.queue(by("a", Priority.LOW));

        desk.queue(by("b").withOnFull(OnFull.SHED_LOWEST));
        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(low);

        desk.configure(desk.machine.settings().withOnFull(OnFull.SHED_LOWEST));
        assertThat(desk.refuse(by("c", Priority.HIGH).withOnFull(OnFull.REJECT)).code())
                .isEqualTo(Refusal.Code.QUEUE_FULL);
    }

    @Test
    void arrive_bytesFull_shedsLowerLevelsUntilItFits() {
        Desk desk = desk(10, 100, OnFull.SHED_LOWEST);
        desk.run(by("r"));
        long stays = desk.queue(by("a", Priority.LOW).withBytes(30));
        long second = desk.queue(by("a", Priority.LOW).withBytes(30));
        long third = desk.queue(by("a", Priority.LOW).withBytes(30));

        desk.queue(by("b", Priority.HIGH).withBytes(70));

        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(third, second);
        assertThat(desk.isWaiting(stays)).isTrue();
        assertThat(desk.snapshot().waitingBytes()).isEqualTo(100);
    }

    @Test
    void arrive_bytesThatSheddingCannotFree_shedsNobody() {
        Desk desk = desk(10, 100, OnFull.SHED_LOWEST);
        desk.run(by("r"));
        desk.queue(by("a", Priority.LOW).withBytes(30));
        desk.queue(by("b", Priority.HIGH).withBytes(60));

        assertThat(desk.refuse(by("c", Priority.HIGH).withBytes(41)).code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL);
        assertThat(desk.refuse(by("c", Priority.HIGH).withBytes(101)).code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL);
        assertThat(desk.effects()).isEmpty();
        assertThat(desk.offer(by("c", Priority.HIGH).withBytes(40))).isInstanceOf(Decision.Queued.class);
        assertThat(desk.ended(Refusal.Code.SHED)).hasSize(1);
    }

    @Test
    void arrive_bytesFullOfTheSameLevel_isRejectedThoughTheFlowIsLonger() {
        Desk desk = desk(10, 90, OnFull.SHED_LOWEST);
        desk.run(by("r"));
        for (int i = 0; i < 3; i++) {
            desk.queue(by("a").withBytes(30));
        }

        assertThat(desk.refuse(by("b").withBytes(1)).code()).isEqualTo(Refusal.Code.QUEUE_BYTES_FULL);
    }

    @Test
    void arrive_placesAndBytesFull_oneVictimMayFreeBoth() {
        Desk desk = desk(2, 100, OnFull.SHED_LOWEST);
        desk.run(by("r"));
        long big = desk.queue(by("a", Priority.LOW).withBytes(90));
        desk.queue(by("b", Priority.HIGH).withBytes(10));

        desk.queue(by("c", Priority.HIGH).withBytes(50));

        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(big);
    }

    @Test
    void arrive_queueOverfullAfterAnEdit_shedsOneForOne() {
        Desk desk = busy(10, OnFull.SHED_LOWEST);
        for (int i = 0; i < 6; i++) {
            desk.queue(by("a", Priority.LOW));
        }
        desk.configure(desk.machine.settings().withQueue(2, Long.MAX_VALUE));
        assertThat(desk.effects()).isEmpty();

        desk.queue(by("b", Priority.HIGH));

        assertThat(desk.ended(Refusal.Code.SHED)).hasSize(1);
        assertThat(desk.machine.waiting()).isEqualTo(6);
    }

    @Test
    void arrive_queueOverfullAndTooFewLower_shedsNobodyInVain() {
        Desk desk = busy(10, OnFull.SHED_LOWEST);
        long low = desk.queue(by("a", Priority.LOW));
        for (int i = 0; i < 5; i++) {
            desk.queue(by("b", Priority.HIGH));
        }
        desk.configure(desk.machine.settings().withQueue(2, Long.MAX_VALUE));

        desk.queue(by("c", Priority.HIGH));

        assertThat(desk.ended(Refusal.Code.SHED)).containsExactly(low);
        assertThat(desk.machine.waiting()).isEqualTo(6);
    }

    @Test
    void refuse_oneAfterTheOther_promisesLaterReturns() {
        Desk desk = busy(1, OnFull.REJECT);
        desk.queue(by("a").withLongestWait(Duration.ofHours(1)));

        List<Duration> returns = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            returns.add(desk.refuse(by("b")).retryAfter());
        }

        assertThat(returns.get(0)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1300));
        assertThat(returns.get(199)).isBetween(Duration.ofSeconds(170), Duration.ofSeconds(245));
        assertThat(returns.get(150)).isGreaterThan(returns.get(75));
        desk.advance(Duration.ofSeconds(200));
        assertThat(desk.refuse(by("b")).retryAfter()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void refuse_longQueue_promisesAReturnWhenHalfOfItIsGone() {
        Desk desk = busy(100, OnFull.REJECT);
        for (int i = 0; i < 100; i++) {
            desk.queue(by("k" + i));
        }

        assertThat(desk.refuse(by("b")).retryAfter()).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(62));
    }

    /** Its requests take ten seconds each and run one at a time, however quickly the other slots turn over. */
    @Test
    void refuse_keyWithAllItsPlacesTaken_promisesAReturnByTheKeysOwnRate() {
        Desk desk = new Desk(Desk.settings(100).withCallers(new CallerLimits(4, 1), CallerLimits.UNLIMITED));
        Arrival slow = by("slow").withLongestWait(Duration.ofHours(1)).withCost(Duration.ofSeconds(10));
        for (int i = 0; i < 60; i++) {
            long runs = desk.run(by("slow"));
            desk.advance(Duration.ofSeconds(10));
            desk.release(runs);
        }
        for (int i = 0; i < 500; i++) {
            long runs = desk.run(by("quick"));
            desk.advance(Duration.ofMillis(10));
            desk.release(runs);
        }
        desk.run(slow);
        for (int i = 0; i < 4; i++) {
            desk.queue(slow);
        }

        // Two of the four have to go, and a third for the newcomer.
        Duration first = desk.refuse(slow).retryAfter();
        Duration second = desk.refuse(slow).retryAfter();
        assertThat(first).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(38));
        assertThat(second).isBetween(Duration.ofSeconds(32), Duration.ofSeconds(50));
    }

    @Test
    void refuse_oneKeyOverAndOver_putsNobodyElseOff() {
        Desk desk = new Desk(Desk.settings(2).withCallers(new CallerLimits(1, 1), new CallerLimits(2, 2)));
        for (String key : List.of("a", "b")) {
            desk.run(by(key));
            desk.queue(by(key));
        }
        for (int i = 0; i < 100; i++) {
            desk.refuse(by("a"));
        }

        assertThat(desk.refuse(by("a")).retryAfter()).isGreaterThan(Duration.ofSeconds(80));
        assertThat(desk.refuse(by("b")).retryAfter()).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void refuse_addressThatRunsNothing_isPromisedAnEqualShare() {
        Desk desk = new Desk(Desk.settings(1).withCallers(CallerLimits.UNLIMITED, new CallerLimits(2, 2)));
        desk.run(from("a", "elsewhere"));
        for (String key : List.of("b", "c", "d")) {
            desk.queue(from(key, "ip-" + key));
        }
        desk.queue(from("e", "x"));
        desk.queue(from("e", "x"));

        // Four flows share one slot of a second each, so that one is served every four.
        assertThat(desk.refuse(from("e", "x")).retryAfter()).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(10));
    }

    @Test
    void refuse_forHours_promisesNeverMoreThanAnHourAndAFifth() {
        Desk desk = busy(1, OnFull.REJECT);
        desk.queue(by("a"));
        Duration last = Duration.ZERO;
        for (int i = 0; i < 5000; i++) {
            last = desk.refuse(by("b")).retryAfter();
        }

        assertThat(last).isBetween(Duration.ofMinutes(54), Duration.ofMinutes(72));
    }

    @Test
    void refuse_newcomer_leavesNothingBehind() {
        Desk desk = busy(0, OnFull.REJECT);
        int known = desk.state().keys.size();
        desk.refuse(by("stranger"));

        assertThat(desk.state().keys.find("stranger")).matches(party -> party.idle && party.isUnused());
        assertThat(desk.state().keys.size()).isEqualTo(known + 1);
        assertThat(desk.state().entries.size()).isEqualTo(1);
        Audit.check(desk.machine);
    }

    @Test
    void arrive_itsOwnKeyForgottenWhileItSheds_isKnownAfterwards() {
        Desk desk = new Desk(Desk.settings(1)
                .withQueue(1_000_000, 10_000)
                .withOnFull(OnFull.SHED_LOWEST)
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.run(by("r"));
        for (int i = 0; i < 5_000; i++) {
            desk.queue(by("k" + i, Priority.LOW).withBytes(1));
        }
        desk.queue(by("own", Priority.LOW).withBytes(1));

        desk.queue(by("own", Priority.HIGH).withBytes(10_000));

        assertThat(desk.ended(Refusal.Code.SHED)).hasSize(5_001);
        Audit.check(desk.machine);
        desk.tickAfter(SECOND);
        desk.queue(by("own", Priority.HIGH));
        Audit.check(desk.machine);
    }
}
