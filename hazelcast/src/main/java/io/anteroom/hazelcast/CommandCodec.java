// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Registration;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The form of batches and facts on the wire. */
final class CommandCodec {
    private static final List<Class<? extends Command>> KINDS = List.of(
            Command.Arrive.class,
            Command.Release.class,
            Command.Abandon.class,
            Command.Keep.class,
            Command.Rejoin.class,
            Command.Claim.class,
            Command.Cancel.class,
            Command.Move.class,
            Command.Configure.class,
            Command.Mode.class,
            Command.LimitSlots.class,
            Command.Tick.class,
            Command.Register.class,
            Command.Lost.class,
            Command.Leave.class,
            Command.Look.class,
            Command.ListWaiting.class,
            Command.Standings.class,
            Command.Standing.class,
            Command.Adopt.class);

    /** An arrival as {@link Arrivals} writes it. */
    private static final int ARRIVE_IN_SHORT = 20;

    private static final int HOLD = 21;

    private static final int REGISTER_WITH_WORD = 22;

    private CommandCodec() {}

    static void write(Batch batch, int version, DataOutput out) throws IOException {
        out.writeByte(version);
        out.writeUTF(batch.node());
        out.writeLong(batch.session());
        out.writeLong(batch.registration());
        out.writeLong(batch.seq());
        out.writeLong(batch.acknowledged());
        out.writeLong(batch.acknowledgedSum());
        out.writeLong(batch.settings());
        if (version >= Codec.WITH_ANNOUNCING) {
            out.writeLong(batch.seen());
        }
        Arrivals arrivals = version >= Codec.WITH_ANNOUNCING ? new Arrivals() : null;
        out.writeInt(batch.commands().size());
        for (Command command : batch.commands()) {
            if (arrivals != null && command instanceof Command.Arrive arrive) {
                out.writeByte(ARRIVE_IN_SHORT);
                out.writeLong(arrive.ticket());
                arrivals.write(arrive.arrival(), out);
            } else if (command instanceof Command.Hold hold) {
                write(hold, version, out);
            } else if (command instanceof Command.Register register
                    && register.word() != NodeBook.Word.NONE
                    && version >= Codec.WITH_HOLDING) {
                out.writeByte(REGISTER_WITH_WORD);
                out.writeByte(register.word().ordinal());
                writeOthers(register, out);
            } else {
                write(command, out);
            }
        }
    }

    /** Who does not know it takes it for a sign of life, and so does whoever carries it out among such. */
    private static void write(Command.Hold hold, int version, DataOutput out) throws IOException {
        if (version < Codec.WITH_HOLDING) {
            write(new Command.Tick(), out);
        } else {
            out.writeByte(HOLD);
            out.writeBoolean(hold.holds());
        }
    }

    static Batch readBatch(DataInput in) throws IOException {
        return readBatchBody(in, Codec.readVersion(in));
    }

    private static Batch readBatchBody(DataInput in, int version) throws IOException {
        String node = in.readUTF();
        long session = in.readLong();
        long registration = in.readLong();
        long seq = in.readLong();
        long acknowledged = in.readLong();
        long sum = in.readLong();
        long settings = in.readLong();
        long seen = version >= Codec.WITH_ANNOUNCING ? in.readLong() : Reply.Seen.UNKNOWN;
        int count = in.readInt();
        List<Command> commands = new ArrayList<>();
        Arrivals arrivals = new Arrivals();
        for (int i = 0; i < count; i++) {
            int kind = in.readByte();
            commands.add(
                    kind == ARRIVE_IN_SHORT ? new Command.Arrive(in.readLong(), arrivals.read(in)) : read(kind, in));
        }
        return new Batch(node, session, registration, seq, acknowledged, sum, settings, seen, commands);
    }

    private static void write(Command command, DataOutput out) throws IOException {
        out.writeByte(KINDS.indexOf(command.getClass()));
        if (command instanceof Command.Arrive arrive) {
            out.writeLong(arrive.ticket());
            Codec.write(arrive.arrival(), out);
        } else if (command instanceof Command.Release release) {
            out.writeLong(release.ticket());
        } else if (command instanceof Command.Abandon abandon) {
            out.writeLong(abandon.ticket());
        } else if (command instanceof Command.Keep keep) {
            out.writeLong(keep.ticket());
            Codec.write(keep.absence(), out);
        } else if (command instanceof Command.Rejoin rejoin) {
            out.writeLong(rejoin.ticket());
            out.writeLong(rejoin.bytes());
        } else if (command instanceof Command.Claim claim) {
            out.writeLong(claim.ticket());
        } else if (command instanceof Command.Cancel cancel) {
            out.writeLong(cancel.ticket());
            out.writeUTF(cancel.note());
        } else if (command instanceof Command.Move move) {
            out.writeLong(move.ticket());
            out.writeByte(move.priority().ordinal());
        } else {
            writeOthers(command, out);
        }
    }

    private static void writeOthers(Command command, DataOutput out) throws IOException {
        if (command instanceof Command.Configure configure) {
            configure.settings().save(out);
        } else if (command instanceof Command.Mode mode) {
            out.writeByte(mode.mode().ordinal());
        } else if (command instanceof Command.LimitSlots limit) {
            out.writeInt(limit.most());
        } else if (command instanceof Command.Register register) {
            out.writeInt(register.held().size());
            for (Registration one : register.held()) {
                Codec.write(one, out);
            }
        } else if (command instanceof Command.Lost lost) {
            out.writeUTF(lost.node());
            out.writeLong(lost.session());
            out.writeBoolean(lost.isDead());
        } else if (command instanceof Command.ListWaiting list) {
            out.writeInt(list.limit());
        } else if (command instanceof Command.Standing standing) {
            out.writeLong(standing.ticket());
        } else if (command instanceof Command.Adopt adopt) {
            out.writeLong(adopt.ticket());
            out.writeLong(adopt.bytes());
        }
    }

    private static Command read(int kind, DataInput in) throws IOException {
        return switch (kind) {
            case 0 -> new Command.Arrive(in.readLong(), Codec.readArrival(in));
            case 1 -> new Command.Release(in.readLong());
            case 2 -> new Command.Abandon(in.readLong());
            case 3 -> new Command.Keep(in.readLong(), Codec.readAbsence(in));
            case 4 -> new Command.Rejoin(in.readLong(), in.readLong());
            case 5 -> new Command.Claim(in.readLong());
            case 6 -> new Command.Cancel(in.readLong(), in.readUTF());
            case 7 -> new Command.Move(in.readLong(), Priority.values()[in.readByte()]);
            case 8 -> new Command.Configure(PoolSettings.load(in));
            case 9 -> new Command.Mode(PoolMode.values()[in.readByte()]);
            case 10 -> new Command.LimitSlots(in.readInt());
            case 11 -> new Command.Tick();
            case 12 -> readRegister(NodeBook.Word.NONE, in);
            case 13 -> new Command.Lost(in.readUTF(), in.readLong(), in.readBoolean());
            case 14 -> new Command.Leave();
            case 15 -> new Command.Look();
            case 16 -> new Command.ListWaiting(in.readInt());
            case 17 -> new Command.Standings();
            case 18 -> new Command.Standing(in.readLong());
            case 19 -> new Command.Adopt(in.readLong(), in.readLong());
            case HOLD -> new Command.Hold(in.readBoolean());
            case REGISTER_WITH_WORD -> readRegister(NodeBook.Word.values()[in.readByte()], in);
            default -> throw new IOException("no command has the number " + kind);
        };
    }

    private static Command readRegister(NodeBook.Word word, DataInput in) throws IOException {
        int count = in.readInt();
        List<Registration> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            held.add(Codec.readRegistration(in));
        }
        return new Command.Register(held, word);
    }

    /** A batch with what the owner saw, in the form that the facts name. */
    static void write(Batch batch, Facts facts, DataOutput out) throws IOException {
        write(batch, facts.version(), out);
        out.writeLong(facts.nowNanos());
        out.writeLong(facts.wallMillis());
        out.writeLong(facts.owner());
        out.writeLong(facts.offsetNanos());
        Codec.write(facts.members(), out);
        out.writeByte(facts.policy().ordinal());
        out.writeLong(facts.forgetAfterNanos());
    }

    /** Reads the two. */
    static void readReplay(DataInput in, BiConsumer<Batch, Facts> replay) throws IOException {
        int version = Codec.readVersion(in);
        Batch batch = readBatchBody(in, version);
        replay.accept(batch, readFacts(in, version));
    }

    private static Facts readFacts(DataInput in, int version) throws IOException {
        return new Facts(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                Codec.readStrings(in),
                OnPartition.values()[in.readByte()],
                in.readLong(),
                version);
    }
}
