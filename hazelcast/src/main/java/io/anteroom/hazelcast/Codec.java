// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Estimate;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Registration;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The form in which the nodes of a cluster speak to each other. Every message begins with its version, which is that of
 * the oldest node in the cluster: see {@link Wire}. A node refuses what is newer than it knows. Fields are read if the
 * version has them, so that nodes of this version and the one before understand each other.
 */
final class Codec {
    /** The form of the first release, which is still written while one of its nodes is in the cluster. */
    static final int FIRST_VERSION = 1;

    /** The form that this release writes where all nodes read it. */
    static final int VERSION = 3;

    /** Nodes act on mail only when it comes as an answer to them, and the state knows which has. */
    static final int WITH_HANDING_OVER = 2;

    /**
     * The owner tells nodes that they have mail, answers are kept without where newcomers stand, and what a node knows
     * or can tell by itself is left out.
     */
    static final int WITH_ANNOUNCING = 2;

    /** Nodes ask each other for what each holds, adopt it, and have buckets in common. */
    static final int WITH_PEERS = 2;

    /** Nodes that leave in good order say so to all. */
    static final int WITH_FAREWELLS = 2;

    /** Nodes say whether they would have a pool held. */
    static final int WITH_HOLDING = 3;

    private static final int GRANTED = 0;
    private static final int ENDED = 1;
    private static final int EXPIRED = 2;

    private static final int ADMITTED = 0;
    private static final int QUEUED = 1;
    private static final int REFUSED = 2;
    private static final int OVER = 3;

    private Codec() {}

    /** The form of what follows; refuses a newer one. */
    static int readVersion(DataInput in) throws IOException {
        int version = in.readByte();
        if (version < FIRST_VERSION || version > VERSION) {
            throw new IOException("version of the cluster's messages: " + version + " (expected: " + FIRST_VERSION
                    + " to " + VERSION + "; all nodes must be of the same or the next release)");
        }
        return version;
    }

    static void write(Collection<String> texts, DataOutput out) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    static List<String> readStrings(DataInput in) throws IOException {
        List<String> texts = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    static void write(Duration duration, DataOutput out) throws IOException {
        out.writeLong(duration.toNanos());
    }

    static Duration readDuration(DataInput in) throws IOException {
        return Duration.ofNanos(in.readLong());
    }

    static void writeNullable(@Nullable Duration duration, DataOutput out) throws IOException {
        out.writeLong(duration == null ? -1 : duration.toNanos());
    }

    static @Nullable Duration readNullableDuration(DataInput in) throws IOException {
        long nanos = in.readLong();
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    static void writeNullable(@Nullable String text, DataOutput out) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static @Nullable String readNullableString(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    static void write(Caller caller, DataOutput out) throws IOException {
        CallerLimits limits = caller.limits();
        out.writeUTF(caller.key());
        out.writeUTF(caller.ip());
        out.writeInt(caller.weight());
        out.writeBoolean(limits != null);
        if (limits != null) {
            out.writeInt(limits.maxWaiting());
            out.writeInt(limits.maxRunning());
        }
    }

    static Caller readCaller(DataInput in) throws IOException {
        String key = in.readUTF();
        String ip = in.readUTF();
        int weight = in.readInt();
        CallerLimits limits = in.readBoolean() ? new CallerLimits(in.readInt(), in.readInt()) : null;
        return new Caller(key, ip, weight, limits);
    }

    static void write(Arrival arrival, DataOutput out) throws IOException {
        OnFull onFull = arrival.onFull();
        write(arrival.caller(), out);
        out.writeByte(arrival.priority().ordinal());
        writeNullable(arrival.longestWait(), out);
        out.writeLong(arrival.bytes());
        writeNullable(arrival.cost(), out);
        out.writeByte(onFull == null ? -1 : onFull.ordinal());
        out.writeBoolean(arrival.mayQueue());
        writeNullable(arrival.batch(), out);
        writeNullable(arrival.claimWithin(), out);
        writeNullable(arrival.notBefore(), out);
    }

    static Arrival readArrival(DataInput in) throws IOException {
        Caller caller = readCaller(in);
        Priority priority = Priority.values()[in.readByte()];
        Duration longestWait = readNullableDuration(in);
        long bytes = in.readLong();
        Duration cost = readNullableDuration(in);
        int full = in.readByte();
        OnFull onFull = full < 0 ? null : OnFull.values()[full];
        boolean mayQueue = in.readBoolean();
        String batch = readNullableString(in);
        Duration claimWithin = readNullableDuration(in);
        Duration notBefore = readNullableDuration(in);
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    static void write(Absence absence, DataOutput out) throws IOException {
        write(absence.hold(), out);
        write(absence.grace(), out);
        out.writeInt(absence.most());
    }

    static Absence readAbsence(DataInput in) throws IOException {
        return new Absence(readDuration(in), readDuration(in), in.readInt());
    }

    static void write(Registration registration, DataOutput out) throws IOException {
        Absence absence = registration.absence();
        out.writeLong(registration.ticket());
        write(registration.arrival(), out);
        write(registration.waited(), out);
        out.writeBoolean(registration.isRunning());
        write(registration.ran(), out);
        out.writeBoolean(absence != null);
        if (absence != null) {
            write(absence, out);
        }
    }

    static Registration readRegistration(DataInput in) throws IOException {
        long ticket = in.readLong();
        Arrival arrival = readArrival(in);
        Duration waited = readDuration(in);
        boolean isRunning = in.readBoolean();
        Duration ran = readDuration(in);
        Absence absence = in.readBoolean() ? readAbsence(in) : null;
        return new Registration(ticket, arrival, waited, isRunning, ran, absence);
    }

    static void write(Effect effect, DataOutput out) throws IOException {
        head(effect, out);
        out.writeUTF(effect.node());
        tail(effect, out);
    }

    /** The same for somebody who knows whose it is. */
    static void writeToOne(Effect effect, DataOutput out) throws IOException {
        head(effect, out);
        tail(effect, out);
    }

    private static void head(Effect effect, DataOutput out) throws IOException {
        out.writeByte(effect instanceof Effect.Granted ? GRANTED : effect instanceof Effect.Ended ? ENDED : EXPIRED);
        out.writeLong(effect.ticket());
    }

    private static void tail(Effect effect, DataOutput out) throws IOException {
        if (effect instanceof Effect.Granted granted) {
            write(granted.waited(), out);
            out.writeInt(granted.initialPosition());
        } else if (effect instanceof Effect.Ended ended) {
            write(ended.refusal(), out);
        }
    }

    static Effect readEffect(DataInput in) throws IOException {
        int kind = in.readByte();
        long ticket = in.readLong();
        return readTail(kind, ticket, in.readUTF(), in);
    }

    static Effect readEffectTo(String node, DataInput in) throws IOException {
        int kind = in.readByte();
        return readTail(kind, in.readLong(), node, in);
    }

    private static Effect readTail(int kind, long ticket, String node, DataInput in) throws IOException {
        return switch (kind) {
            case GRANTED -> new Effect.Granted(ticket, node, readDuration(in), in.readInt());
            case ENDED -> new Effect.Ended(ticket, node, readRefusal(in));
            case EXPIRED -> new Effect.LeaseExpired(ticket, node);
            default -> throw new IOException("no effect has the number " + kind);
        };
    }

    static void write(Refusal refusal, DataOutput out) throws IOException {
        out.writeByte(refusal.code().ordinal());
        out.writeInt(refusal.depth());
        out.writeLong(refusal.limit());
        write(refusal.waited(), out);
        write(refusal.retryAfter(), out);
        write(refusal.estimate(), out);
        String note = refusal.note();
        out.writeUTF(note == null ? "" : note);
    }

    static Refusal readRefusal(DataInput in) throws IOException {
        Refusal.Code code = Refusal.Code.values()[in.readByte()];
        int depth = in.readInt();
        long limit = in.readLong();
        Duration waited = readDuration(in);
        Duration retryAfter = readDuration(in);
        Optional<Estimate> estimate = readEstimate(in);
        String note = in.readUTF();
        return new Refusal(code, depth, limit, waited, retryAfter, estimate, note.isEmpty() ? null : note);
    }

    static void write(Optional<Estimate> estimate, DataOutput out) throws IOException {
        out.writeBoolean(estimate.isPresent());
        if (estimate.isPresent()) {
            write(estimate.get().likely(), out);
            write(estimate.get().low(), out);
            write(estimate.get().high(), out);
        }
    }

    static Optional<Estimate> readEstimate(DataInput in) throws IOException {
        return in.readBoolean()
                ? Optional.of(new Estimate(readDuration(in), readDuration(in), readDuration(in)))
                : Optional.empty();
    }

    static void write(Decision decision, DataOutput out) throws IOException {
        if (decision instanceof Decision.Admitted admitted) {
            out.writeByte(ADMITTED);
            out.writeLong(admitted.ticket());
        } else if (decision instanceof Decision.Queued queued) {
            out.writeByte(QUEUED);
            out.writeLong(queued.ticket());
            out.writeInt(queued.initialPosition());
        } else if (decision instanceof Decision.Refused refused) {
            out.writeByte(REFUSED);
            write(refused.refusal(), out);
        } else {
            out.writeByte(OVER);
        }
    }

    static Decision readDecision(DataInput in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case ADMITTED -> new Decision.Admitted(in.readLong());
            case QUEUED -> new Decision.Queued(in.readLong(), in.readInt());
            case REFUSED -> new Decision.Refused(readRefusal(in));
            case OVER -> new Decision.Over();
            default -> throw new IOException("no decision has the number " + kind);
        };
    }

    /** What something writes, in one number. */
    static long hash(Form form) {
        CRC32C sum = new CRC32C();
        try (DataOutputStream out =
                new DataOutputStream(new CheckedOutputStream(OutputStream.nullOutputStream(), sum))) {
            form.save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum.getValue();
    }

    /** Something that writes itself. */
    interface Form {
        void save(DataOutput out) throws IOException;
    }
}
