// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Registration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * What nodes of the release before understand: the bytes in {@code wire-1.properties} were written by it, from the same
 * steps. Whoever changes what a message or the saved state holds keeps writing these, and adds to the next version.
 */
final class WireFormTest {
    private static final List<String> NODES = List.of("a", "b");

    private static Batch batch(String node, long session, long registration, long seq, Command... commands) {
        return new Batch(node, session, registration, seq, 0, 0, 0, 0, List.of(commands));
    }

    private static Arrival by(String key) {
        return Arrival.of(Caller.of(key, "192.0.2.1"), Priority.HIGH).withLongestWait(Duration.ofSeconds(9));
    }

    private static Facts facts(long nowNanos) {
        return new Facts(nowNanos, 1000, 77, 5, NODES, OnPartition.SHARE, 0, Codec.FIRST_VERSION);
    }

    private static Reply steps(SharedPool pool) {
        Registration held = new Registration(
                40,
                by("z"),
                Duration.ofSeconds(3),
                false,
                Duration.ZERO,
                new Absence(Duration.ofMinutes(1), Duration.ofSeconds(2), 7));
        pool.apply(batch("a", 1, 1, 2, new Command.Register(List.of())), facts(1_000));
        pool.apply(batch("b", 2, 1, 2, new Command.Register(List.of(held))), facts(2_000));
        pool.apply(batch("a", 1, 1, 3, new Command.Arrive(1, by("x")), new Command.Arrive(2, by("y"))), facts(3_000));
        pool.apply(batch("b", 2, 1, 3, new Command.Arrive(3, by("x")), new Command.LimitSlots(5)), facts(4_000));
        pool.apply(batch("b", 2, 1, 4, new Command.Arrive(4, by("w"))), facts(5_000));
        return pool.apply(batch("a", 1, 1, 4, new Command.Release(1), new Command.Cancel(40, "noon")), facts(900_000));
    }

    private static SharedPool fresh() {
        return new SharedPool(PoolSettings.ofSlots(2), PoolMode.OPEN, new Beginning(NODES, List.of(), 3, 0));
    }

    private static String hex(Codec.Form form) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            form.save(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static String written(String name) throws IOException {
        Properties all = new Properties();
        try (InputStream in = WireFormTest.class.getResourceAsStream("wire-1.properties")) {
            all.load(in);
        }
        return all.getProperty(name);
    }

    private static DataInput read(String name) throws IOException {
        return bytes(written(name));
    }

    private static DataInput bytes(Codec.Form form) {
        return bytes(hex(form));
    }

    private static DataInput bytes(String hex) {
        return new DataInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
    }

    @Test
    void save_releaseBefore_writesTheStateAsItDid() throws IOException {
        SharedPool pool = fresh();
        steps(pool);

        assertThat(hex(out -> pool.save(out, Codec.FIRST_VERSION))).isEqualTo(written("state"));
    }

    @Test
    void load_stateOfTheReleaseBefore_goesOnLikeOneOfThis() throws IOException {
        SharedPool pool = fresh();
        steps(pool);
        SharedPool taken = SharedPool.load(read("state"));
        Batch next = batch("b", 2, 1, 5, new Command.Tick());
        Facts now = new Facts(1_000_000, 1001, 78, 5, NODES, OnPartition.SHARE, 0, Codec.VERSION);

        Reply ours = pool.apply(next, now);

        assertThat(taken.apply(next, now)).isEqualTo(ours);
        assertThat(taken.stateHash()).isEqualTo(pool.stateHash());
    }

    @Test
    void write_releaseBefore_writesMessagesAsItDid() throws IOException {
        Reply reply = steps(fresh());
        Batch batch = batch("a", 1, 1, 3, new Command.Arrive(1, by("x")), new Command.Cancel(40, "noon"));
        Note note = new Note.Post("llm", reply.others().get("b"));

        assertThat(hex(out -> CommandCodec.write(batch, Codec.FIRST_VERSION, out)))
                .isEqualTo(written("batch"));
        assertThat(hex(out -> CommandCodec.write(batch, facts(7), out))).isEqualTo(written("replay"));
        assertThat(hex(out -> ResultCodec.write(reply, Codec.FIRST_VERSION, out)))
                .isEqualTo(written("reply"));
        assertThat(hex(out -> note.save(out, Codec.FIRST_VERSION))).isEqualTo(written("note"));
    }

    @Test
    void read_messagesOfThisRelease_areAsTheyWereWritten() throws IOException {
        Board board = new Board(1, OnPartition.SHARE, "a", "b");
        board.fill("a", 1, 3);
        Batch batch = board.batch("a", new Command.Cancel(3, "noon"), new Command.Release(1));
        Reply reply = board.apply(batch);
        board.seen = Reply.Seen.sum(reply.nodes());
        Reply shorter = board.send("a", new Command.Tick());
        Note note = new Note.Mailed("llm", 2, 7);

        assertThat(reply.mail().effects()).hasSize(2);
        assertThat(ResultCodec.readReply(bytes(out -> ResultCodec.write(reply, Codec.VERSION, out))))
                .isEqualTo(reply);
        assertThat(shorter.nodes()).isNull();
        assertThat(ResultCodec.readReply(bytes(out -> ResultCodec.write(shorter, Codec.VERSION, out))))
                .isEqualTo(shorter);
        assertThat(CommandCodec.readBatch(bytes(out -> CommandCodec.write(batch, Codec.VERSION, out))))
                .isEqualTo(batch);
        assertThat(Note.load(bytes(out -> note.save(out, Codec.VERSION)))).isEqualTo(note);
        assertThat(Note.load(bytes(out -> note.save(out, Codec.FIRST_VERSION))))
                .as("to a node that just came")
                .isEqualTo(new Note.Post("llm", new Mail(2, 8, List.of())));
    }

    @Test
    void hold_isATickForWhoDoesNotKnowIt() throws IOException {
        Batch batch = batch("a", 1, 1, 3, new Command.Hold(true), new Command.Hold(false));
        int before = Codec.WITH_HOLDING - 1;

        assertThat(CommandCodec.readBatch(bytes(out -> CommandCodec.write(batch, Codec.VERSION, out))))
                .isEqualTo(batch);
        assertThat(CommandCodec.readBatch(bytes(out -> CommandCodec.write(batch, before, out)))
                        .commands())
                .containsExactly(new Command.Tick(), new Command.Tick());
    }

    @Test
    void register_wordOfHolding_isLeftOutForWhoDoesNotKnowIt() throws IOException {
        Command.Register plain = new Command.Register(
                List.of(new Registration(40, by("z"), Duration.ofSeconds(3), false, Duration.ZERO)));
        Command.Register holds = new Command.Register(plain.held(), NodeBook.Word.HOLD);
        Batch batch = batch("a", 1, 1, 3, holds);
        int before = Codec.WITH_HOLDING - 1;

        assertThat(CommandCodec.readBatch(bytes(out -> CommandCodec.write(batch, Codec.VERSION, out))))
                .isEqualTo(batch);
        assertThat(CommandCodec.readBatch(bytes(out -> CommandCodec.write(batch, before, out)))
                        .commands())
                .containsExactly(plain);
    }

    @Test
    void read_farewell_isAsItWasWritten() throws IOException {
        Note note = new Note.Leaves(4711);

        assertThat(Note.load(bytes(out -> note.save(out, Codec.WITH_FAREWELLS))))
                .isEqualTo(note);
    }

    @Test
    void read_messagesOfTheReleaseBefore_areUnderstood() throws IOException {
        Reply reply = steps(fresh());
        Batch batch = batch("a", 1, 1, 3, new Command.Arrive(1, by("x")), new Command.Cancel(40, "noon"));

        assertThat(CommandCodec.readBatch(read("batch"))).isEqualTo(batch);
        assertThat(ResultCodec.readReply(read("reply"))).isEqualTo(reply);
        assertThat(Note.load(read("note")))
                .isEqualTo(new Note.Post("llm", reply.others().get("b")));
        CommandCodec.readReplay(read("replay"), (asked, seen) -> {
            assertThat(asked).isEqualTo(batch);
            assertThat(seen).isEqualTo(facts(7));
        });
    }
}
