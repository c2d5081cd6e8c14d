// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.WaitingTicket;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The form of replies and mail on the wire. */
final class ResultCodec {
    private static final int DONE = 0;
    private static final int DECIDED = 1;
    private static final int FIGURES = 2;
    private static final int LINE = 3;
    private static final int PLACES = 4;

    private ResultCodec() {}

    static void write(Reply reply, int version, DataOutput out) throws IOException {
        out.writeByte(version);
        out.writeByte(reply.outcome().ordinal());
        writeAll(reply.results(), out);
        boolean isShort = version >= Codec.WITH_ANNOUNCING;
        Mail mail = reply.mail();
        out.writeBoolean(mail != null);
        if (mail != null && isShort) {
            writeToOne(mail, out);
        } else if (mail != null) {
            write(mail, out);
        }
        if (!isShort) {
            out.writeInt(reply.others().size());
            for (Map.Entry<String, Mail> other : reply.others().entrySet()) {
                out.writeUTF(other.getKey());
                write(other.getValue(), out);
            }
        }
        write(reply.figures(), out);
        out.writeLong(reply.settingsRevision());
        PoolSettings settings = reply.settings();
        out.writeBoolean(settings != null);
        if (settings != null) {
            settings.save(out);
        }
        List<Reply.Seen> nodes = reply.nodes();
        if (isShort) {
            out.writeBoolean(nodes != null);
        }
        if (!isShort || nodes != null) {
            writeSeen(nodes == null ? List.of() : nodes, out);
        }
    }

    private static void write(Reply.Figures figures, DataOutput out) throws IOException {
        out.writeInt(figures.running());
        out.writeInt(figures.slots());
        out.writeInt(figures.expected());
        out.writeInt(figures.members());
        out.writeInt(figures.waiting());
        out.writeByte(figures.mode().ordinal());
        out.writeBoolean(figures.isLearning());
        out.writeLong(figures.nextDeadlineNanos());
    }

    private static void writeSeen(List<Reply.Seen> nodes, DataOutput out) throws IOException {
        out.writeInt(nodes.size());
        for (Reply.Seen node : nodes) {
            out.writeUTF(node.node());
            out.writeLong(node.session());
            out.writeBoolean(node.isSilent());
        }
    }

    static Reply readReply(DataInput in) throws IOException {
        boolean isShort = Codec.readVersion(in) >= Codec.WITH_ANNOUNCING;
        Reply.Outcome outcome = Reply.Outcome.values()[in.readByte()];
        List<Result> results = readAll(in);
        Mail mail = !in.readBoolean() ? null : isShort ? readMailToOne(in) : readMail(in);
        Map<String, Mail> others = new HashMap<>();
        int count = isShort ? 0 : in.readInt();
        for (int i = 0; i < count; i++) {
            others.put(in.readUTF(), readMail(in));
        }
        Reply.Figures figures = new Reply.Figures(
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                PoolMode.values()[in.readByte()],
                in.readBoolean(),
                in.readLong());
        long revision = in.readLong();
        PoolSettings settings = in.readBoolean() ? PoolSettings.load(in) : null;
        List<Reply.Seen> nodes = !isShort || in.readBoolean() ? readSeen(in) : null;
        return new Reply(outcome, results, mail, others, figures, revision, settings, nodes);
    }

    private static List<Reply.Seen> readSeen(DataInput in) throws IOException {
        List<Reply.Seen> nodes = new ArrayList<>();
        int seen = in.readInt();
        for (int i = 0; i < seen; i++) {
            nodes.add(new Reply.Seen(in.readUTF(), in.readLong(), in.readBoolean()));
        }
        return nodes;
    }

    /** All of it is one node's, whose name is written once. */
    private static void writeToOne(Mail mail, DataOutput out) throws IOException {
        out.writeLong(mail.registration());
        out.writeLong(mail.first());
        out.writeInt(mail.effects().size());
        if (!mail.effects().isEmpty()) {
            out.writeUTF(mail.effects().get(0).node());
        }
        for (Effect effect : mail.effects()) {
            Codec.writeToOne(effect, out);
        }
    }

    private static Mail readMailToOne(DataInput in) throws IOException {
        long registration = in.readLong();
        long first = in.readLong();
        int count = in.readInt();
        String node = count == 0 ? "" : in.readUTF();
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            effects.add(Codec.readEffectTo(node, in));
        }
        return new Mail(registration, first, effects);
    }

    static void write(Mail mail, DataOutput out) throws IOException {
        out.writeLong(mail.registration());
        out.writeLong(mail.first());
        out.writeInt(mail.effects().size());
        for (Effect effect : mail.effects()) {
            Codec.write(effect, out);
        }
    }

    static Mail readMail(DataInput in) throws IOException {
        long registration = in.readLong();
        long first = in.readLong();
        int count = in.readInt();
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            effects.add(Codec.readEffect(in));
        }
        return new Mail(registration, first, effects);
    }

    static void writeAll(List<Result> results, DataOutput out) throws IOException {
        out.writeInt(results.size());
        for (Result result : results) {
            write(result, out);
        }
    }

    static List<Result> readAll(DataInput in) throws IOException {
        int count = in.readInt();
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            results.add(read(in));
        }
        return results;
    }

    private static void write(Result result, DataOutput out) throws IOException {
        if (result instanceof Result.Done done) {
            out.writeByte(DONE);
            out.writeBoolean(done.isDone());
        } else if (result instanceof Result.Decided decided) {
            QueueStatus status = decided.status();
            out.writeByte(DECIDED);
            Codec.write(decided.decision(), out);
            out.writeBoolean(status != null);
            if (status != null) {
                write(status, out);
            }
        } else if (result instanceof Result.Figures figures) {
            out.writeByte(FIGURES);
            write(figures.snapshot(), out);
        } else if (result instanceof Result.Line line) {
            out.writeByte(LINE);
            out.writeInt(line.waiting().size());
            for (WaitingTicket one : line.waiting()) {
                write(one, out);
            }
        } else if (result instanceof Result.Places places) {
            out.writeByte(PLACES);
            out.writeInt(places.byTicket().size());
            for (Map.Entry<Long, QueueStatus> place : places.byTicket().entrySet()) {
                out.writeLong(place.getKey());
                write(place.getValue(), out);
            }
        }
    }

    private static Result read(DataInput in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case DONE -> new Result.Done(in.readBoolean());
            case DECIDED -> {
                Decision decision = Codec.readDecision(in);
                yield new Result.Decided(decision, in.readBoolean() ? readStatus(in) : null);
            }
            case FIGURES -> new Result.Figures(readSnapshot(in));
            case LINE -> readLine(in);
            case PLACES -> readPlaces(in);
            default -> throw new IOException("no answer has the number " + kind);
        };
    }

    private static Result readLine(DataInput in) throws IOException {
        int count = in.readInt();
        List<WaitingTicket> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiting.add(readWaiting(in));
        }
        return new Result.Line(waiting);
    }

    private static Result readPlaces(DataInput in) throws IOException {
        int count = in.readInt();
        Map<Long, QueueStatus> places = new HashMap<>();
        for (int i = 0; i < count; i++) {
            places.put(in.readLong(), readStatus(in));
        }
        return new Result.Places(places);
    }

    private static void write(QueueStatus status, DataOutput out) throws IOException {
        out.writeInt(status.position());
        out.writeInt(status.initialPosition());
        out.writeInt(status.depth());
        Codec.write(status.estimate(), out);
        Codec.write(status.waited(), out);
        out.writeByte(status.limit().ordinal());
    }

    private static QueueStatus readStatus(DataInput in) throws IOException {
        return new QueueStatus(
                in.readInt(),
                in.readInt(),
                in.readInt(),
                Codec.readEstimate(in),
                Codec.readDuration(in),
                QueueStatus.Limit.values()[in.readByte()]);
    }

    private static void write(WaitingTicket one, DataOutput out) throws IOException {
        out.writeLong(one.id());
        out.writeUTF(one.key());
        out.writeUTF(one.ip());
        out.writeByte(one.priority().ordinal());
        out.writeUTF(one.node());
        out.writeLong(one.bytes());
        Codec.writeNullable(one.batch(), out);
        out.writeBoolean(one.isAway());
        write(one.status(), out);
    }

    private static WaitingTicket readWaiting(DataInput in) throws IOException {
        return new WaitingTicket(
                in.readLong(),
                in.readUTF(),
                in.readUTF(),
                Priority.values()[in.readByte()],
                in.readUTF(),
                in.readLong(),
                Codec.readNullableString(in),
                in.readBoolean(),
                readStatus(in));
    }

    private static void write(PoolSnapshot now, DataOutput out) throws IOException {
        out.writeByte(now.mode().ordinal());
        out.writeInt(now.slots());
        out.writeInt(now.usableSlots());
        out.writeInt(now.running());
        out.writeInt(now.waiting());
        out.writeInt(now.away());
        out.writeLong(now.waitingBytes());
        for (Priority priority : Priority.values()) {
            PoolSnapshot.Depth depth = now.levels().getOrDefault(priority, new PoolSnapshot.Depth(0, 0));
            out.writeInt(depth.waiting());
            out.writeInt(depth.running());
        }
        Codec.write(now.meanRun(), out);
        Codec.write(now.estimate(), out);
        PoolSnapshot.Counts counts = now.counts();
        out.writeLong(counts.admitted());
        out.writeLong(counts.queued());
        out.writeLong(counts.released());
        out.writeLong(counts.leasesExpired());
        out.writeLong(counts.abandoned());
        out.writeLong(counts.kept());
        out.writeLong(counts.lapsed());
        out.writeInt(counts.refused().size());
        for (Map.Entry<Refusal.Code, Long> refused : counts.refused().entrySet()) {
            out.writeByte(refused.getKey().ordinal());
            out.writeLong(refused.getValue());
        }
    }

    private static PoolSnapshot readSnapshot(DataInput in) throws IOException {
        PoolMode mode = PoolMode.values()[in.readByte()];
        int slots = in.readInt();
        int usable = in.readInt();
        int running = in.readInt();
        int waiting = in.readInt();
        int away = in.readInt();
        long bytes = in.readLong();
        Map<Priority, PoolSnapshot.Depth> levels = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            levels.put(priority, new PoolSnapshot.Depth(in.readInt(), in.readInt()));
        }
        return new PoolSnapshot(
                mode,
                slots,
                usable,
                running,
                waiting,
                away,
                bytes,
                levels,
                Codec.readDuration(in),
                Codec.readEstimate(in),
                readCounts(in));
    }

    private static PoolSnapshot.Counts readCounts(DataInput in) throws IOException {
        long admitted = in.readLong();
        long queued = in.readLong();
        long released = in.readLong();
        long expired = in.readLong();
        long abandoned = in.readLong();
        long kept = in.readLong();
        long lapsed = in.readLong();
        int count = in.readInt();
        Map<Refusal.Code, Long> refused = new EnumMap<>(Refusal.Code.class);
        for (int i = 0; i < count; i++) {
            refused.put(Refusal.Code.values()[in.readByte()], in.readLong());
        }
        return new PoolSnapshot.Counts(admitted, queued, released, expired, abandoned, kept, lapsed, refused);
    }
}
