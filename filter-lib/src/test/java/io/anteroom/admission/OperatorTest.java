// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators and clients do to a pool that is at work: edits, modes, cancels, moves, releases. */
final class OperatorTest {
    @Test
    void release_running_admitsTheNextWithItsFigures() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long next = desk.queue(by("b"));
        desk.advance(Duration.ofSeconds(3));

        assertThat(desk.release(runs)).isTrue();

        assertThat(desk.effects()).containsExactly(new Effect.Granted(next, "node", Duration.ofSeconds(3), 1));
        assertThat(desk.machine.isRunning(next)).isTrue();
        assertThat(desk.machine.isRunning(runs)).isFalse();
    }

    @Test
    void release_twice_freesOneSlot() {
        Desk desk = Desk.ofSlots(2);
        long one = desk.run(by("a"));
        desk.run(by("a"));
        desk.release(one);

        assertThat(desk.release(one)).isFalse();
        assertThat(desk.machine.running()).isEqualTo(1);
        assertThat(desk.snapshot().counts().released()).isEqualTo(1);
    }

    @Test
    void release_waitingOrUnknown_changesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        long waits = desk.queue(by("b"));

        assertThat(desk.release(waits)).isFalse();
        assertThat(desk.release(12345)).isFalse();
        assertThat(desk.isWaiting(waits)).isTrue();
    }

    @Test
    void limitSlots_fewer_drainsAndKeepsTheSettings() {
        Desk desk = Desk.ofSlots(3);
        long one = desk.run(by("a"));
        desk.run(by("a"));

        desk.limitSlots(1);
        long waits = desk.queue(by("b"));
        desk.release(one);

        assertThat(desk.isWaiting(waits)).isTrue();
        assertThat(desk.machine.running()).isEqualTo(1);
        assertThat(desk.snapshot().slots()).isEqualTo(3);
        assertThat(desk.snapshot().usableSlots()).isEqualTo(1);
        assertThat(desk.machine.settings()).isEqualTo(Desk.settings(3));
    }

    @Test
    void limitSlots_more_admitsAtOnceUpToTheSettings() {
        Desk desk = Desk.ofSlots(2);
        desk.limitSlots(1);
        desk.run(by("a"));
        long second = desk.queue(by("b"));
        long third = desk.queue(by("b"));

        desk.limitSlots(100);

        assertThat(desk.granted()).containsExactly(second);
        assertThat(desk.isWaiting(third)).isTrue();
        assertThat(desk.snapshot().usableSlots()).isEqualTo(2);
    }

    @Test
    void limitSlots_lessThanOne_isRefused() {
        Desk desk = Desk.ofSlots(2);

        assertThatThrownBy(() -> desk.limitSlots(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("most: 0 (expected: at least 1)");
    }

    @Test
    void limitSlots_estimateKnown_growsWithFewerSlots() {
        Desk desk = Desk.ofSlots(4);
        Set<Long> running = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            if (desk.offer(by("k" + i % 5, Priority.LOW)) instanceof Decision.Admitted admitted) {
                running.add(admitted.ticket());
            }
            desk.advance(Duration.ofMillis(300));
            if (i % 2 == 0) {
                long ends = running.iterator().next();
                running.remove(ends);
                desk.release(ends);
            }
            running.addAll(desk.granted());
        }
        long last = desk.queue(by("k1", Priority.LOW));
        desk.machine.rank();
        Duration before = desk.status(last).estimate().orElseThrow().likely();

        desk.limitSlots(2);

        desk.machine.rank();
        assertThat(desk.status(last).estimate().orElseThrow().likely()).isGreaterThan(before.plus(before.dividedBy(2)));
    }

    @Test
    void abandon_waiting_leavesItsPlaceToTheNext() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long leaves = desk.queue(by("b"));
        long next = desk.queue(by("b"));

        assertThat(desk.abandon(leaves)).isTrue();
        assertThat(desk.abandon(leaves)).isFalse();
        assertThat(desk.abandon(runs)).isFalse();
        desk.release(runs);

        assertThat(desk.granted()).containsExactly(next);
        assertThat(desk.snapshot().counts().abandoned()).isEqualTo(1);
    }

    @Test
    void abandon_inTheMiddleOfItsFlow_keepsTheOthersInOrder() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long first = desk.queue(by("b"));
        long middle = desk.queue(by("b"));
        long last = desk.queue(by("b"));
        long end = desk.queue(by("b"));

        desk.abandon(middle);
        desk.abandon(end);

        assertThat(desk.drain(runs)).containsExactly(first, last);
    }

    @Test
    void cancel_waiting_endsItWithACode() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long waits = desk.queue(by("b"));
        desk.advance(SECOND);

        assertThat(desk.cancel(waits)).isTrue();

        Effect.Ended ended = (Effect.Ended) desk.effects().get(0);
        assertThat(ended.refusal().code()).isEqualTo(Refusal.Code.CANCELLED);
        assertThat(ended.refusal().waited()).isEqualTo(SECOND);
        assertThat(desk.cancel(waits)).isFalse();
        assertThat(desk.cancel(runs)).isFalse();
        assertThat(desk.refusals(Refusal.Code.CANCELLED)).isEqualTo(1);
    }

    @Test
    void configure_moreSlots_admitsAsManyAtOnce() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        long first = desk.queue(by("b"));
        long second = desk.queue(by("b"));
        desk.queue(by("b"));

        desk.configure(desk.machine.settings().withSlots(3));

        assertThat(desk.granted()).containsExactly(first, second);
        assertThat(desk.snapshot().slots()).isEqualTo(3);
    }

    @Test
    void configure_fewerSlots_interruptsNobodyAndDrains() {
        Desk desk = Desk.ofSlots(3);
        List<Long> running = List.of(desk.run(by("a")), desk.run(by("a")), desk.run(by("a")));
        long waits = desk.queue(by("b"));

        desk.configure(desk.machine.settings().withSlots(1));
        desk.release(running.get(0));
        desk.release(running.get(1));
        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.running()).isEqualTo(1);
        desk.release(running.get(2));

        assertThat(desk.granted()).containsExactly(waits);
    }

    @Test
    void configure_slotsToZero_admitsNobodyUntilRaised() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long waits = desk.queue(by("b"));

        desk.configure(desk.machine.settings().withSlots(0));
        desk.release(runs);
        assertThat(desk.effects()).isEmpty();
        desk.configure(desk.machine.settings().withSlots(1));

        assertThat(desk.granted()).containsExactly(waits);
    }

    @Test
    void configure_smallerQueue_keepsWhoWaits() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        for (int i = 0; i < 5; i++) {
            desk.queue(by("k" + i).withBytes(10));
        }

        desk.configure(
                desk.machine.settings().withQueue(2, 5).withCallers(new CallerLimits(0, 1), new CallerLimits(0, 1)));

        assertThat(desk.effects()).isEmpty();
        assertThat(desk.machine.waiting()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void configure_orderWhileTheyWait_keepsEverybodyAndServesAll(Order order) {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("r").withCost(SECOND));
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            tickets.add(desk.queue(by("k" + i % 3, Priority.values()[i % 4]).withCost(SECOND)));
        }
        for (Order between : Order.values()) {
            desk.configure(desk.machine.settings().withOrder(between));
            Audit.check(desk.machine);
        }
        desk.configure(desk.machine.settings().withOrder(order));
        Audit.check(desk.machine);

        desk.configure(desk.machine.settings().withLevel(Priority.CRITICAL, patient(8)));
        desk.configure(desk.machine.settings().withLevel(Priority.HIGH, patient(4)));
        desk.configure(desk.machine.settings().withLevel(Priority.NORMAL, patient(2)));

        assertThat(desk.drain(runs)).containsExactlyInAnyOrderElementsOf(tickets);
    }

    private static LevelSettings patient(int weight) {
        return new LevelSettings(weight, Duration.ofHours(1), Integer.MAX_VALUE, 10);
    }

    @Test
    void configure_orderToFifo_servesByArrival() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("r"));
        long low = desk.queue(by("a", Priority.LOW));
        long critical = desk.queue(by("a", Priority.CRITICAL));
        long normal = desk.queue(by("b"));

        desk.configure(desk.machine.settings().withOrder(Order.FIFO));

        assertThat(desk.drain(runs)).containsExactly(low, critical, normal);
    }

    @Test
    void configure_sameOrderAndWeights_keepsWhatIsOwed() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a").withCost(Duration.ofSeconds(100)));
        int era = desk.state().line.era;
        long start = desk.entry(1).flow.start;

        desk.configure(desk.machine.settings().withSlots(2).withQueue(7, 7));
        assertThat(desk.state().line.era).isEqualTo(era);
        assertThat(desk.entry(1).flow.start).isEqualTo(start);

        desk.configure(desk.machine.settings().withLevel(Priority.LOW, patient(3)));
        assertThat(desk.state().line.era).isEqualTo(era + 1);
        assertThat(desk.entry(1).flow.start).isZero();
    }

    @Test
    void configure_onlyAFloor_isANewEra() {
        Desk desk = Desk.ofSlots(1);
        int era = desk.state().line.era;
        LevelSettings low = desk.machine.settings().level(Priority.LOW);

        desk.configure(desk.machine
                .settings()
                .withLevel(Priority.LOW, new LevelSettings(low.weight(), low.longestWait(), low.maxWaiting(), 33)));

        assertThat(desk.state().line.era).isEqualTo(era + 1);
    }

    @Test
    void mode_holding_queuesThoughSlotsAreFree() {
        Desk desk = Desk.ofSlots(2);
        desk.mode(PoolMode.HOLDING);

        long waits = desk.queue(by("a"));

        assertThat(desk.status(waits).limit()).isEqualTo(QueueStatus.Limit.HOLDING);
        desk.tickAfter(SECOND);
        assertThat(desk.effects()).isEmpty();
        desk.mode(PoolMode.OPEN);
        assertThat(desk.granted()).containsExactly(waits);
        assertThat(desk.machine.mode()).isEqualTo(PoolMode.OPEN);
    }

    @Test
    void mode_holding_stillExpires() {
        Desk desk = Desk.ofSlots(1);
        desk.mode(PoolMode.HOLDING);
        long waits = desk.queue(by("a", Priority.CRITICAL));

        desk.tickAfter(Duration.ofSeconds(5));

        assertThat(desk.ended(Refusal.Code.WAIT_TIMEOUT)).containsExactly(waits);
    }

    @Test
    void mode_draining_refusesNewcomersThoughSlotsAreFree() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long waits = desk.queue(by("b"));
        desk.mode(PoolMode.DRAINING);

        Refusal refusal = desk.refuse(by("c"));
        desk.release(runs);

        assertThat(refusal.code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
        assertThat(refusal.depth()).isEqualTo(1);
        assertThat(refusal.retryAfter()).isEqualTo(SECOND);
        assertThat(refusal.estimate()).isEmpty();
        assertThat(desk.granted()).containsExactly(waits);
        desk.release(waits);
        assertThat(desk.refuse(by("d")).code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
    }

    @Test
    void mode_closed_endsEverybodyWhoWaitsInOrderOfArrival() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a"));
        long first = desk.queue(by("b", Priority.LOW));
        long second = desk.queue(by("c", Priority.CRITICAL));
        desk.advance(SECOND);

        desk.mode(PoolMode.CLOSED);

        List<Effect> effects = desk.effects();
        assertThat(effects).extracting(Effect::ticket).containsExactly(first, second);
        assertThat(((Effect.Ended) effects.get(0)).refusal().waited()).isEqualTo(SECOND);
        assertThat(desk.refusals(Refusal.Code.SHUTTING_DOWN)).isEqualTo(2);
        assertThat(desk.machine.isRunning(runs)).isTrue();
        assertThat(desk.refuse(by("d")).code()).isEqualTo(Refusal.Code.SHUTTING_DOWN);
        desk.release(runs);
        assertThat(desk.state().entries.size()).isZero();
    }

    @Test
    void mode_openAfterClosed_takesRequestsAgain() {
        Desk desk = Desk.ofSlots(1);
        desk.mode(PoolMode.CLOSED);

        desk.mode(PoolMode.OPEN);

        assertThat(desk.offer(by("a"))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void move_waiting_standsByItsMomentOfArrival() {
        Desk desk = new Desk(Desk.settings(1).withOrder(Order.STRICT));
        long runs = desk.run(by("r"));
        long moved = desk.queue(by("a"));
        desk.queue(by("a", Priority.HIGH));
        long other = desk.queue(by("a", Priority.HIGH));

        assertThat(desk.move(moved, Priority.HIGH)).isTrue();
        desk.abandon(other);

        assertThat(desk.drain(runs).get(0)).isEqualTo(moved);
        assertThat(desk.entry(desk.run(by("z"))).initialPosition).isZero();
    }

    @Test
    void move_keepsFiguresOfTheArrival() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("r"));
        desk.queue(by("x"));
        long moved = desk.queue(by("a").withBytes(9).withBatch("batch"));
        desk.advance(SECOND);

        desk.move(moved, Priority.LOW);

        Entry entry = desk.entry(moved);
        assertThat(entry.flow.priority).isEqualTo(Priority.LOW);
        assertThat(entry.bytes).isEqualTo(9);
        assertThat(entry.batch).isEqualTo("batch");
        assertThat(entry.initialPosition).isEqualTo(2);
        assertThat(desk.status(moved).waited()).isEqualTo(SECOND);
        assertThat(desk.snapshot().levels().get(Priority.LOW)).isEqualTo(new PoolSnapshot.Depth(1, 0));
        Audit.check(desk.machine);
    }

    @Test
    void move_toItsOwnLevel_changesNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("r"));
        long waits = desk.queue(by("a"));
        Entry before = desk.entry(waits);

        assertThat(desk.move(waits, Priority.NORMAL)).isTrue();

        assertThat(desk.entry(waits)).isSameAs(before);
    }

    @Test
    void move_runningOrUnknown_isFalse() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("r"));

        assertThat(desk.move(runs, Priority.LOW)).isFalse();
        assertThat(desk.move(999, Priority.LOW)).isFalse();
    }

    @Test
    void snapshot_atWork_tellsEveryFigure() {
        Desk desk = Desk.ofSlots(1);
        long runs = desk.run(by("a", Priority.HIGH));
        desk.queue(by("b", Priority.LOW).withBytes(5));
        desk.queue(by("c", Priority.LOW).withBytes(6));
        desk.advance(Duration.ofSeconds(4));
        desk.release(runs);

        PoolSnapshot snapshot = desk.snapshot();

        assertThat(snapshot.mode()).isEqualTo(PoolMode.OPEN);
        assertThat(snapshot.slots()).isEqualTo(1);
        assertThat(snapshot.running()).isEqualTo(1);
        assertThat(snapshot.waiting()).isEqualTo(1);
        assertThat(snapshot.waitingBytes()).isEqualTo(6);
        assertThat(snapshot.levels())
                .containsEntry(Priority.LOW, new PoolSnapshot.Depth(1, 1))
                .containsEntry(Priority.HIGH, new PoolSnapshot.Depth(0, 0))
                .hasSize(4);
        assertThat(snapshot.meanRun()).isEqualTo(Duration.ofSeconds(4));
        assertThat(snapshot.estimate()).isEmpty();
        assertThat(snapshot.counts().admitted()).isEqualTo(2);
        assertThat(snapshot.counts().queued()).isEqualTo(2);
        assertThat(snapshot.counts().refused()).hasSize(Refusal.Code.values().length);
    }

    @Test
    void status_andOtherQuestions_changeNothing() {
        Desk desk = Desk.ofSlots(1);
        desk.run(by("a"));
        long waits = desk.queue(by("b").withLongestWait(SECOND));
        long before = desk.machine.stateHash();

        desk.advance(Duration.ofHours(1));
        assertThat(desk.status(waits).waited()).isEqualTo(Duration.ofHours(1));
        desk.machine.rank();
        assertThat(desk.machine.list(5, desk.nowNanos).get(0).status().waited()).isEqualTo(Duration.ofHours(1));
        desk.snapshot();

        assertThat(desk.machine.stateHash()).isEqualTo(before);
        assertThat(desk.machine.status(waits, -1).waited()).isZero();
        assertThat(desk.machine.status(1, 0)).as("a running one").isNull();
    }
}
