// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import io.anteroom.protocol.StatusDocuments.RequestView;
import io.anteroom.protocol.TicketView;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The form in which doors of different nodes ask and answer each other. Begins with a version. */
final class Words {
    static final int VERSION = 1;
    static final byte[] NOTHING = {};
    private static final int LONGEST_NAME = 256;

    private Words() {}

    /** Writes something. */
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    /** Reads something. */
    interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    static byte[] write(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static <T> T read(byte[] bytes, Reader<T> reader) {
        try (DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException("version: " + version + " (expected: " + VERSION + ")");
            }
            return reader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(TicketView view, DataOutputStream out) throws IOException {
        out.writeUTF(view.id());
        out.writeByte(view.state().ordinal());
        out.writeUTF(view.pool());
        write(view.standing(), out);
        out.writeLong(view.waited().toNanos());
        out.writeLong(view.created().toEpochMilli());
        out.writeLong(view.expires().toEpochMilli());
        String reason = view.reason();
        out.writeUTF(reason == null ? "" : reason);
        out.writeUTF(view.url());
    }

    static TicketView readTicket(DataInputStream in) throws IOException {
        String id = in.readUTF();
        TicketView.State state = TicketView.State.values()[in.readByte()];
        String pool = in.readUTF();
        QueueStatus standing = readStanding(in);
        Duration waited = Duration.ofNanos(in.readLong());
        Instant created = Instant.ofEpochMilli(in.readLong());
        Instant expires = Instant.ofEpochMilli(in.readLong());
        String reason = in.readUTF();
        return new TicketView(
                id, state, pool, standing, waited, created, expires, reason.isEmpty() ? null : reason, in.readUTF());
    }

    static void write(RequestView view, DataOutputStream out) throws IOException {
        out.writeUTF(view.id());
        out.writeUTF(view.state());
        out.writeUTF(view.pool());
        write(view.standing(), out);
        out.writeLong(view.waited().toNanos());
        Duration kept = view.keptFor();
        out.writeLong(kept == null ? Long.MIN_VALUE : kept.toNanos());
    }

    static RequestView readRequest(DataInputStream in) throws IOException {
        String id = in.readUTF();
        String state = in.readUTF();
        String pool = in.readUTF();
        QueueStatus standing = readStanding(in);
        Duration waited = Duration.ofNanos(in.readLong());
        long kept = in.readLong();
        return new RequestView(
                id, state, pool, standing, waited, kept == Long.MIN_VALUE ? null : Duration.ofNanos(kept));
    }

    /** Names that clients choose are cut: nobody has to carry more of them than a list can show. */
    static void write(Requests.Facts facts, DataOutputStream out) throws IOException {
        String model = facts.model();
        out.writeUTF(cut(facts.id()));
        out.writeBoolean(model != null);
        out.writeUTF(model == null ? "" : cut(model));
        out.writeUTF(facts.api());
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_NAME));
    }

    static Requests.Facts readFacts(DataInputStream in) throws IOException {
        String id = in.readUTF();
        boolean hasModel = in.readBoolean();
        String model = in.readUTF();
        return new Requests.Facts(id, hasModel ? model : null, in.readUTF());
    }

    private static void write(@Nullable QueueStatus standing, DataOutputStream out) throws IOException {
        out.writeBoolean(standing != null);
        if (standing == null) {
            return;
        }
        out.writeInt(standing.position());
        out.writeInt(standing.initialPosition());
        out.writeInt(standing.depth());
        out.writeBoolean(standing.estimate().isPresent());
        if (standing.estimate().isPresent()) {
            Estimate estimate = standing.estimate().get();
            out.writeLong(estimate.likely().toNanos());
            out.writeLong(estimate.low().toNanos());
            out.writeLong(estimate.high().toNanos());
        }
        out.writeLong(standing.waited().toNanos());
        out.writeByte(standing.limit().ordinal());
    }

    private static @Nullable QueueStatus readStanding(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int position = in.readInt();
        int initial = in.readInt();
        int depth = in.readInt();
        Optional<Estimate> estimate = in.readBoolean()
                ? Optional.of(new Estimate(
                        Duration.ofNanos(in.readLong()),
                        Duration.ofNanos(in.readLong()),
                        Duration.ofNanos(in.readLong())))
                : Optional.empty();
        Duration waited = Duration.ofNanos(in.readLong());
        return new QueueStatus(position, initial, depth, estimate, waited, QueueStatus.Limit.values()[in.readByte()]);
    }
}
