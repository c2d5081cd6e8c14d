// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Registration;
import io.anteroom.hazelcast.Reply.Outcome;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool's state as the cluster holds it: one {@link PoolMachine}, and for each node a book of how far its batches and
 * its mail have come. Deterministic: it sees time and the cluster only through {@link Facts}, so that a backup which is
 * given the same batches and facts is equal.
 *
 * <p>Batches of a node count up. One that comes twice gets the answer of the first time; a gap, which is how lost state
 * shows, or a node that is not known is answered with {@link Outcome#REGISTER}, and the node tells all that it holds.
 *
 * <p>Not safe for use by several threads at once: owner and backup each work on it on one partition thread.
 */
final class SharedPool {
    /** How long a new state waits for the nodes to tell what they hold. */
    static final long LEARNING_NANOS = Duration.ofSeconds(2).toNanos();
    /** A node that is not heard for so long cannot use its turns; each is heard several times a second. */
    static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();
    /** Time between two batches counts up to this: while nobody was heard, nobody in particular was quiet. */
    static final long LONGEST_STEP_NANOS = Duration.ofMillis(250).toNanos();

    private final PoolMachine machine;
    private final Books books;
    private final Roll roll;
    private final Governor governor;
    private final Consumer<Effect> post;
    private long settingsRevision;

    private long owner;
    private long offsetNanos;
    private long lastNanos;
    private long lastWall;
    /** How long batches have been coming. */
    private long awakeNanos;
    /** The form of the messages by which all nodes went at the last batch. */
    private int form = Codec.VERSION;

    /** A pool that knows nothing yet: until these nodes have told what they hold, nobody is admitted. */
    SharedPool(PoolSettings settings, PoolMode mode, Beginning beginning) {
        this(new PoolMachine(settings), new Books(beginning.books()), new Roll(), beginning.governor(mode));
        roll.expectAtLeast(beginning.expected());
        settingsRevision = 1;
    }

    private SharedPool(PoolMachine machine, Books books, Roll roll, Governor governor) {
        this.machine = machine;
        this.books = books;
        this.post = books::post;
        this.roll = roll;
        this.governor = governor;
    }

    /** The form of the messages by which all nodes went at the last batch. */
    int form() {
        return form;
    }

    /** Which run of which node owned it last, 0 for nobody. */
    long owner() {
        return owner;
    }

    /** What that owner adds to its own clock. */
    long offsetNanos() {
        return offsetNanos;
    }

    /** The pool's time at the last batch. */
    long lastNanos() {
        return lastNanos;
    }

    /** The time of day at the last batch. */
    long lastWall() {
        return lastWall;
    }

    /** On the owner: carries a batch out and answers it, or says why not. */
    Reply apply(Batch batch, Facts facts) {
        if (batch.isQuestion()) {
            return answer(batch, facts);
        }
        // What nodes of the first release have to tell each other.
        Map<String, Long> before = facts.version() < Codec.WITH_ANNOUNCING ? books.nextMails() : Map.of();
        NodeBook book = take(batch, facts);
        return book == null
                ? Reply.of(Outcome.REGISTER)
                : reply(batch, book, facts, told(batch, book, facts), books.news(batch.node(), before));
    }

    /** On the backup: the same, but for the answer, for which nobody waits. */
    void replay(Batch batch, Facts facts) {
        if (!batch.isQuestion()) {
            take(batch, facts);
        }
    }

    /** Has the nodes told for which there is mail that they do not know of: the owner, after each batch. */
    void announce(BiConsumer<String, Bell> teller) {
        if (form >= Codec.WITH_ANNOUNCING) {
            books.announce(teller);
        }
    }

    /** Carries a batch out, unless it has been; the book of its node, to which all mail is handed over, or null. */
    private @Nullable NodeBook take(Batch batch, Facts facts) {
        NodeBook book = books.find(batch.node(), batch.session());
        if (book != null && !book.isQuiet && batch.seq() == book.lastSeq && batch.registration() == book.registration) {
            book.acknowledge(batch.acknowledged());
        } else if (mayFollow(book, batch)) {
            book = carryOut(batch, facts);
        } else {
            return null;
        }
        book.handOver();
        return book;
    }

    /** A gap means that something was lost here; an earlier number is a batch that nobody waits for any more. */
    private static boolean mayFollow(@Nullable NodeBook book, Batch batch) {
        if (batch.isRegistration()) {
            return book == null || batch.seq() > book.lastSeq;
        }
        return book != null
                && !book.isQuiet
                && batch.registration() == book.registration
                && batch.seq() == book.lastSeq + 1
                && book.agrees(batch.acknowledged(), batch.acknowledgedSum());
    }

    private NodeBook carryOut(Batch batch, Facts facts) {
        observe(facts);
        NodeBook book = books.open(batch.node(), batch.session());
        book.heardNanos = awakeNanos;
        passOverTheQuiet(facts);
        book.acknowledge(batch.acknowledged());
        List<Result> results = new ArrayList<>(batch.commands().size());
        for (Command command : batch.commands()) {
            Result result = step(batch, book, command, facts);
            results.add(form >= Codec.WITH_ANNOUNCING ? result : standing(command, result, facts));
        }
        book.lastSeq = batch.seq();
        book.lastResults = results;
        return book;
    }

    private Result standing(Command command, Result result, Facts facts) {
        return Steps.standing(machine, command, result, facts.nowNanos());
    }

    /** Where newcomers stand is not kept with the answers: the backup need not find that out. */
    private List<Result> told(Batch batch, NodeBook book, Facts facts) {
        List<Result> kept = book.lastResults;
        if (form < Codec.WITH_ANNOUNCING || kept.size() != batch.commands().size()) {
            return kept;
        }
        List<Result> told = new ArrayList<>(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            told.add(standing(batch.commands().get(i), kept.get(i), facts));
        }
        return told;
    }

    private void observe(Facts facts) {
        goBy(facts.version());
        long now = owner == 0 ? facts.nowNanos() : Math.max(lastNanos, facts.nowNanos());
        awakeNanos += owner == 0 ? 0 : Math.min(LONGEST_STEP_NANOS, now - lastNanos);
        lastNanos = now;
        if (owner != facts.owner()) {
            books.all().forEach(NodeBook::ownerChanged);
        }
        owner = facts.owner();
        offsetNanos = facts.offsetNanos();
        lastWall = facts.wallMillis();
        roll.observe(facts);
        govern(facts);
    }

    /** Nodes of another release come and go: what they do not know of is as if it had never been. */
    private void goBy(int version) {
        if (version == form) {
            return;
        }
        form = version;
        awakeNanos = 0;
        governor.forgetWhatWasBrought();
        books.forgetWhoIsQuiet();
    }

    /**
     * Nodes of which nothing has been heard for a moment lose their places and the slots that they cannot know of, so
     * that others have them, until they register. What they have been told they may be using.
     */
    private void passOverTheQuiet(Facts facts) {
        if (form < Codec.WITH_HANDING_OVER) {
            return;
        }
        books.forEach((node, book) -> {
            if (!book.isQuiet && !book.isSilent && awakeNanos - book.heardNanos > QUIET_NANOS) {
                silence(node, book, facts);
            }
        });
    }

    private int silence(String node, NodeBook book, Facts facts) {
        boolean knowsWhatWasTold = form >= Codec.WITH_HANDING_OVER;
        book.isQuiet = knowsWhatWasTold;
        Set<Long> untold = knowsWhatWasTold ? book.untold() : Set.of();
        return machine.nodeSilent(node, untold, facts.nowNanos(), post);
    }

    private void govern(Facts facts) {
        governor.govern(machine, roll, books, facts, post);
    }

    private Result step(Batch batch, NodeBook book, Command command, Facts facts) {
        long now = facts.nowNanos();
        if (command instanceof Command.Register register) {
            Set<Long> untold = form >= Codec.WITH_HANDING_OVER ? book.untoldHere() : Set.of();
            book.begin(batch.registration());
            roll.stays(batch.node());
            if (register.word() != NodeBook.Word.NONE && form >= Codec.WITH_HOLDING) {
                book.word = register.word();
            }
            // Before anybody is let in: what silent nodes hold comes on top of the share only while they do.
            govern(facts);
            register(batch.node(), register.held(), untold, now);
            book.isUnheard = false;
            governor.heardOf(batch.node(), machine.running());
        } else if (command instanceof Command.Lost lost) {
            lost(lost, facts);
        } else if (command instanceof Command.Leave) {
            machine.nodeLost(batch.node(), now, post);
            roll.leaves(batch.node(), facts.members());
            book.slotLimit = Integer.MAX_VALUE;
            book.word = NodeBook.Word.NONE;
        } else if (command instanceof Command.LimitSlots limit) {
            book.slotLimit = limit.most();
        } else if (command instanceof Command.Hold hold && form >= Codec.WITH_HOLDING) {
            book.word = NodeBook.Word.of(hold);
        } else if (command instanceof Command.Mode mode) {
            governor.operator(mode.mode());
        } else if (command instanceof Command.Configure configure) {
            settingsRevision++;
            machine.configure(configure.settings(), now, post);
        } else {
            return Steps.step(machine, governor, batch.node(), command, now, post);
        }
        govern(facts);
        return new Result.Done(true);
    }

    /**
     * What the node was let in to and never told waits again: another part of the cluster may have given that to
     * others, as this one would have.
     */
    private void register(String node, List<Registration> held, Set<Long> untold, long now) {
        boolean mayNot = governor.refusesNewcomers();
        if (mayNot || !untold.isEmpty()) {
            List<Registration> told = held.stream()
                    .filter(one -> one.isRunning() || !(mayNot || untold.contains(one.ticket())))
                    .toList();
            machine.register(node, told, now, post);
        }
        machine.register(node, held, now, post);
    }

    /** A node that is dead leaves nothing; one that may live keeps its slots, so that nobody else has them besides. */
    private void lost(Command.Lost lost, Facts facts) {
        NodeBook book = books.find(lost.node(), lost.session());
        if (book == null) {
            return;
        }
        governor.heardOf(lost.node(), machine.running());
        if (lost.isDead()) {
            books.remove(lost.node());
            govern(facts);
            machine.nodeLost(lost.node(), facts.nowNanos(), post);
        } else if (!book.isSilent) {
            book.isSilent = true;
            book.ghosts = silence(lost.node(), book, facts);
        }
    }

    private Reply answer(Batch batch, Facts facts) {
        List<Result> results = new ArrayList<>(batch.commands().size());
        for (Command command : batch.commands()) {
            results.add(Steps.answer(machine, governor, batch.node(), command, facts.nowNanos()));
        }
        return reply(batch, null, facts, results, Map.of());
    }

    private Reply reply(
            Batch batch, @Nullable NodeBook book, Facts facts, List<Result> results, Map<String, Mail> others) {
        long deadline = machine.nextDeadlineNanos();
        long until = deadline == Long.MAX_VALUE ? deadline : Math.max(0, deadline - facts.nowNanos());
        Reply.Figures figures = new Reply.Figures(
                machine.running(),
                machine.settings().slots(),
                roll.expected(),
                roll.present(),
                machine.waiting(),
                governor.operator(),
                governor.isLearning(),
                until);
        return new Reply(
                Outcome.DONE,
                results,
                book == null ? null : book.unacknowledged(),
                others,
                figures,
                settingsRevision,
                batch.settings() == settingsRevision ? null : machine.settings(),
                // The first form has no word for what is known.
                facts.version() >= Codec.WITH_ANNOUNCING && batch.seen() == books.seenSum() ? null : books.seen());
    }

    /** Equal for states that will behave equally. */
    long stateHash() {
        return Codec.hash(out -> save(out, form));
    }

    /** For tests, which recount it. */
    PoolMachine machine() {
        return machine;
    }

    /** Writes everything in a form that nodes of that version read. */
    void save(DataOutput out, int version) throws IOException {
        out.writeByte(version);
        out.writeLong(owner);
        out.writeLong(offsetNanos);
        out.writeLong(lastNanos);
        out.writeLong(lastWall);
        out.writeLong(settingsRevision);
        machine.save(out);
        roll.save(out);
        boolean isFull = version >= Codec.WITH_HANDING_OVER;
        governor.save(out, version);
        books.save(out, version);
        if (isFull) {
            out.writeLong(awakeNanos);
            out.writeByte(form);
        }
    }

    static SharedPool load(DataInput in) throws IOException {
        int version = Codec.readVersion(in);
        long owner = in.readLong();
        long offset = in.readLong();
        long lastNanos = in.readLong();
        long lastWall = in.readLong();
        long revision = in.readLong();
        PoolMachine machine = PoolMachine.load(in);
        Roll roll = Roll.load(in);
        boolean isFull = version >= Codec.WITH_HANDING_OVER;
        Governor governor = Governor.load(in, version);
        SharedPool pool = new SharedPool(machine, Books.load(in, version), roll, governor);
        pool.owner = owner;
        pool.offsetNanos = offset;
        pool.lastNanos = lastNanos;
        pool.lastWall = lastWall;
        pool.settingsRevision = revision;
        pool.awakeNanos = isFull ? in.readLong() : 0;
        // The last node of the release before may have left since the last batch.
        pool.form = isFull ? in.readByte() : version;
        return pool;
    }
}
