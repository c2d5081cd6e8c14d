// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a shared pool keeps for one node: how far its batches have come, and the mail that it has not acknowledged. */
final class NodeBook {
    final long session;
    long registration;
    long lastSeq;
    /** The answers to the last batch, for the case that it comes again. */
    List<Result> lastResults = List.of();

    private long firstMail = 1;
    private final Deque<Effect> mail = new ArrayDeque<>();
    /** What it knows of the backends' room. */
    int slotLimit = Integer.MAX_VALUE;
    /** Whether it has been told lost while its process may live. */
    boolean isSilent;
    /** How many of its requests may still run somewhere, if it is silent. */
    int ghosts;

    NodeBook(long session) {
        this.session = session;
    }

    void post(Effect effect) {
        mail.add(effect);
    }

    /** The number that the next effect will have. */
    long nextMail() {
        return firstMail + mail.size();
    }

    /** Forgets what has come. */
    void acknowledge(long last) {
        while (!mail.isEmpty() && firstMail <= last) {
            mail.remove();
            firstMail++;
        }
    }

    /** A registration tells everything, so that nothing older is of use. */
    void begin(long number) {
        registration = number;
        mail.clear();
        firstMail = 1;
        isSilent = false;
        ghosts = 0;
    }

    /** From that number on. */
    Mail since(long first) {
        List<Effect> effects = new ArrayList<>(mail);
        int skipped = (int) Math.max(0, Math.min(effects.size(), first - firstMail));
        return new Mail(registration, firstMail + skipped, effects.subList(skipped, effects.size()));
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(session);
        out.writeLong(registration);
        out.writeLong(lastSeq);
        out.writeInt(slotLimit);
        out.writeBoolean(isSilent);
        out.writeInt(ghosts);
        out.writeLong(firstMail);
        out.writeInt(mail.size());
        for (Effect effect : mail) {
            Codec.write(effect, out);
        }
        ResultCodec.writeAll(lastResults, out);
    }

    static NodeBook load(DataInput in) throws IOException {
        NodeBook book = new NodeBook(in.readLong());
        book.registration = in.readLong();
        book.lastSeq = in.readLong();
        book.slotLimit = in.readInt();
        book.isSilent = in.readBoolean();
        book.ghosts = in.readInt();
        book.firstMail = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            book.mail.add(Codec.readEffect(in));
        }
        book.lastResults = ResultCodec.readAll(in);
        return book;
    }
}
