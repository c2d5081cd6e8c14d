// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static io.anteroom.admission.Desk.from;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who runs as many as it may waits, without holding back anybody else. */
final class RunningLimitsTest {
    private static final int ALL = Integer.MAX_VALUE;

    private static Desk desk(int slots, int runningPerKey, int runningPerIp) {
        return new Desk(Desk.settings(slots)
                .withCallers(new CallerLimits(ALL, runningPerKey), new CallerLimits(ALL, runningPerIp)));
    }

    @Test
    void arrive_keyRunsAsManyAsItMay_waitsThoughSlotsAreFree() {
        Desk desk = desk(4, 2, ALL);
        long first = desk.run(by("a"));
        desk.run(by("a"));

        long third = desk.queue(by("a"));

        assertThat(desk.status(third).limit()).isEqualTo(QueueStatus.Limit.KEY_RUNNING);
        desk.release(first);
        assertThat(desk.granted()).containsExactly(third);
    }

    @Test
    void arrive_ipRunsAsManyAsItMay_waitsThoughSlotsAreFree() {
        Desk desk = desk(4, ALL, 1);
        long first = desk.run(from("a", "x"));

        long second = desk.queue(from("b", "x"));

        assertThat(desk.status(second).limit()).isEqualTo(QueueStatus.Limit.IP_RUNNING);
        desk.release(first);
        assertThat(desk.granted()).containsExactly(second);
    }

    @Test
    void arrive_othersAreHeldBack_overtakesThem() {
        Desk desk = desk(2, 1, ALL);
        desk.run(by("a"));
        desk.queue(by("a"));

        assertThat(desk.offer(by("b"))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void arrive_ownFlowIsHeldBackByAnotherAddress_waitsBehindItsHead() {
        Desk desk = desk(3, ALL, 1);
        desk.run(from("a", "x"));
        desk.queue(from("a", "x"));

        assertThat(desk.offer(from("a", "y"))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void abandon_headThatItsAddressHeldBack_letsTheNextGoFromAnother() {
        Desk desk = desk(2, ALL, 1);
        desk.run(from("a", "x"));
        long head = desk.queue(from("a", "x"));
        long next = desk.queue(from("a", "y"));
        desk.tickAfter(SECOND);

        desk.abandon(head);

        assertThat(desk.granted()).containsExactly(next);
    }

    @Test
    void tick_headThatItsAddressHeldBackExpires_letsTheNextGoFromAnother() {
        Desk desk = desk(2, ALL, 1);
        desk.run(from("a", "x"));
        desk.queue(from("a", "x").withLongestWait(SECOND));
        long next = desk.queue(from("a", "y"));
        desk.tickAfter(SECOND.dividedBy(2));

        desk.tickAfter(SECOND);

        assertThat(desk.granted()).containsExactly(next);
    }

    @Test
    void move_earlierOneToTheFrontOfAFlowHeldBack_isAdmitted() {
        Desk desk = desk(2, ALL, 1);
        long other = desk.run(from("z", "z"));
        desk.run(from("a", "x"));
        long moved = desk.queue(from("a", "y"));
        long head = desk.queue(Arrival.of(Caller.of("a", "x"), Priority.HIGH));
        desk.mode(PoolMode.HOLDING);
        desk.release(other);
        desk.move(moved, Priority.LOW);
        desk.mode(PoolMode.OPEN);

        assertThat(desk.granted()).containsExactly(moved);
        long third = desk.queue(from("a", "y"));
        desk.move(third, Priority.HIGH);
        assertThat(desk.status(head).limit()).isEqualTo(QueueStatus.Limit.IP_RUNNING);
    }

    @Test
    void move_beforeTheHeadThatHoldsAFlowBack_letsItGo() {
        Desk desk = desk(3, ALL, 1);
        desk.run(from("a", "x"));
        long blocked = desk.run(from("b", "y"));
        long early = desk.queue(from("a", "y"));
        desk.queue(Arrival.of(Caller.of("a", "x"), Priority.HIGH));
        desk.tickAfter(SECOND);
        desk.mode(PoolMode.HOLDING);
        desk.release(blocked);
        desk.move(early, Priority.HIGH);
        desk.effects();

        desk.mode(PoolMode.OPEN);

        assertThat(desk.granted()).containsExactly(early);
    }

    @Test
    void queue_flowEmptiedWhileHeldBack_isNotHeldBackByTheOldHead() {
        Desk desk = desk(2, ALL, 1);
        desk.run(from("a", "x"));
        long other = desk.run(from("b", "z"));
        long head = desk.queue(from("a", "x"));
        desk.release(other);
        desk.abandon(head);
        long filler = desk.run(from("c", "w"));
        long next = desk.queue(from("a", "y"));

        desk.release(filler);

        assertThat(desk.granted()).containsExactly(next);
    }

    @Test
    void release_keyHoldsTwoLevelsBack_bothReturnInOrder() {
        Desk desk = desk(2, 1, ALL);
        long runs = desk.run(by("a"));
        long low = desk.queue(by("a", Priority.LOW));
        long high = desk.queue(by("a", Priority.HIGH));
        desk.tickAfter(SECOND);

        desk.release(runs);
        desk.release(high);

        assertThat(desk.granted()).containsExactly(high, low);
    }

    @Test
    void release_keyHeldBackAndItsAddressToo_waitsForBoth() {
        Desk desk = desk(4, 1, 1);
        long ofKey = desk.run(from("a", "x"));
        long ofIp = desk.run(from("b", "y"));
        long both = desk.queue(from("a", "y"));
        desk.tickAfter(SECOND);

        desk.release(ofKey);
        assertThat(desk.granted()).isEmpty();
        assertThat(desk.status(both).limit()).isEqualTo(QueueStatus.Limit.IP_RUNNING);
        desk.release(ofIp);

        assertThat(desk.granted()).containsExactly(both);
    }

    @Test
    void arrive_callerWithLimitsOfItsOwn_goesByThose() {
        Desk desk = desk(4, 1, ALL);
        Caller trusted = new Caller("a", "x", 1, new CallerLimits(5, 2));
        desk.run(Arrival.of(trusted, Priority.NORMAL));

        assertThat(desk.offer(Arrival.of(trusted, Priority.NORMAL))).isInstanceOf(Decision.Admitted.class);
        assertThat(desk.offer(Arrival.of(trusted, Priority.NORMAL))).isInstanceOf(Decision.Queued.class);
    }

    @Test
    void arrive_callersOwnLimitWasRaised_letsThoseGoThatItHeldBack() {
        Desk desk = desk(4, ALL, ALL);
        desk.run(Arrival.of(new Caller("a", "x", 1, new CallerLimits(5, 1)), Priority.NORMAL));
        long held = desk.queue(Arrival.of(new Caller("a", "x", 1, new CallerLimits(5, 1)), Priority.NORMAL));
        desk.tickAfter(SECOND);

        long raised = desk.run(Arrival.of(new Caller("a", "x", 1, new CallerLimits(5, 3)), Priority.NORMAL));

        assertThat(desk.granted()).containsExactly(held);
        assertThat(desk.machine.isRunning(raised)).isTrue();
    }

    @Test
    void register_callersOwnLimitWasRaised_letsThoseGoThatItHeldBack() {
        Desk desk = desk(4, ALL, ALL);
        Caller narrow = new Caller("a", "x", 1, new CallerLimits(5, 1));
        Caller wide = new Caller("a", "x", 1, new CallerLimits(5, 3));
        desk.run(Arrival.of(narrow, Priority.NORMAL));
        long held = desk.queue(Arrival.of(narrow, Priority.NORMAL));
        desk.tickAfter(SECOND);

        desk.register("other", new Registration(99, Arrival.of(wide, Priority.NORMAL), SECOND, true, SECOND));

        assertThat(desk.granted()).containsExactly(held);
    }

    @Test
    void configure_runningLimitsRaised_letsThoseGoThatTheyHeldBack() {
        Desk desk = desk(4, 1, 1);
        desk.run(from("a", "x"));
        long byKey = desk.queue(from("a", "y"));
        long byIp = desk.queue(from("b", "x"));
        desk.tickAfter(SECOND);

        desk.configure(desk.machine.settings().withCallers(CallerLimits.UNLIMITED, new CallerLimits(ALL, 1)));
        assertThat(desk.granted()).containsExactly(byKey);
        desk.configure(desk.machine.settings().withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));

        assertThat(desk.granted()).containsExactly(byIp);
    }

    @Test
    void configure_runningLimitLowered_interruptsNobodyAndDrains() {
        Desk desk = desk(4, ALL, ALL);
        List<Long> running = List.of(desk.run(by("a")), desk.run(by("a")), desk.run(by("a")));

        desk.configure(desk.machine.settings().withCallers(new CallerLimits(ALL, 2), CallerLimits.UNLIMITED));
        long waits = desk.queue(by("a"));
        desk.release(running.get(0));

        assertThat(desk.granted()).isEmpty();
        desk.release(running.get(1));
        assertThat(desk.granted()).containsExactly(waits);
    }

    @Test
    void release_flowWasHeldBack_gainsNoShareByIt() {
        Desk desk = desk(2, 1, ALL);
        Arrival second = by("a").withCost(SECOND);
        long runs = desk.run(second);
        desk.queue(second);
        long filler = desk.run(by("b").withCost(SECOND));
        for (int i = 0; i < 10; i++) {
            long next = desk.queue(by("b").withCost(SECOND));
            desk.advance(SECOND);
            desk.release(filler);
            assertThat(desk.granted()).containsExactly(next);
            filler = next;
        }
        for (int i = 0; i < 3; i++) {
            desk.queue(second);
        }
        long b = desk.queue(by("b").withCost(SECOND));
        desk.mode(PoolMode.HOLDING);
        desk.release(runs);
        desk.configure(desk.machine.settings().withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        desk.configure(desk.machine.settings().withSlots(1));
        desk.mode(PoolMode.OPEN);

        List<Long> order = desk.drain(filler);

        assertThat(order.indexOf(b)).isLessThanOrEqualTo(2);
    }
}
