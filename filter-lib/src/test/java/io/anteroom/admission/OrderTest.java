// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who goes first, and what it is charged. */
final class OrderTest {
    private static final Duration LONG = Duration.ofHours(20);

    private static Desk desk(Order order) {
        return new Desk(Desk.settings(1)
                .withOrder(order)
                .withQueue(100_000, Long.MAX_VALUE)
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
    }

    private static Arrival patient(String key, Priority priority, int weight) {
        return Arrival.of(new Caller(key, "ip", weight, null), priority)
                .withCost(SECOND)
                .withLongestWait(LONG);
    }

    /** How many of the first {@code many} admitted are among {@code tickets}. */
    private static long share(List<Long> order, int many, List<Long> tickets) {
        return order.subList(0, many).stream().filter(tickets::contains).count();
    }

    private static List<Long> queue(Desk desk, int many, Arrival arrival) {
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            tickets.add(desk.queue(arrival));
        }
        return tickets;
    }

    @Test
    void fifo_levelsAndKeysMixed_goByArrival() {
        Desk desk = desk(Order.FIFO);
        long runs = desk.run(patient("r", Priority.NORMAL, 1));
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            tickets.add(desk.queue(patient("k" + i % 3, Priority.values()[3 - i % 4], 1 + i % 5)));
        }

        assertThat(desk.drain(runs)).isEqualTo(tickets);
    }

    @Test
    void weighted_levelsOfWeights8421_shareTheSlotsLikeThat() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        List<List<Long>> levels = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            levels.add(queue(desk, 300, patient("a", priority, 1)));
        }

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 300, levels.get(0))).isBetween(158L, 162L);
        assertThat(share(order, 300, levels.get(1))).isBetween(78L, 82L);
        assertThat(share(order, 300, levels.get(2))).isBetween(38L, 42L);
        assertThat(share(order, 300, levels.get(3))).isBetween(18L, 22L);
    }

    @Test
    void weighted_keysOfOneLevel_shareByTheirWeights() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        List<Long> light = queue(desk, 200, patient("light", Priority.NORMAL, 1));
        List<Long> heavy = queue(desk, 200, patient("heavy", Priority.NORMAL, 3));

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 100, light)).isBetween(24L, 26L);
        assertThat(share(order, 100, heavy)).isBetween(74L, 76L);
    }

    @Test
    void weighted_equalKeys_takeTurns() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.NORMAL, 1));
        List<Long> a = queue(desk, 3, patient("a", Priority.NORMAL, 1));
        List<Long> b = queue(desk, 3, patient("b", Priority.NORMAL, 1));

        assertThat(desk.drain(runs)).containsExactly(a.get(0), b.get(0), a.get(1), b.get(1), a.get(2), b.get(2));
    }

    @Test
    void weighted_newcomerToABusyLevel_savedUpNothing() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.NORMAL, 1));
        queue(desk, 50, patient("a", Priority.NORMAL, 1));
        for (int i = 0; i < 20; i++) {
            desk.advance(SECOND);
            desk.release(runs);
            runs = desk.granted().get(0);
        }
        List<Long> late = queue(desk, 20, patient("b", Priority.NORMAL, 1));

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 20, late)).isBetween(9L, 11L);
    }

    @Test
    void weighted_levelThatWasEmpty_savedUpNothing() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.NORMAL, 1));
        queue(desk, 100, patient("a", Priority.NORMAL, 1));
        for (int i = 0; i < 30; i++) {
            desk.advance(SECOND);
            desk.release(runs);
            runs = desk.granted().get(0);
        }
        List<Long> low = queue(desk, 60, patient("b", Priority.LOW, 1));

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 60, low)).isBetween(19L, 21L);
    }

    @Test
    void weighted_equalLevelsAtTheStart_goByLevel() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.LOW, 1));
        desk.mode(PoolMode.HOLDING);
        desk.release(runs);
        long normal = desk.queue(patient("a", Priority.NORMAL, 1));
        long critical = desk.queue(patient("a", Priority.CRITICAL, 1));
        long high = desk.queue(patient("a", Priority.HIGH, 1));
        desk.mode(PoolMode.OPEN);

        long first = desk.granted().get(0);
        assertThat(first).isEqualTo(critical);
        assertThat(desk.drain(first)).containsExactly(high, normal);
    }

    @Test
    void strict_withoutFloors_servesTheHighestFirst() {
        Desk desk = desk(Order.STRICT);
        for (Priority priority : Priority.values()) {
            desk.configure(desk.machine.settings().withLevel(priority, new LevelSettings(1, LONG, 100_000, 0)));
        }
        long runs = desk.run(patient("r", Priority.LOW, 1));
        List<Long> expected = new ArrayList<>();
        List<Long> low = queue(desk, 20, patient("a", Priority.LOW, 1));
        List<Long> normal = queue(desk, 20, patient("a", Priority.NORMAL, 1));
        List<Long> critical = queue(desk, 20, patient("b", Priority.CRITICAL, 1));
        expected.addAll(critical);
        expected.addAll(normal);
        expected.addAll(low);

        assertThat(desk.drain(runs)).isEqualTo(expected);
    }

    @Test
    void strict_withFloors_eachLowerLevelIsSureOfItsShare() {
        Desk desk = desk(Order.STRICT);
        int[] floors = {0, 20, 10, 5};
        for (Priority priority : Priority.values()) {
            desk.configure(desk.machine
                    .settings()
                    .withLevel(priority, new LevelSettings(1, LONG, 100_000, floors[priority.ordinal()])));
        }
        long runs = desk.run(patient("r", Priority.LOW, 1));
        List<List<Long>> levels = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            levels.add(queue(desk, 1000, patient("a", priority, 1)));
        }

        List<Long> order = desk.drain(runs);

        // Each saves its percentage of what is served above it, so the shares of 1000 are 1000 / (1 + savings) and so
        // on.
        assertThat(share(order, 1000, levels.get(1))).isBetween(140L, 200L);
        assertThat(share(order, 1000, levels.get(2))).isBetween(80L, 110L);
        assertThat(share(order, 1000, levels.get(3))).isBetween(40L, 55L);
        assertThat(order.subList(0, 30)).as("not only at the end").containsAnyElementsOf(levels.get(3));
    }

    @Test
    void strict_floorOf10Percent_goesOnceSavingsCoverTheHead() {
        Desk desk = desk(Order.STRICT);
        desk.configure(desk.machine.settings().withLevel(Priority.LOW, new LevelSettings(1, LONG, 100_000, 10)));
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        long low = desk.queue(patient("a", Priority.LOW, 1));
        queue(desk, 30, patient("a", Priority.CRITICAL, 1));

        assertThat(desk.drain(runs).indexOf(low)).isEqualTo(10);
    }

    @Test
    void strict_levelThatEmptied_losesItsSavings() {
        Desk desk = desk(Order.STRICT);
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        long leaves = desk.queue(patient("a", Priority.LOW, 1));
        queue(desk, 60, patient("a", Priority.CRITICAL, 1));
        for (int i = 0; i < 20; i++) {
            desk.advance(SECOND);
            desk.release(runs);
            runs = desk.granted().get(0);
        }
        desk.abandon(leaves);
        long low = desk.queue(patient("b", Priority.LOW, 1));

        assertThat(desk.drain(runs).indexOf(low)).isEqualTo(25);
    }

    @Test
    void strict_levelHeldBackByARunningLimit_savesNothingUp() {
        Desk desk = desk(Order.STRICT);
        desk.configure(desk.machine
                .settings()
                .withSlots(2)
                .withCallers(new CallerLimits(100_000, 1), CallerLimits.UNLIMITED)
                .withLevel(Priority.LOW, new LevelSettings(1, LONG, 100_000, 50)));
        long held = desk.run(patient("a", Priority.LOW, 1));
        queue(desk, 50, patient("a", Priority.LOW, 1));
        long runs = desk.run(patient("k", Priority.CRITICAL, 1));
        for (int i = 0; i < 100; i++) {
            desk.queue(patient("k" + i, Priority.CRITICAL, 1));
            desk.advance(SECOND);
            desk.release(runs);
            runs = desk.granted().get(0);
        }
        for (int i = 0; i < 50; i++) {
            desk.queue(patient("m" + i, Priority.CRITICAL, 1));
        }

        desk.mode(PoolMode.HOLDING);
        desk.release(held);
        desk.configure(
                desk.machine.settings().withSlots(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.mode(PoolMode.OPEN);
        List<Long> order = desk.drain(runs);

        long low = order.subList(0, 30).stream().filter(ticket -> ticket <= 51).count();
        assertThat(low).isBetween(8L, 12L);
    }

    @Test
    void flat_levelsWeightMultipliesTheKeys() {
        Desk desk = desk(Order.FLAT);
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        List<Long> critical = queue(desk, 300, patient("a", Priority.CRITICAL, 1));
        List<Long> heavyLow = queue(desk, 300, patient("b", Priority.LOW, 4));
        List<Long> normal = queue(desk, 300, patient("c", Priority.NORMAL, 1));

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 280, critical)).isBetween(158L, 162L);
        assertThat(share(order, 280, heavyLow)).isBetween(78L, 82L);
        assertThat(share(order, 280, normal)).isBetween(38L, 42L);
    }

    @Test
    void arrive_keysWeightChangesWhileItWaits_countsFromNowOn() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("r", Priority.CRITICAL, 1));
        List<Long> light = queue(desk, 200, patient("light", Priority.NORMAL, 1));
        List<Long> heavy = queue(desk, 200, patient("heavy", Priority.NORMAL, 1));
        heavy.add(desk.queue(patient("heavy", Priority.NORMAL, 4)));
        Audit.check(desk.machine);

        List<Long> order = desk.drain(runs);

        assertThat(share(order, 100, light)).isBetween(19L, 21L);
        assertThat(desk.state().line.groups()[2].micros.total()).isZero();
        assertThat(desk.state().line.groups()[2].tickets.total()).isZero();
    }

    @Test
    void release_longerThanExpected_isChargedTheTruth() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("a", Priority.NORMAL, 2));
        assertThat(desk.entry(runs).flow.start).isEqualTo(1_000_000L * Group.SCALE / 2);
        Flow flow = desk.entry(runs).flow;

        desk.advance(Duration.ofSeconds(5));
        desk.release(runs);

        assertThat(flow.start).isEqualTo(5_000_000L * Group.SCALE / 2);
        assertThat(desk.state().line.groups()[2].start).isEqualTo(5_000_000L * Group.SCALE / 2);
    }

    @Test
    void release_shorterThanExpected_getsTheRestBack() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("a", Priority.NORMAL, 1).withCost(Duration.ofSeconds(10)));
        Flow flow = desk.entry(runs).flow;

        desk.advance(Duration.ofSeconds(4));
        desk.release(runs);

        assertThat(flow.start).isEqualTo(4_000_000L * Group.SCALE);
    }

    @Test
    void release_shorterAfterItsStartWasLifted_getsNothingBackTwice() {
        Desk desk = desk(Order.WEIGHTED);
        desk.configure(desk.machine.settings().withSlots(2));
        long runs = desk.run(patient("a", Priority.NORMAL, 10).withCost(Duration.ofSeconds(20)));
        Flow flow = desk.entry(runs).flow;
        serve(desk, "b", 10);
        desk.run(patient("a", Priority.NORMAL, 10));
        assertThat(flow.lifted).isEqualTo(7_000_000L * Group.SCALE);
        long before = flow.start;

        desk.release(runs);

        assertThat(flow.start).as("10 s of 20 s, but its start had passed that").isEqualTo(before);
    }

    @Test
    void release_longerThanTheLift_isChargedTheDifference() {
        Desk desk = desk(Order.WEIGHTED);
        desk.configure(desk.machine.settings().withSlots(2));
        long runs = desk.run(patient("a", Priority.NORMAL, 1).withCost(SECOND));
        Flow flow = desk.entry(runs).flow;
        serve(desk, "b", 5);
        desk.run(patient("a", Priority.NORMAL, 1));
        long lifted = flow.lifted;
        assertThat(lifted).isEqualTo(3_000_000L * Group.SCALE);
        long before = flow.start;

        desk.advance(Duration.ofSeconds(10));
        desk.release(runs);

        assertThat(flow.start - before).isEqualTo(14_000_000L * Group.SCALE - lifted);
    }

    /** One key runs requests of a second, one after the other. */
    private static void serve(Desk desk, String key, int many) {
        for (int i = 0; i < many; i++) {
            long runs = desk.run(patient(key, Priority.NORMAL, 1));
            desk.advance(SECOND);
            desk.release(runs);
        }
    }

    @Test
    void arrive_levelThatIdledRunsAtOnce_startsAtTheTimeOfTheOthers() {
        Desk desk = desk(Order.WEIGHTED);
        desk.configure(desk.machine.settings().withSlots(2));
        Group normal = desk.state().line.groups()[Priority.NORMAL.ordinal()];
        Group low = desk.state().line.groups()[Priority.LOW.ordinal()];
        long slow = desk.run(patient("l", Priority.LOW, 1));
        serve(desk, "b", 11);
        long virtual = desk.state().line.virtual;
        assertThat(virtual).isEqualTo(5_000_000L * Group.SCALE);
        assertThat(low.start).isEqualTo(1_000_000L * Group.SCALE);

        desk.run(patient("l", Priority.LOW, 1));

        assertThat(low.lifted).isEqualTo(4_000_000L * Group.SCALE);
        assertThat(low.start).isEqualTo(virtual + 1_000_000L * Group.SCALE);
        desk.release(slow);
        assertThat(low.start)
                .as("10 s more than expected, of which the lift took 4")
                .isEqualTo(12_000_000L * Group.SCALE);
        assertThat(normal.lifted).isZero();
    }

    @Test
    void release_afterAnEditOfTheOrder_correctsNothingOfTheOldEra() {
        Desk desk = desk(Order.WEIGHTED);
        long runs = desk.run(patient("a", Priority.NORMAL, 1));
        Flow flow = desk.entry(runs).flow;
        desk.configure(desk.machine.settings().withOrder(Order.FLAT));

        desk.advance(Duration.ofSeconds(100));
        desk.release(runs);

        assertThat(flow.start).isZero();
    }

    @Test
    void run_virtualTimeNearItsEnd_beginsANewEraAndKeepsEverybody() {
        Desk desk = desk(Order.WEIGHTED);
        Duration day = Duration.ofDays(1);
        Arrival huge = patient("a", Priority.NORMAL, 1).withCost(day).withLongestWait(day);
        long runs = desk.run(huge);
        int era = desk.state().line.era;
        int rounds = 0;
        while (desk.state().line.era == era && rounds++ < 20_000) {
            desk.queue(patient("b", Priority.NORMAL, 1).withLongestWait(day));
            long next = desk.queue(huge);
            desk.advance(day.minusSeconds(1));
            desk.release(runs);
            long shortOne = desk.granted().get(0);
            desk.release(shortOne);
            runs = desk.granted().get(0);
            assertThat(runs).isIn(next, shortOne + 1);
            assertThat(desk.entry(runs).flow.start).isNotNegative().isLessThan(Line.REBASE_AT + (1L << 50));
        }

        assertThat(rounds).isBetween(10_000, 14_000);
        assertThat(desk.state().line.isOverflowing()).isFalse();
        List<Long> a = queue(desk, 3, patient("a", Priority.NORMAL, 1));
        List<Long> b = queue(desk, 3, patient("b", Priority.NORMAL, 1));
        Audit.check(desk.machine);
        desk.release(runs);
        assertThat(desk.granted()).containsExactly(a.get(0));
        assertThat(desk.drain(a.get(0))).containsExactly(b.get(0), a.get(1), b.get(1), a.get(2), b.get(2));
    }

    @Test
    void rank_weightedShares_areThePositions() {
        Desk desk = desk(Order.WEIGHTED);
        desk.run(patient("r", Priority.NORMAL, 1));
        long low = desk.queue(patient("a", Priority.LOW, 1));
        long high = desk.queue(patient("a", Priority.HIGH, 1));

        desk.machine.rank();

        assertThat(desk.status(high).position()).isEqualTo(1);
        assertThat(desk.status(low).position()).isEqualTo(2);
        assertThat(desk.entry(low).aheadMicros).isEqualTo(1_000_000);
        assertThat(desk.entry(high).aheadMicros).isZero();
    }

    @Test
    void rank_flowAndLevelHeldBack_standAsIfTheyJoinedNow() {
        Desk desk = desk(Order.WEIGHTED);
        desk.configure(
                desk.machine.settings().withSlots(2).withCallers(new CallerLimits(1000, 1), CallerLimits.UNLIMITED));
        desk.run(patient("held", Priority.LOW, 1));
        List<Long> held = queue(desk, 3, patient("held", Priority.LOW, 1));
        long runs = desk.run(patient("x", Priority.NORMAL, 1));
        for (int i = 0; i < 20; i++) {
            desk.queue(patient("k" + i, Priority.NORMAL, 1));
            desk.advance(SECOND);
            desk.release(runs);
            runs = desk.granted().get(0);
        }
        List<Long> normal = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            normal.add(desk.queue(patient("m" + i, Priority.NORMAL, 1)));
        }

        desk.machine.rank();

        assertThat(desk.status(held.get(0)).position()).isLessThanOrEqualTo(3);
        assertThat(desk.status(held.get(2)).position()).isBetween(6, 9);
        assertThat(desk.status(normal.get(0)).position()).isLessThanOrEqualTo(2);
        assertThat((double) desk.entry(normal.get(7)).aheadMicros).isCloseTo(9e6, within(2e6));
    }
}
