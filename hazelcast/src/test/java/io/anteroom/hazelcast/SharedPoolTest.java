// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Registration;
import io.anteroom.hazelcast.Reply.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The state that the cluster holds: what counts of batches, of nodes that go, and of parts of a cluster. */
final class SharedPoolTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Board board = new Board(8, OnPartition.SHARE, "a", "b", "c");

    private static Arrival by(String key) {
        return Arrival.of(Caller.of(key, "ip"), Priority.NORMAL);
    }

    @Test
    void apply_unknownNode_isToRegister() {
        Board empty = new Board(2, OnPartition.SHARE, "a");

        Reply reply = empty.send("z", new Command.Tick());

        assertThat(reply.outcome()).isEqualTo(Outcome.REGISTER);
    }

    @Test
    void apply_sameBatchTwice_isTheSameAnswerOnce() {
        Batch batch = board.batch("a", new Command.Arrive(1, by("x")), new Command.Arrive(2, by("y")));
        Reply first = board.apply(batch);

        Reply second = board.apply(batch);

        assertThat(second.results()).isEqualTo(first.results());
        assertThat(board.pool.machine().running()).isEqualTo(2);
        assertThat(second.outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void apply_gapInTheNumbers_isToRegister() {
        board.batch("a", new Command.Tick());

        assertThat(board.send("a", new Command.Tick()).outcome()).isEqualTo(Outcome.REGISTER);
    }

    @Test
    void apply_batchThatNobodyWaitsForAnyMore_changesNothing() {
        Batch late = board.batch("a", new Command.Arrive(1, by("x")));
        board.register("a");

        assertThat(board.apply(late).outcome()).isEqualTo(Outcome.REGISTER);
        assertThat(board.pool.machine().running()).isZero();
    }

    @Test
    void apply_grantForAnotherNode_isMailUntilItIsAcknowledged() {
        board.fill("a", 1, 8);
        board.send("b", new Command.Arrive(9, by("late")));
        board.advance(SECOND);

        Reply release = board.send("a", new Command.Release(1));

        Effect granted = new Effect.Granted(9, "b", SECOND, 1);
        assertThat(release.others()).isEmpty();
        assertThat(board.announced()).containsExactly(Map.entry("b", 1L));
        Mail mail = board.send("b", new Command.Tick()).mail();
        assertThat(mail.effects()).containsExactly(granted);
        board.acknowledge("b", mail);
        assertThat(board.send("b", new Command.Tick()).mail().effects()).isEmpty();
    }

    @Test
    void announce_nodeThatWasToldAndNotHeard_isNotToldAgain() {
        board.fill("a", 1, 8);
        board.fill("b", 9, 3);
        board.send("a", new Command.Release(1));
        assertThat(board.announced()).containsExactly(Map.entry("b", 1L));
        board.send("a", new Command.Release(2));
        assertThat(board.announced()).isEmpty();

        board.send("b", new Command.Tick());
        assertThat(board.announced()).as("it has had all of it").isEmpty();
        board.send("a", new Command.Release(3));

        assertThat(board.announced()).containsExactly(Map.entry("b", 3L));
    }

    @Test
    void announce_nodeIsHeardBeforeItIsTold_needNotBe() {
        board.fill("a", 1, 8);
        board.fill("b", 9, 1);
        board.send("a", new Command.Release(1));
        List<Bell> bells = new ArrayList<>();
        board.pool.announce((node, bell) -> bells.add(bell));

        board.send("b", new Command.Tick());

        assertThat(bells)
                .singleElement()
                .satisfies(bell -> assertThat(bell.answer()).isNull());
    }

    @Test
    void announce_nodeOfTheReleaseBefore_isToldByWhoeverCausedIt() {
        board.version = Codec.FIRST_VERSION;
        board.fill("a", 1, 8);
        board.fill("b", 9, 1);

        Reply release = board.send("a", new Command.Release(1));

        assertThat(release.others()).containsOnlyKeys("b");
        assertThat(board.announced()).isEmpty();
    }

    @Test
    void apply_newcomerWaits_isToldWhereAlsoWhenItAsksTwice() {
        board.fill("a", 1, 8);
        Batch batch = board.batch("b", new Command.Arrive(9, by("late")), new Command.Tick());

        Result.Decided first = (Result.Decided) board.apply(batch).results().get(0);
        Result.Decided second = (Result.Decided) board.apply(batch).results().get(0);

        assertThat(first.status().depth()).isEqualTo(1);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void apply_nodeKnowsWhoHoldsSomething_isToldWhenThatChanges() {
        board.seen = Reply.Seen.sum(board.send("a", new Command.Tick()).nodes());

        assertThat(board.send("a", new Command.Tick()).nodes()).isNull();
        board.sees("b", "c");
        Reply changed = board.send("b", new Command.Lost("a", Board.session("a"), false));

        assertThat(changed.nodes()).contains(new Reply.Seen("a", Board.session("a"), true));
    }

    @Test
    void apply_nodeOfTheReleaseBeforeIsThere_isToldWhoHoldsSomethingEachTime() {
        board.version = Codec.FIRST_VERSION;
        board.seen = Reply.Seen.sum(board.send("a", new Command.Tick()).nodes());

        assertThat(board.send("a", new Command.Tick()).nodes()).hasSize(3);
    }

    @Test
    void apply_acknowledgesMailThatThisStateNeverSent_isToRegister() {
        Effect other = new Effect.Granted(77, "b", SECOND, 1);
        board.acknowledge("b", new Mail(1, 1, List.of(other)));

        assertThat(board.send("b", new Command.Tick()).outcome()).isEqualTo(Outcome.REGISTER);
        board.register("b");
        board.fill("a", 1, 8);
        board.send("b", new Command.Arrive(9, by("late")));
        board.send("a", new Command.Release(1));
        board.acknowledge("b", new Mail(1, 1, List.of(other)));
        assertThat(board.send("b", new Command.Tick()).outcome())
                .as("as many, but others")
                .isEqualTo(Outcome.REGISTER);
    }

    @Test
    void apply_nodeNotHeardForAMoment_othersHaveTheTurnsThatItWasNotTold() {
        board.fill("a", 1, 8);
        board.fill("b", 11, 8);
        board.fill("c", 21, 8);
        board.send("a", new Command.Release(1), new Command.Release(2), new Command.Release(3));
        Mail told = board.send("b", new Command.Tick()).mail();
        board.acknowledge("b", told);
        long before = board.live("b");
        board.send("a", new Command.Release(4), new Command.Release(5), new Command.Release(6));
        assertThat(board.live("b")).as("it gets turns while nobody misses it").isGreaterThan((int) before);

        board.tickFor(Duration.ofMillis(1250), "a", "c");

        assertThat(board.live("b")).as("what it has been told").isEqualTo((int) before);
        assertThat(board.live("a", "b", "c")).isEqualTo(8);
        assertThat(board.send("b", new Command.Tick()).outcome()).isEqualTo(Outcome.REGISTER);
        int waiting = board.pool.machine().waiting();
        board.register(
                "b",
                new Registration(11, by("key11"), Duration.ZERO, true, SECOND),
                new Registration(12, by("key12"), Duration.ZERO, true, SECOND),
                new Registration(13, by("key13"), Duration.ZERO, true, SECOND),
                new Registration(14, by("key14"), SECOND.multipliedBy(2), false, Duration.ZERO));
        assertThat(board.live("b")).isEqualTo((int) before);
        assertThat(board.pool.machine().waiting()).as("it waits again").isEqualTo(waiting + 1);
    }

    @Test
    void register_turnThatTheNodeWasNotTold_isNotTakenForGiven() {
        board.fill("a", 1, 8);
        board.fill("b", 11, 1);
        board.fill("c", 21, 1);
        board.send("a", new Command.Release(1));
        assertThat(board.pool.machine().isRunning(11)).isTrue();

        Reply reply = board.register("b", new Registration(11, by("key11"), Duration.ZERO, false, Duration.ZERO));

        assertThat(board.pool.machine().isRunning(11))
                .as("a part that was cut off may have it")
                .isFalse();
        assertThat(board.pool.machine().isRunning(21)).isTrue();
        assertThat(reply.mail().effects()).isEmpty();
    }

    @Test
    void lost_byAnotherOwner_whatItMayHaveBeenToldStaysTaken() {
        board.fill("a", 1, 8);
        board.fill("b", 11, 1);
        board.send("a", new Command.Release(1));
        board.owner = 2;
        board.sees("a", "c");

        board.send("a", new Command.Lost("b", Board.session("b"), false));

        assertThat(board.pool.machine().isRunning(11))
                .as("the owner before may be where it is")
                .isTrue();
    }

    @Test
    void lost_bySameOwner_whatItWasNotToldIsFree() {
        board.fill("a", 1, 8);
        board.fill("b", 11, 1);
        board.send("a", new Command.Release(1));
        board.sees("a", "c");

        board.send("a", new Command.Lost("b", Board.session("b"), false));

        assertThat(board.pool.machine().isRunning(11)).isFalse();
    }

    @Test
    void apply_nobodyHeardForAMoment_nobodyIsPassedOver() {
        board.fill("a", 1, 8);
        board.fill("b", 11, 2);
        board.advance(Duration.ofSeconds(20));

        board.send("a", new Command.Tick());

        assertThat(board.pool.machine().waiting()).isEqualTo(2);
        assertThat(board.send("b", new Command.Tick()).outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void apply_quietNodeRepeatsItsLastBatch_isToRegister() {
        Batch last = board.batch("b", new Command.Tick());
        board.apply(last);
        board.tickFor(Duration.ofMillis(1250), "a", "c");

        assertThat(board.apply(last).outcome()).isEqualTo(Outcome.REGISTER);
    }

    @Test
    void apply_nodeOfTheReleaseBefore_nobodyIsQuiet() {
        board.version = Codec.FIRST_VERSION;
        board.fill("a", 1, 8);
        board.fill("b", 11, 2);

        board.tickFor(Duration.ofSeconds(3), "a", "c");

        assertThat(board.pool.machine().waiting()).isEqualTo(2);
        board.version = Codec.VERSION;
        board.tickFor(Duration.ofMillis(500), "a", "c");
        assertThat(board.pool.machine().waiting()).isEqualTo(2);
        board.tickFor(Duration.ofMillis(1000), "a", "c");
        assertThat(board.pool.machine().waiting()).isZero();
    }

    @Test
    void register_again_dropsWhatTheNodeDoesNotHold() {
        board.fill("a", 1, 3);

        board.register("a", new Registration(2, by("k"), Duration.ZERO, true, SECOND));

        assertThat(board.pool.machine().running()).isEqualTo(1);
        assertThat(board.pool.machine().isRunning(2)).isTrue();
    }

    @Test
    void lost_deadNode_leavesNothing() {
        board.fill("a", 1, 8);
        board.send("b", new Command.Arrive(9, by("late")));
        board.sees("b", "c");

        Reply reply = board.send("b", new Command.Lost("a", Board.session("a"), true));

        assertThat(reply.mail().effects()).hasSize(1);
        assertThat(board.pool.machine().running()).isEqualTo(1);
        assertThat(reply.nodes()).extracting(Reply.Seen::node).containsExactly("b", "c");
    }

    @Test
    void lost_anotherRunOfTheNode_changesNothing() {
        board.fill("a", 1, 8);

        board.send("b", new Command.Lost("a", 4711, true));

        assertThat(board.pool.machine().running()).isEqualTo(8);
    }

    @Test
    void lost_silentNode_keepsItsSlotsTaken() {
        board.fill("a", 1, 4);
        board.fill("b", 11, 2);
        board.sees("b", "c");

        board.send("b", new Command.Lost("a", Board.session("a"), false));
        board.fill("c", 21, 8);

        // Share of two nodes in three: 5 of 8; the other part may use 4 of them, so 4 are left here.
        assertThat(board.live("b", "c")).isEqualTo(4);
        board.send("b", new Command.Lost("a", Board.session("a"), true));
        assertThat(board.live("b", "c")).as("its share, as the other is dead").isEqualTo(5);
    }

    @Test
    void share_partOfTheCluster_usesItsPartOfTheSlots() {
        board.sees("a");

        board.fill("a", 1, 8);

        assertThat(board.pool.machine().running()).isEqualTo(2);
        board.sees("a", "b");
        board.send("a", new Command.Tick());
        assertThat(board.pool.machine().running()).isEqualTo(5);
        board.sees("a", "b", "c");
        board.send("a", new Command.Tick());
        assertThat(board.pool.machine().running()).isEqualTo(8);
    }

    @Test
    void share_fewerSlotsThanNodes_isAtLeastOne() {
        Board small = new Board(1, OnPartition.SHARE, "a", "b", "c");
        small.sees("a");

        small.fill("a", 1, 3);

        assertThat(small.pool.machine().running()).isEqualTo(1);
    }

    @Test
    void leave_inGoodOrder_isNotExpectedBack() {
        board.send("c", new Command.Leave());
        board.sees("a", "b");

        board.fill("a", 1, 9);

        assertThat(board.pool.machine().running()).isEqualTo(8);
        assertThat(board.send("a", new Command.Tick()).figures().expected()).isEqualTo(2);
        board.sees("a", "b", "c");
        assertThat(board.send("a", new Command.Tick()).figures().expected()).isEqualTo(3);
    }

    @Test
    void forgetAfter_lostForSoLong_isNotExpectedAnyMore() {
        Board forgetful = new Board(8, OnPartition.SHARE, "a", "b");
        forgetful.forgetAfter = Duration.ofSeconds(30);
        forgetful.sees("a");
        forgetful.fill("a", 1, 8);
        assertThat(forgetful.pool.machine().running()).isEqualTo(4);

        forgetful.advance(Duration.ofSeconds(30));
        forgetful.send("a", new Command.Tick());

        assertThat(forgetful.pool.machine().running()).isEqualTo(8);
    }

    @Test
    void closed_minority_admitsNobodyAndRefusesNewcomers() {
        Board closed = new Board(8, OnPartition.CLOSED, "a", "b", "c");
        closed.fill("a", 1, 8);
        closed.send("a", new Command.Arrive(9, by("waits")));
        closed.sees("a");

        Reply reply = closed.send("a", new Command.Release(1), new Command.Arrive(10, by("new")));

        assertThat(reply.mail().effects()).isEmpty();
        assertThat(reply.results().get(1))
                .isInstanceOfSatisfying(
                        Result.Decided.class,
                        decided -> assertThat(decided.decision())
                                .isInstanceOfSatisfying(
                                        Decision.Refused.class,
                                        refused -> assertThat(refused.refusal().code())
                                                .isEqualTo(Refusal.Code.SHUTTING_DOWN)));
        closed.sees("a", "b");
        assertThat(closed.send("a", new Command.Tick()).mail().effects()).hasSize(1);
    }

    @Test
    void open_part_usesEverything() {
        Board open = new Board(8, OnPartition.OPEN, "a", "b", "c");
        open.sees("a");

        open.fill("a", 1, 9);

        assertThat(open.pool.machine().running()).isEqualTo(8);
    }

    @Test
    void learning_newState_admitsNobodyUntilAllHaveTold() {
        Board anew = new Board(2, OnPartition.SHARE);
        anew.sees("a", "b");
        anew.pool = new SharedPool(
                PoolSettings.ofSlots(2), PoolMode.OPEN, new Beginning(List.of("a", "b"), List.of(), 0, 0));
        anew.register("a");
        Reply waits = anew.send("a", new Command.Arrive(1, by("x")));

        anew.register(
                "b",
                new Registration(50, by("y"), Duration.ZERO, true, SECOND),
                new Registration(51, by("y"), Duration.ZERO, true, SECOND));

        assertThat(waits.results().get(0))
                .isInstanceOfSatisfying(
                        Result.Decided.class,
                        decided -> assertThat(decided.decision()).isInstanceOf(Decision.Queued.class));
        assertThat(waits.figures().isLearning()).isTrue();
        assertThat(anew.pool.machine().running()).isEqualTo(2);
        assertThat(anew.pool.machine().isRunning(1)).isFalse();
    }

    @Test
    void learning_nodeThatNeverTells_isWaitedForAWhile() {
        Board anew = new Board(2, OnPartition.SHARE);
        anew.sees("a", "b");
        anew.pool = new SharedPool(
                PoolSettings.ofSlots(2), PoolMode.OPEN, new Beginning(List.of("a", "b"), List.of(), 0, 0));
        anew.register("a");
        anew.send("a", new Command.Arrive(1, by("x")));

        anew.advance(Duration.ofNanos(SharedPool.LEARNING_NANOS));
        anew.send("a", new Command.Tick());

        assertThat(anew.pool.machine().isRunning(1)).isTrue();
    }

    @Test
    void limitSlots_severalNodes_theLeastCounts() {
        board.send("a", new Command.LimitSlots(4));
        board.send("b", new Command.LimitSlots(6));
        board.fill("c", 1, 8);
        assertThat(board.pool.machine().running()).isEqualTo(4);

        board.send("a", new Command.LimitSlots(Integer.MAX_VALUE));

        assertThat(board.pool.machine().running()).isEqualTo(6);
    }

    private PoolMode mode() {
        return ((Result.Figures) board.send("c", new Command.Look()).results().get(0))
                .snapshot()
                .mode();
    }

    @Test
    void hold_whoHasSaidNothing_doesNotMatter_andWhoServesLetsGo() {
        board.send("a", new Command.Hold(true));
        board.fill("c", 1, 1);
        assertThat(board.pool.machine().running()).isZero();
        assertThat(mode()).isEqualTo(PoolMode.HOLDING);

        board.send("b", new Command.Hold(false));
        assertThat(board.pool.machine().running()).isEqualTo(1);
        board.send("b", new Command.Hold(true));

        assertThat(mode()).isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void hold_nodeGoneOrNotHeard_doesNotMatter() {
        board.send("a", new Command.Hold(true));
        board.send("b", new Command.Hold(false));

        board.send("b", new Command.Leave());
        assertThat(mode()).as("who would serve leaves").isEqualTo(PoolMode.HOLDING);
        board.tickFor(Duration.ofSeconds(2), "c");
        assertThat(mode()).as("who would hold is not heard").isEqualTo(PoolMode.OPEN);
        board.register("a");
        assertThat(mode()).as("and is again").isEqualTo(PoolMode.HOLDING);
        board.sees("b", "c");
        board.send("c", new Command.Tick());

        assertThat(mode()).as("who would hold is out of sight").isEqualTo(PoolMode.OPEN);
    }

    @Test
    void hold_newState_isHeldBeforeItOpens() {
        Board anew = new Board(2, OnPartition.SHARE);
        anew.sees("a", "b");
        anew.pool = new SharedPool(
                PoolSettings.ofSlots(2), PoolMode.OPEN, new Beginning(List.of("a", "b"), List.of(), 0, 0));

        anew.register("a", NodeBook.Word.HOLD, new Registration(50, by("x"), SECOND, false, Duration.ZERO));
        anew.register("b", NodeBook.Word.HOLD, new Registration(51, by("y"), SECOND, false, Duration.ZERO));
        Reply reply = anew.send("a", new Command.Tick());

        assertThat(reply.figures().isLearning()).isFalse();
        assertThat(anew.pool.machine().running()).isZero();
        anew.register("b", NodeBook.Word.SERVE, new Registration(51, by("y"), SECOND, false, Duration.ZERO));
        assertThat(anew.pool.machine().running()).as("one serves").isEqualTo(2);
    }

    @Test
    void hold_theOperator_hasTheLastWord() {
        board.send("a", new Command.Hold(true));

        board.send("c", new Command.Mode(PoolMode.OPEN));
        board.send("a", new Command.Hold(true));
        assertThat(mode()).isEqualTo(PoolMode.OPEN);
        board.send("c", new Command.Mode(PoolMode.HOLDING));
        board.send("a", new Command.Hold(false));

        assertThat(mode()).isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void hold_nodesOfAReleaseBeforeAreThere_isNotKnown() {
        board.version = Codec.WITH_HOLDING - 1;
        board.send("a", new Command.Hold(true));
        assertThat(mode()).isEqualTo(PoolMode.OPEN);

        board.version = Codec.VERSION;
        board.send("a", new Command.Tick());
        assertThat(mode()).isEqualTo(PoolMode.OPEN);
        board.send("a", new Command.Hold(true));

        assertThat(mode()).as("as nodes go on saying it").isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void load_heldAndOverruled_staysSo() throws IOException {
        board.send("a", new Command.Hold(true));
        SharedPool held = copy(board.pool);
        board.send("c", new Command.Mode(PoolMode.OPEN));
        SharedPool overruled = copy(board.pool);

        assertThat(overruled.stateHash()).isEqualTo(board.pool.stateHash()).isNotEqualTo(held.stateHash());
        board.pool = overruled;
        board.send("a", new Command.Hold(true));
        assertThat(mode()).isEqualTo(PoolMode.OPEN);
        assertThat(held.machine().mode()).isEqualTo(PoolMode.HOLDING);
    }

    private static SharedPool copy(SharedPool pool) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        pool.save(new DataOutputStream(bytes), Codec.VERSION);
        return SharedPool.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void settings_changedByAnother_comeWithTheNextAnswer() {
        PoolSettings changed = PoolSettings.ofSlots(3);
        long known = board.send("b", new Command.Tick()).settingsRevision();
        board.settingsKnown = known;

        assertThat(board.send("b", new Command.Tick()).settings()).isNull();
        board.send("a", new Command.Configure(changed));

        assertThat(board.send("b", new Command.Tick()).settings()).isEqualTo(changed);
    }

    @Test
    void load_newerVersion_isRefused() throws IOException {
        byte[] newer = {Codec.VERSION + 1};

        assertThatThrownBy(() -> SharedPool.load(new DataInputStream(new ByteArrayInputStream(newer))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version of the cluster's messages: 4 (expected: 1 to 3");
    }
}
