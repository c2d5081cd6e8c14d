// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a shared pool keeps for one node: how far its batches have come, and the mail that it has not acknowledged. */
final class NodeBook {
    /** What a node says of holding; numbered as they are written. */
    enum Word {
        NONE,
        SERVE,
        HOLD;

        static Word of(Command.Hold hold) {
            return hold.holds() ? HOLD : SERVE;
        }
    }

    final long session;
    long registration;
    long lastSeq;
    /** The answers to the last batch, for the case that it comes again. */
    List<Result> lastResults = List.of();

    private long firstMail = 1;
    /** The sum of what came before that. */
    private long sumBefore;

    private final Deque<Effect> mail = new ArrayDeque<>();
    /** The last mail that went out as an answer to the node itself: it may have acted on that and on nothing later. */
    private long handedOver;
    /** The last mail that an owner before this one may have handed over without the copy's hearing of it. */
    private long uncertain;
    /** When it was heard last, in the time that {@link SharedPool} has been awake. */
    long heardNanos;
    /** Whether it has not been heard of for so long that its turns go to others; it is to register. */
    boolean isQuiet;
    /** What it knows of the backends' room. */
    int slotLimit = Integer.MAX_VALUE;
    /** Whether it would have the pool held. */
    Word word = Word.NONE;
    /** Whether it has been told lost while its process may live. */
    boolean isSilent;
    /** How many of its requests may still run somewhere, if it is silent. */
    int ghosts;
    /**
     * Whether it was out of reach before it told this state anything: nobody here knows how many of its requests run.
     */
    boolean isUnheard;
    /** Whether it is to be told of mail; not part of the state. */
    final Bell bell = new Bell();

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

    /**
     * Whether the node has had the mail that was sent by this state, and no other: a state that was taken over from a
     * backup may never have decided what its owner told others before it died.
     */
    boolean agrees(long last, long sum) {
        if (last < firstMail - 1 || last >= nextMail()) {
            return last < firstMail - 1;
        }
        long expected = sumBefore;
        long number = firstMail;
        for (Effect effect : mail) {
            if (number++ > last) {
                break;
            }
            expected = Mail.sum(expected, effect);
        }
        return expected == sum;
    }

    /** Forgets what has come. */
    void acknowledge(long last) {
        while (!mail.isEmpty() && firstMail <= last) {
            sumBefore = Mail.sum(sumBefore, mail.remove());
            firstMail++;
        }
    }

    /** A registration tells everything, so that nothing older is of use. */
    void begin(long number) {
        registration = number;
        mail.clear();
        firstMail = 1;
        sumBefore = 0;
        handedOver = 0;
        uncertain = 0;
        isQuiet = false;
        isSilent = false;
        ghosts = 0;
    }

    /** All mail that has not come goes out as an answer to the node. */
    void handOver() {
        handedOver = nextMail() - 1;
        bell.silence();
    }

    /** All mail of which the node has not said that it came. */
    Mail unacknowledged() {
        return since(0);
    }

    /** Whether somebody is to set out and tell it of mail. */
    boolean rings() {
        long last = nextMail() - 1;
        return last > handedOver && isHeard() && bell.ring(registration, last);
    }

    /** Whether it takes part. */
    boolean isHeard() {
        return !isQuiet && !isSilent;
    }

    /** Counts everything as handed over, as nodes of a release before acted on mail from whoever sent it. */
    void handedOverByOthers() {
        handedOver = nextMail() - 1;
        uncertain = 0;
    }

    /** The state has another owner: the one before may live, apart, and hand over what this one knows only of. */
    void ownerChanged() {
        uncertain = nextMail() - 1;
    }

    /** The requests that were let in without the node's knowing, whoever has had the state. */
    Set<Long> untold() {
        return grantedSince(Math.max(handedOver, uncertain) + 1);
    }

    /** The requests that were let in without this state's having told the node. */
    Set<Long> untoldHere() {
        return grantedSince(handedOver + 1);
    }

    private Set<Long> grantedSince(long first) {
        Set<Long> untold = new HashSet<>();
        for (Effect effect : since(first).effects()) {
            if (effect instanceof Effect.Granted) {
                untold.add(effect.ticket());
            }
        }
        return untold;
    }

    /** From that number on. */
    Mail since(long first) {
        int skipped = (int) Math.max(0, Math.min(mail.size(), first - firstMail));
        List<Effect> effects = mail.stream().skip(skipped).toList();
        return new Mail(registration, firstMail + skipped, effects);
    }

    void save(DataOutput out, int version) throws IOException {
        out.writeLong(session);
        out.writeLong(registration);
        out.writeLong(lastSeq);
        out.writeInt(slotLimit);
        out.writeBoolean(isSilent);
        out.writeInt(ghosts);
        out.writeLong(firstMail);
        out.writeLong(sumBefore);
        out.writeInt(mail.size());
        for (Effect effect : mail) {
            Codec.write(effect, out);
        }
        ResultCodec.writeAll(lastResults, out);
        if (version >= Codec.WITH_HANDING_OVER) {
            out.writeLong(handedOver);
            out.writeLong(uncertain);
            out.writeLong(heardNanos);
            out.writeBoolean(isQuiet);
            out.writeBoolean(isUnheard);
        }
        if (version >= Codec.WITH_HOLDING) {
            out.writeByte(word.ordinal());
        }
    }

    static NodeBook load(DataInput in, int version) throws IOException {
        NodeBook book = new NodeBook(in.readLong());
        book.registration = in.readLong();
        book.lastSeq = in.readLong();
        book.slotLimit = in.readInt();
        book.isSilent = in.readBoolean();
        book.ghosts = in.readInt();
        book.firstMail = in.readLong();
        book.sumBefore = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            book.mail.add(Codec.readEffect(in));
        }
        book.lastResults = ResultCodec.readAll(in);
        if (version >= Codec.WITH_HANDING_OVER) {
            book.handedOver = in.readLong();
            book.uncertain = in.readLong();
            book.heardNanos = in.readLong();
            book.isQuiet = in.readBoolean();
            book.isUnheard = in.readBoolean();
        }
        book.word = version >= Codec.WITH_HOLDING ? Word.values()[in.readByte()] : Word.NONE;
        return book;
    }
}
