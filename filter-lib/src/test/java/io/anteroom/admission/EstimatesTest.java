// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Costs, positions on arrival, estimates, and refusals that rest on them. */
final class EstimatesTest {
    private static final Duration LONG = Duration.ofHours(9);
    private static final long MILLI = 1_000_000L;

    private static Desk learned(PoolSettings settings, Duration cost, Priority priority) {
        Desk desk = new Desk(settings);
        teach(desk, cost, priority, 30);
        return desk;
    }

    /** Lets requests wait exactly as long as the work ahead says, so that the median ratio is 1. */
    private static void teach(Desk desk, Duration cost, Priority priority, int many) {
        long runs = desk.run(by("teacher", priority).withCost(cost));
        desk.advance(cost);
        desk.release(runs);
        runs = desk.run(by("teacher", priority).withCost(cost));
        for (int i = 0; i < many; i++) {
            long next = desk.queue(by("teacher", priority).withCost(cost));
            desk.advance(cost);
            desk.release(runs);
            runs = next;
        }
        desk.advance(cost);
        desk.release(runs);
        desk.effects();
    }

    @Test
    void expectedMicros_nothingKnown_isASecond() {
        WaitEstimator estimator = new WaitEstimator();

        assertThat(estimator.expectedMicros(Party.key("a"))).isEqualTo(1_000_000);
        assertThat(estimator.meanMicros()).isEqualTo(1_000_000);
    }

    @Test
    void observeCost_firstOne_replacesTheGuess() {
        WaitEstimator estimator = new WaitEstimator();
        Party key = Party.key("a");

        estimator.observeCost(key, 300_000);

        assertThat(estimator.meanMicros()).isEqualTo(300_000);
        assertThat(key.meanMicros).isEqualTo(300_000);
        assertThat(key.samples).isEqualTo(1);
    }

    @Test
    void expectedMicros_littleKnownKey_leansOnThePool() {
        WaitEstimator estimator = new WaitEstimator();
        Party others = Party.key("others");
        for (int i = 0; i < 600; i++) {
            estimator.observeCost(others, 100_000);
        }
        Party key = Party.key("a");

        for (int i = 0; i < 10; i++) {
            estimator.observeCost(key, 1_100_000);
        }

        long pool = estimator.meanMicros();
        assertThat(pool).isBetween(118_000L, 121_000L);
        assertThat(estimator.expectedMicros(key)).isEqualTo((10 * pool + 10 * 1_100_000L) / 20);
        assertThat(estimator.expectedMicros(Party.key("new"))).isEqualTo(pool);
    }

    @Test
    void observeCost_overTime_forgetsTheOld() {
        WaitEstimator estimator = new WaitEstimator();
        Party key = Party.key("a");
        for (int i = 0; i < 60; i++) {
            estimator.observeCost(key, 1_000_000);
        }
        assertThat(key.samples).isEqualTo(60);

        for (int i = 0; i < 60; i++) {
            estimator.observeCost(key, 2_000_000);
        }

        assertThat(key.samples).isEqualTo(60);
        assertThat((double) key.meanMicros).isCloseTo(1_635_000, within(5_000.0));
        assertThat((double) estimator.meanMicros()).isCloseTo(1_500_000, within(5_000.0));
    }

    @Test
    void rawNanos_workAhead_isSharedByTheSlots() {
        WaitEstimator estimator = new WaitEstimator();

        assertThat(estimator.rawNanos(9_000_000, 5)).isEqualTo(2_000 * MILLI);
        assertThat(estimator.rawNanos(0, 0)).isEqualTo(1_000 * MILLI);
        assertThat(estimator.rawNanos(Long.MAX_VALUE / 2000, 1))
                .isEqualTo(Duration.ofDays(365).toNanos());
    }

    @Test
    void arrive_costUntold_isWhatTheKeyHasCost() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        assertThat(desk.entry(runs).costMicros).isEqualTo(1_000_000);
        desk.advance(Duration.ofSeconds(3));
        desk.release(runs);

        assertThat(desk.entry(desk.run(by("a"))).costMicros).isEqualTo(3_000_000);
    }

    @Test
    void arrive_costTold_isThat() {
        Desk desk = Desk.ofSlots(2);

        assertThat(desk.entry(desk.run(by("a").withCost(Duration.ofMillis(7)))).costMicros)
                .isEqualTo(7_000);
        assertThat(desk.entry(desk.run(by("a").withCost(Duration.ZERO))).costMicros)
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void arrive_oneFlow_knowsItsPositionAndWorkExactly(Order order) {
        Desk desk = new Desk(Desk.settings(1).withOrder(order));
        desk.run(by("r").withCost(SECOND));

        for (int i = 0; i < 30; i++) {
            long ticket = desk.queue(by("a").withCost(SECOND));

            Entry entry = desk.entry(ticket);
            assertThat(entry.initialPosition).isEqualTo(i + 1);
            assertThat(entry.placeInFlow).isEqualTo(i);
            assertThat(entry.rawWaitNanos).isEqualTo((i + 1) * 1_000L * MILLI);
            assertThat(desk.status(ticket).position()).isEqualTo(i + 1);
        }
    }

    @Test
    void arrive_fifo_standsBehindEverybody() {
        Desk desk = new Desk(Desk.settings(2).withOrder(Order.FIFO));
        desk.run(by("r"));
        desk.run(by("r"));
        for (int i = 0; i < 12; i++) {
            desk.queue(by("k" + i % 5, Priority.LOW).withCost(Duration.ofSeconds(2)));
        }

        long ticket = desk.queue(by("x", Priority.CRITICAL));

        assertThat(desk.entry(ticket).initialPosition).isEqualTo(13);
        assertThat(desk.entry(ticket).rawWaitNanos).isEqualTo(12_500 * MILLI);
    }

    @Test
    void arrive_lightKeyBesideAFlood_standsAhead() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("r").withCost(SECOND));
        for (int i = 0; i < 40; i++) {
            desk.queue(by("flood").withCost(SECOND));
        }

        long first = desk.queue(by("light").withCost(SECOND));
        long second = desk.queue(by("light").withCost(SECOND));

        desk.machine.rank();
        assertThat(desk.entry(first).initialPosition).isEqualTo(2);
        assertThat(desk.entry(second).initialPosition).isBetween(3, 4);
        assertThat(desk.status(second).position()).isEqualTo(4);
    }

    @Test
    void arrive_severalEqualKeys_standsByTurns() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("r").withCost(SECOND));
        for (int round = 0; round < 4; round++) {
            for (int key = 0; key < 5; key++) {
                long ticket = desk.queue(by("k" + key).withCost(SECOND));
                int exact = round * 5 + key + 1;
                assertThat(desk.entry(ticket).initialPosition)
                        .as("round %s key %s", round, key)
                        .isEqualTo(exact);
            }
        }
    }

    @Test
    void arrive_weightedLevelsAndALongQueue_countsOthersByTheirShare() {
        Desk desk = new Desk(Desk.settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.run(by("r").withCost(SECOND));
        for (int i = 0; i < 70; i++) {
            desk.queue(by("c", Priority.CRITICAL).withCost(SECOND));
        }

        long normal = desk.queue(by("n").withCost(SECOND));
        long low = desk.queue(by("l", Priority.LOW).withCost(SECOND));

        assertThat(desk.entry(normal).initialPosition).isEqualTo(3);
        assertThat(desk.entry(normal).rawWaitNanos).isEqualTo(3_000 * MILLI);
        assertThat(desk.entry(low).initialPosition).isEqualTo(6);
        assertThat(desk.entry(low).rawWaitNanos).isEqualTo(6_000 * MILLI);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 40})
    void arrive_strictLevels_countsOnlyThoseAbove(int each) {
        Desk desk = new Desk(Desk.settings(1).withOrder(Order.STRICT));
        desk.run(by("r").withCost(SECOND));
        for (int i = 0; i < each; i++) {
            desk.queue(by("c", Priority.CRITICAL).withCost(SECOND));
            desk.queue(by("l", Priority.LOW).withCost(SECOND));
        }
        desk.configure(desk.machine.settings().withLevel(Priority.NORMAL, new LevelSettings(1, LONG, 9, 0)));
        desk.configure(desk.machine.settings().withLevel(Priority.LOW, new LevelSettings(1, LONG, 99, 0)));

        long normal = desk.queue(by("n").withCost(SECOND));

        assertThat(desk.entry(normal).initialPosition).isEqualTo(each + 1);
        assertThat(desk.entry(normal).rawWaitNanos).isEqualTo((each + 1) * 1000 * MILLI);
    }

    @Test
    void arrive_longQueueOfOneFlow_isPlacedExactlyTooAndAFloodCountsHalfARound() {
        Desk desk = new Desk(Desk.settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.run(by("r").withCost(SECOND));
        for (int i = 0; i < 100; i++) {
            long ticket = desk.queue(by("a").withCost(SECOND));
            assertThat(desk.entry(ticket).initialPosition).isEqualTo(i + 1);
            assertThat(desk.entry(ticket).rawWaitNanos).isEqualTo((i + 1) * 1_000L * MILLI);
        }

        long light = desk.queue(by("light").withCost(SECOND));

        assertThat(desk.entry(light).initialPosition).isEqualTo(2);
        assertThat(desk.entry(light).rawWaitNanos).isEqualTo(1_500 * MILLI);
        assertThat(desk.entry(desk.queue(by("light").withCost(SECOND))).initialPosition)
                .isEqualTo(4);
    }

    @Test
    void arrive_longQueueOfSingleRequests_standsBehindThemAll() {
        Desk desk = new Desk(Desk.settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.run(by("r").withCost(SECOND));
        for (int i = 0; i < 100; i++) {
            desk.queue(by("k" + i).withCost(SECOND));
        }

        long last = desk.queue(by("z").withCost(SECOND));

        assertThat(desk.entry(last).initialPosition).isEqualTo(101);
        assertThat(desk.entry(last).rawWaitNanos).isEqualTo(101_000 * MILLI);
        desk.machine.rank();
        assertThat(desk.status(last).position()).isEqualTo(101);
        assertThat(desk.entry(last).aheadMicros).isEqualTo(100_000_000);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void arrive_shortQueueOfMany_isPlacedWhereItWillBeAdmitted(Order order) {
        Random random = new Random(order.ordinal());
        for (int round = 0; round < 50; round++) {
            Desk desk = new Desk(Desk.settings(1).withOrder(order));
            long runs = desk.run(by("r").withCost(SECOND));
            int before = random.nextInt(40);
            long last = 0;
            for (int i = 0; i <= before; i++) {
                Caller caller = new Caller("k" + random.nextInt(6), "ip" + i, 1 + random.nextInt(3), null);
                last = desk.queue(Arrival.of(caller, Priority.values()[random.nextInt(4)])
                        .withCost(Duration.ofMillis(1 + random.nextInt(3000)))
                        .withLongestWait(LONG));
            }
            int told = desk.entry(last).initialPosition;
            long raw = desk.entry(last).rawWaitNanos;
            desk.machine.rank();
            assertThat(told).isEqualTo(desk.status(last).position());
            assertThat(raw).isEqualTo(desk.state().estimator.rawNanos(desk.entry(last).aheadMicros, 1));
            assertThat(desk.drain(runs).indexOf(last) + 1).isEqualTo(told);
        }
    }

    @Test
    void arrive_shedsToGetIn_standsNotBehindTheShed() {
        Desk desk = new Desk(
                Desk.settings(1).withQueue(3, 0).withOnFull(OnFull.SHED_LOWEST).withOrder(Order.FIFO));
        desk.run(by("r"));
        for (int i = 0; i < 3; i++) {
            desk.queue(by("l", Priority.LOW));
        }

        desk.queue(by("h", Priority.HIGH));

        assertThat(desk.entry(5).initialPosition).isLessThanOrEqualTo(3);
    }

    @Test
    void status_fewerThan25WaitsSeen_hasNoEstimate() {
        Desk desk = new Desk(Desk.settings(1));
        teach(desk, SECOND, Priority.NORMAL, 24);
        long runs = desk.run(by("a"));
        long ticket = desk.queue(by("b"));
        assertThat(desk.status(ticket).estimate()).isEmpty();

        desk.advance(SECOND);
        desk.release(runs);
        long next = desk.queue(by("b"));

        assertThat(desk.status(next).estimate()).isPresent();
        assertThat(desk.status(desk.queue(by("c", Priority.HIGH))).estimate())
                .as("of a level that has seen nothing")
                .isEmpty();
    }

    @Test
    void status_waitsAsTheWorkAheadSaid_estimatesTheWorkAhead() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.NORMAL);
        desk.run(by("a").withCost(SECOND));
        desk.queue(by("b").withCost(SECOND));
        desk.queue(by("b").withCost(SECOND));
        long third = desk.queue(by("b").withCost(SECOND));

        Estimate onArrival = desk.status(third).estimate().orElseThrow();
        assertThat(onArrival.likely()).isEqualTo(Duration.ofSeconds(3));
        assertThat(onArrival.low()).isBetween(Duration.ofMillis(2900), Duration.ofMillis(2999));
        assertThat(onArrival.high()).isBetween(Duration.ofMillis(3001), Duration.ofMillis(3100));
        desk.abandon(2 + 31);
        desk.machine.rank();
        long first = desk.machine.list(1, desk.nowNanos).get(0).id();
        desk.abandon(first);
        desk.machine.rank();
        assertThat(desk.status(third).estimate().orElseThrow().likely()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void arrive_likelyWaitAboveTheLongest_isRefusedEarly() {
        Desk desk = learned(Desk.settings(1).withEarlyRefusal(true), SECOND, Priority.CRITICAL);
        desk.run(by("a").withCost(SECOND));
        for (int i = 0; i < 5; i++) {
            desk.queue(by("b", Priority.CRITICAL).withCost(SECOND));
        }

        Refusal refusal = desk.refuse(by("b", Priority.CRITICAL).withCost(SECOND));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.WAIT_TOO_LONG);
        assertThat(refusal.limit()).isEqualTo(5000);
        assertThat(refusal.depth()).isEqualTo(5);
        assertThat(refusal.estimate().orElseThrow().likely()).isEqualTo(Duration.ofSeconds(6));
        assertThat(refusal.retryAfter()).isBetween(Duration.ofMillis(1800), Duration.ofMillis(2400));
        assertThat(desk.offer(by("b", Priority.CRITICAL).withLongestWait(Duration.ofSeconds(6))))
                .as("the likely wait is not above its own longest")
                .isInstanceOf(Decision.Queued.class);
        assertThat(desk.refuse(by("b", Priority.CRITICAL).withLongestWait(Duration.ofSeconds(6)))
                        .limit())
                .isEqualTo(6000);
    }

    @Test
    void arrive_earlyRefusalOff_isQueued() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.CRITICAL);
        desk.run(by("a").withCost(SECOND));
        for (int i = 0; i < 9; i++) {
            desk.queue(by("b", Priority.CRITICAL).withCost(SECOND));
        }
        assertThat(desk.machine.waiting()).isEqualTo(9);
    }

    @Test
    void arrive_estimateUnknown_isNotRefusedEarly() {
        Desk desk = new Desk(Desk.settings(1).withEarlyRefusal(true));
        desk.run(by("a").withCost(SECOND));
        for (int i = 0; i < 40; i++) {
            desk.queue(by("b", Priority.CRITICAL).withCost(Duration.ofSeconds(10)));
        }
        assertThat(desk.machine.waiting()).isEqualTo(40);
    }

    @Test
    void arrive_estimateWentWrongWhileHeld_healsByThoseWhoWaitAlone() {
        Desk desk = learned(Desk.settings(1).withEarlyRefusal(true), Duration.ofMillis(100), Priority.CRITICAL);
        desk.mode(PoolMode.HOLDING);
        for (int i = 0; i < 200; i++) {
            desk.offer(by("k" + i, Priority.CRITICAL));
            desk.tickAfter(Duration.ofSeconds(1));
        }
        desk.tickAfter(Duration.ofSeconds(10));
        desk.mode(PoolMode.OPEN);
        long runs = desk.run(by("busy").withCost(Duration.ofMillis(100)));

        long served = 0;
        long refused = 0;
        for (int i = 0; i < 400; i++) {
            Decision one = desk.offer(by("x" + i, Priority.CRITICAL).withCost(Duration.ofMillis(100)));
            Decision two = desk.offer(by("y" + i, Priority.CRITICAL).withCost(Duration.ofMillis(100)));
            assertThat(one).isInstanceOf(Decision.Queued.class);
            served++;
            refused += two instanceof Decision.Refused ? 1 : 0;
            desk.advance(Duration.ofMillis(100));
            desk.release(runs);
            runs = desk.granted().get(0);
            if (two instanceof Decision.Queued) {
                desk.advance(Duration.ofMillis(100));
                desk.release(runs);
                runs = desk.granted().get(0);
            }
        }

        assertThat(served).isEqualTo(400);
        assertThat(refused).as("until the window is right again").isLessThan(150);
    }

    @Test
    void abandon_atOnceWhileNothingIsKnown_teachesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        for (int i = 0; i < 50; i++) {
            desk.abandon(desk.queue(by("b")));
        }

        assertThat(desk.status(desk.queue(by("b"))).estimate()).isEmpty();
    }

    @Test
    void tick_waitsThatExpire_teachThatWaitsAreLonger() {
        Desk desk = new Desk(Desk.settings(1));
        desk.run(by("a"));
        for (int i = 0; i < 25; i++) {
            desk.queue(by("k" + i, Priority.CRITICAL));
        }
        desk.tickAfter(Duration.ofSeconds(60));

        long ticket = desk.queue(by("z", Priority.CRITICAL));

        assertThat(desk.status(ticket).estimate().orElseThrow().likely()).isEqualTo(Duration.ofSeconds(5));
        assertThat(desk.entry(ticket).lowNanos).isLessThan(Duration.ofSeconds(5).toNanos());
        assertThat(desk.entry(ticket).highNanos).isEqualTo(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void status_longWait_isToldNoLongerThanItsOwnLongestWaitLeaves() {
        Desk desk = learned(
                Desk.settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED), SECOND, Priority.NORMAL);
        desk.run(by("a").withCost(SECOND));
        long last = 0;
        for (int i = 0; i < 200; i++) {
            last = desk.queue(by("b").withCost(SECOND));
        }

        assertThat(desk.status(last).estimate().orElseThrow().likely()).isEqualTo(Duration.ofSeconds(60));
        desk.advance(Duration.ofSeconds(20));
        assertThat(desk.status(last).estimate().orElseThrow().high()).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void calibration_costsHaveDoubledMeanwhile_isNotToldTwice() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.NORMAL);
        long runs = desk.run(by("a"));
        for (int i = 0; i < 300; i++) {
            long next = desk.queue(by("a"));
            desk.advance(Duration.ofSeconds(2));
            desk.release(runs);
            runs = next;
        }

        long fresh = desk.queue(by("a"));

        assertThat(desk.status(fresh).estimate().orElseThrow().likely())
                .isBetween(Duration.ofMillis(1500), Duration.ofMillis(2500));
    }

    @Test
    void snapshot_slotFree_aNewcomerWaitsNotAtAll() {
        Desk desk = Desk.ofSlots(1);

        assertThat(desk.snapshot().estimate()).contains(new Estimate(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        desk.mode(PoolMode.HOLDING);
        assertThat(desk.snapshot().estimate()).isEmpty();
    }

    @Test
    void snapshot_slotFreeWhileSomebodyIsHeldBack_aNewcomerWaitsNotAtAll() {
        Desk desk = new Desk(Desk.settings(2).withCallers(new CallerLimits(9, 1), CallerLimits.UNLIMITED));
        desk.run(by("a"));
        desk.queue(by("a"));

        assertThat(desk.snapshot().estimate()).contains(new Estimate(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    @Test
    void snapshot_busy_estimatesForANewKeyOfNormalPriority() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.NORMAL);
        desk.run(by("a").withCost(SECOND));
        for (int i = 0; i < 8; i++) {
            desk.queue(by("b").withCost(SECOND));
        }

        assertThat(desk.snapshot().estimate().orElseThrow().likely())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(desk.state().keys.find("")).isNull();
    }

    @Test
    void calibration_quantiles_areThoseOfTheLast150() {
        Calibration.Window window = new Calibration.Window();
        for (int i = 0; i < 24; i++) {
            window.add(5);
        }
        assertThat(window.isKnown()).isFalse();
        window.add(5);
        assertThat(window.isKnown()).isTrue();
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            values.add((i * 7919) % 1009);
            window.add(values.get(i));
        }
        List<Integer> last = new ArrayList<>(values.subList(850, 1000));
        last.sort(null);

        for (double q : new double[] {0, 0.1, 0.5, 0.9, 1}) {
            assertThat(window.quantile(q)).isEqualTo(last.get((int) Math.round(q * 149)));
        }
    }

    @Test
    void calibration_placesInFlow_areSeenByPowersOfTwo() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 30; i++) {
            calibration.observe(Priority.LOW, 0, 1000 * MILLI, 1000 * MILLI);
            calibration.observe(Priority.LOW, 5, 1000 * MILLI, 3000 * MILLI);
        }

        assertThat(likely(calibration, 0)).isEqualTo(2000 * MILLI);
        assertThat(likely(calibration, 4)).isEqualTo(6000 * MILLI);
        assertThat(likely(calibration, 7)).isEqualTo(6000 * MILLI);
        assertThat(likely(calibration, 3))
                .as("the whole level, half of it ones and half threes")
                .isIn(2000 * MILLI, 6000 * MILLI);
        assertThat(likely(calibration, Integer.MAX_VALUE)).isPositive();
        assertThat(calibration.estimate(Priority.HIGH, 0, 1000, Long.MAX_VALUE, new long[3]))
                .isFalse();
    }

    private static long likely(Calibration calibration, int place) {
        long[] out = new long[3];
        assertThat(calibration.estimate(Priority.LOW, place, 2000 * MILLI, Long.MAX_VALUE, out))
                .isTrue();
        return out[1];
    }

    @Test
    void calibration_givenUp_countsOnlyIfItRaisesTheEstimate() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 30; i++) {
            calibration.observe(Priority.LOW, 0, 1000 * MILLI, 2000 * MILLI);
        }
        for (int i = 0; i < 100; i++) {
            calibration.observeGivenUp(Priority.LOW, 0, 1000 * MILLI, 1600 * MILLI);
        }
        assertThat(likely(calibration, 0)).isEqualTo(4000 * MILLI);

        for (int i = 0; i < 31; i++) {
            calibration.observeGivenUp(Priority.LOW, 0, 1000 * MILLI, 4000 * MILLI);
        }

        assertThat(likely(calibration, 0)).as("five quarters of what it waited").isEqualTo(10_000 * MILLI);
    }

    @Test
    void calibration_givenUpBeforeAnythingIsKnown_countsFromTheRawFigureOn() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 30; i++) {
            calibration.observeGivenUp(Priority.LOW, 0, 1000 * MILLI, 800 * MILLI);
        }
        assertThat(calibration.estimate(Priority.LOW, 0, 1000, Long.MAX_VALUE, new long[3]))
                .isFalse();
        for (int i = 0; i < 25; i++) {
            calibration.observeGivenUp(Priority.LOW, 0, 1000 * MILLI, 801 * MILLI);
        }
        assertThat(calibration.estimate(Priority.LOW, 0, 1000, Long.MAX_VALUE, new long[3]))
                .isTrue();
    }

    @Test
    void calibration_range_widensOnMissesAndNarrowsOnHits() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 150; i++) {
            calibration.observe(Priority.LOW, 0, 1000 * MILLI, (1000 + 10L * i) * MILLI);
        }
        long[] before = new long[3];
        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, Long.MAX_VALUE, before);
        assertThat(before[0]).isCloseTo(1150 * MILLI, within(15 * MILLI));
        assertThat(before[2]).isCloseTo(2340 * MILLI, within(15 * MILLI));

        for (int i = 0; i < 10; i++) {
            calibration.observeRange(Priority.LOW, false);
        }
        long[] missed = new long[3];
        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, Long.MAX_VALUE, missed);
        for (int i = 0; i < 400; i++) {
            calibration.observeRange(Priority.LOW, true);
        }
        long[] hit = new long[3];
        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, Long.MAX_VALUE, hit);

        assertThat(missed[0]).isLessThan(before[0]);
        assertThat(missed[2]).isGreaterThan(before[2]);
        assertThat(missed[1]).isEqualTo(before[1]);
        assertThat(hit[0]).isBetween(before[0] + 100 * MILLI, before[1]);
        assertThat(hit[2]).isBetween(before[1], before[2] - 100 * MILLI);
        for (int i = 0; i < 100_000; i++) {
            calibration.observeRange(Priority.LOW, true);
        }
        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, Long.MAX_VALUE, hit);
        assertThat(hit[0]).as("never nothing").isBetween(before[1] - 70 * MILLI, before[1] - 20 * MILLI);
        for (int i = 0; i < 100_000; i++) {
            calibration.observeRange(Priority.LOW, false);
        }
        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, Long.MAX_VALUE, hit);
        assertThat(hit[0]).as("bounded").isPositive();
        assertThat(hit[2]).isLessThan(Duration.ofHours(1).toNanos());
    }

    @Test
    void calibration_range_staysWithinTheLongestWait() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 150; i++) {
            calibration.observe(Priority.LOW, 0, 1000 * MILLI, (1000 + 10L * i) * MILLI);
        }
        long[] told = new long[3];

        calibration.estimate(Priority.LOW, 0, 1000 * MILLI, 1500 * MILLI, told);

        assertThat(told[0]).as("those who get in wait less than that").isLessThan(1000 * MILLI);
        assertThat(told[1]).isEqualTo(1500 * MILLI);
        assertThat(calibration.median(Priority.LOW, 0, 1000 * MILLI))
                .as("what an early refusal needs")
                .isCloseTo(1750 * MILLI, within(15 * MILLI));
        assertThat(told[2]).isEqualTo(1500 * MILLI);
    }

    @Test
    void calibration_hugeRatio_isCut() {
        Calibration calibration = new Calibration();
        for (int i = 0; i < 30; i++) {
            calibration.observe(Priority.LOW, 0, 0, Long.MAX_VALUE);
        }
        assertThat(likely(calibration, 0)).isEqualTo(2000 * MILLI * (1 << 14));
    }

    @Test
    void abandon_longerThanTheEstimate_raisesIt() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.NORMAL);
        desk.run(by("a").withCost(SECOND));
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            tickets.add(desk.queue(by("k" + i).withCost(Duration.ofMillis(10))));
        }
        desk.advance(Duration.ofSeconds(40));
        tickets.forEach(desk::abandon);

        long fresh = desk.queue(by("z").withCost(SECOND));

        assertThat(desk.status(fresh).estimate().orElseThrow().likely()).isGreaterThan(Duration.ofSeconds(20));
    }

    @Test
    void grant_announcedRange_isCheckedAgainstTheWait() {
        Desk desk = learned(Desk.settings(1), SECOND, Priority.NORMAL);
        long runs = desk.run(by("a").withCost(SECOND));
        long inside = desk.queue(by("b").withCost(SECOND));
        assertThat(desk.entry(inside).lowNanos).isCloseTo(SECOND.toNanos(), within(50 * MILLI));
        assertThat(desk.entry(inside).highNanos).isCloseTo(SECOND.toNanos(), within(50 * MILLI));
        byte[] before = desk.saved();
        desk.advance(SECOND);
        desk.release(runs);

        assertThat(desk.saved()).isNotEqualTo(before);
    }
}
