// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A part of the cluster that has no copy of a pool's state, and does not know what the others have in use. */
final class BlindPartTest {
    private static final int SLOTS = 9;

    private static Board apart(OnPartition policy, int had, String... present) {
        Board board = new Board(SLOTS, policy);
        board.sees(present);
        List<NodeView> missing = List.of("a", "b", "c").stream()
                .filter(node -> !List.of(present).contains(node))
                .map(node -> new NodeView(node, Board.session(node), ""))
                .toList();
        board.pool = new SharedPool(
                PoolSettings.ofSlots(SLOTS).withEarlyRefusal(false),
                PoolMode.OPEN,
                new Beginning(List.of(present), missing, 3, had));
        return board;
    }

    private static Registration running(long ticket) {
        Arrival arrival = Arrival.of(Caller.of("key" + ticket, "ip" + ticket), Priority.NORMAL);
        return new Registration(ticket, arrival, Duration.ZERO, true, Duration.ofSeconds(1));
    }

    @Test
    void share_othersOutOfReach_admitsAsManyAsItBrought() {
        Board board = apart(OnPartition.SHARE, 0, "a");
        board.register("a", running(100), running(101));

        board.fill("a", 1, 5);
        assertThat(board.pool.machine().running()).isEqualTo(2);
        board.send("a", new Command.Release(100));

        assertThat(board.pool.machine().running())
                .as("the others count what it had as taken")
                .isEqualTo(2);
    }

    @Test
    void share_broughtMoreThanItsShare_comesDownToThat() {
        Board board = apart(OnPartition.SHARE, 0, "a");
        board.register("a", running(100), running(101), running(102), running(103), running(104));

        board.fill("a", 1, 5);
        board.send("a", new Command.Release(100), new Command.Release(101), new Command.Release(102));

        assertThat(board.pool.machine().running()).isEqualTo(3);
    }

    @Test
    void share_broughtNothing_waitsUntilTheOthersCannotRunAnyMore() {
        Board board = apart(OnPartition.SHARE, 0, "a");
        board.register("a");
        board.fill("a", 1, 5);
        assertThat(board.pool.machine().running()).isZero();

        board.send("a", new Command.Lost("b", Board.session("b"), true));
        assertThat(board.pool.machine().running()).isZero();
        board.send("a", new Command.Lost("c", Board.session("c"), true));

        assertThat(board.pool.machine().running()).as("its share").isEqualTo(3);
    }

    @Test
    void share_hadSomeWhenItWasHeardLast_usesAsMany() {
        Board board = apart(OnPartition.SHARE, 2, "a");
        board.register("a");

        board.fill("a", 1, 5);

        assertThat(board.pool.machine().running()).isEqualTo(2);
    }

    @Test
    void share_nodesComeBack_tellWhatTheyHave() {
        Board board = apart(OnPartition.SHARE, 0, "a");
        board.register("a");
        board.fill("a", 1, 9);

        board.sees("a", "b", "c");
        board.register("b", running(200), running(201));
        assertThat(board.pool.machine().running())
                .as("of one nothing is known yet")
                .isEqualTo(2);
        board.register("c", running(300));

        assertThat(board.pool.machine().running()).isEqualTo(SLOTS);
    }

    @Test
    void closed_majorityWithoutACopy_waitsForTheOthersToo() {
        Board board = apart(OnPartition.CLOSED, 0, "a", "b");
        board.register("a", running(100));
        board.register("b", running(200));

        board.fill("a", 1, 9);
        assertThat(board.pool.machine().running()).isEqualTo(2);
        board.send("a", new Command.Lost("c", Board.session("c"), true));

        assertThat(board.pool.machine().running()).isEqualTo(SLOTS);
    }

    @Test
    void open_othersOutOfReach_usesEverything() {
        Board board = apart(OnPartition.OPEN, 0, "a");
        board.register("a");

        board.fill("a", 1, 12);

        assertThat(board.pool.machine().running()).isEqualTo(SLOTS);
    }

    @Test
    void closed_turnFromBeforeTheCutThatNobodyTook_waitsAgain() {
        Board board = new Board(1, OnPartition.CLOSED, "a", "b", "c");
        board.fill("a", 1, 1);
        board.fill("b", 2, 1);
        board.send("a", new Command.Release(1));
        board.send("b", new Command.Tick());
        assertThat(board.pool.machine().isRunning(2)).as("b has been told").isTrue();

        board.sees("b");
        Arrival arrival = Arrival.of(Caller.of("key2", "ip2"), Priority.NORMAL);
        board.register("b", new Registration(2, arrival, Duration.ZERO, false, Duration.ZERO));

        assertThat(board.pool.machine().running()).isZero();
        assertThat(board.pool.machine().waiting()).isEqualTo(1);
    }

    @Test
    void lookout_missing_areThoseThatMayLiveAndNotForLong() {
        long[] now = {0};
        Lookout lookout = new Lookout(() -> now[0], Duration.ofMinutes(1), Duration.ZERO);
        NodeView one = new NodeView("a", 1, "");
        NodeView gone = new NodeView("b", 2, "");
        NodeView restarted = new NodeView("c", 3, "");
        lookout.sees(Map.of(one, Optional.empty(), gone, Optional.empty(), restarted, Optional.empty()));

        lookout.sees(Map.of(one, Optional.empty(), new NodeView("c", 4, ""), Optional.empty()));

        assertThat(lookout.missing(Duration.ofMinutes(1))).containsExactly(gone);
        assertThat(lookout.known(Duration.ZERO))
                .as("two here, one out of sight")
                .isEqualTo(3);
        now[0] += Duration.ofMinutes(1).toNanos();
        assertThat(lookout.missing(Duration.ofMinutes(1))).isEmpty();
        assertThat(lookout.known(Duration.ofMinutes(2))).isEqualTo(3);
        assertThat(lookout.known(Duration.ofMinutes(1))).as("forgotten").isEqualTo(2);
        assertThat(lookout.known(Duration.ZERO)).as("never forgotten").isEqualTo(3);
    }

    @Test
    void lookout_severalRunsOfOneNode_countOnce() {
        Lookout lookout = new Lookout(() -> 0, Duration.ofMinutes(1), Duration.ZERO);
        NodeView one = new NodeView("a", 1, "");
        NodeView first = new NodeView("b", 2, "");
        NodeView second = new NodeView("b", 3, "");
        lookout.sees(Map.of(one, Optional.empty(), first, Optional.empty()));
        lookout.sees(Map.of(one, Optional.empty()));
        lookout.sees(Map.of(one, Optional.empty(), second, Optional.empty()));
        assertThat(lookout.misses()).as("it is there again").isFalse();
        lookout.sees(Map.of(one, Optional.empty()));

        assertThat(lookout.fate("b", 2)).isEqualTo(Lookout.Fate.DEAD);
        assertThat(lookout.fate("b", 4)).as("a run that was never seen").isEqualTo(Lookout.Fate.MISSING);
        assertThat(lookout.missing(Duration.ofMinutes(1))).hasSize(1);
        assertThat(lookout.known(Duration.ZERO)).isEqualTo(2);
    }

    @Test
    void lookout_nodeThatSaidThatItLeaves_isNotExpectedBack() {
        Lookout lookout = new Lookout(() -> 0, Duration.ofMinutes(1), Duration.ZERO);
        NodeView one = new NodeView("a", 1, "");
        NodeView early = new NodeView("b", 2, "");
        NodeView late = new NodeView("c", 3, "");
        lookout.sees(Map.of(one, Optional.empty(), early, Optional.empty(), late, Optional.empty()));

        lookout.leaves(2);
        assertThat(lookout.fate("b", 2)).as("it is there still").isEqualTo(Lookout.Fate.PRESENT);
        lookout.sees(Map.of(one, Optional.empty()));
        assertThat(lookout.known(Duration.ZERO)).as("c may be back").isEqualTo(2);
        lookout.leaves(3);

        assertThat(lookout.known(Duration.ZERO)).isEqualTo(1);
        assertThat(lookout.misses()).isFalse();
        lookout.sees(Map.of(one, Optional.empty(), early, Optional.empty()));
        lookout.sees(Map.of(one, Optional.empty()));
        assertThat(lookout.known(Duration.ZERO))
                .as("it was back, and said nothing")
                .isEqualTo(2);
    }

    @Test
    void lookout_missingForLong_isForgotten() {
        long[] now = {0};
        Lookout lookout = new Lookout(() -> now[0], Duration.ofMinutes(50), Duration.ofHours(1));
        NodeView one = new NodeView("a", 1, "");
        NodeView gone = new NodeView("b", 2, "");
        lookout.sees(Map.of(one, Optional.empty(), gone, Optional.empty()));
        lookout.sees(Map.of(one, Optional.empty()));

        now[0] = Duration.ofMinutes(100).toNanos() - 1;
        assertThat(lookout.misses()).as("its slots were taken for long").isTrue();
        assertThat(lookout.isUnsure()).isTrue();
        now[0]++;

        assertThat(lookout.misses()).isFalse();
        assertThat(lookout.isUnsure()).isFalse();
        assertThat(lookout.misses(2)).isFalse();
        assertThat(lookout.missing(Duration.ofDays(1))).isEmpty();
        assertThat(lookout.known(Duration.ofHours(1))).isEqualTo(1);
    }

    @Test
    void lookout_missingForLongAndExpectedForEver_countsAndIsWaitedForNoMore() {
        long[] now = {0};
        Lookout lookout = new Lookout(() -> now[0], Duration.ofMinutes(1), Duration.ZERO);
        NodeView one = new NodeView("a", 1, "");
        NodeView gone = new NodeView("b", 2, "");
        NodeView dead = new NodeView("c", 3, "");
        lookout.sees(Map.of(one, Optional.empty(), gone, Optional.empty(), dead, Optional.empty()));
        lookout.leaves(3);
        lookout.sees(Map.of(one, Optional.empty()));
        assertThat(lookout.misses()).isTrue();
        assertThat(lookout.misses(3)).isTrue();

        now[0] = Duration.ofHours(1).toNanos();

        assertThat(lookout.misses()).isFalse();
        assertThat(lookout.isUnsure()).as("it is knocked for still").isTrue();
        assertThat(lookout.known(Duration.ZERO)).isEqualTo(2);
        assertThat(lookout.misses(3)).as("the dead one is forgotten").isFalse();
        lookout.sees(Map.of(one, Optional.empty(), gone, Optional.empty()));
        assertThat(lookout.known(Duration.ZERO)).isEqualTo(2);
    }
}
