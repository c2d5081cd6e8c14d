// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import io.anteroom.admission.Holding;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolMode;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * How much a part of the cluster may do with a pool: all of it, its share, or nothing for the moment. Part of a pool's
 * state.
 */
final class Governor {
    private final Holding holding;
    /** The nodes of which a new state has not heard what they hold. */
    private final Set<String> awaited = new TreeSet<>();

    private long awaitsUntilNanos = Long.MAX_VALUE;
    /**
     * The most that the nodes of this part had running together, as far as anybody knows who may count them elsewhere.
     */
    private int brought;

    private boolean isApart;

    Governor(PoolMode operator, List<String> awaited, int brought) {
        this(new Holding(operator), awaited, brought);
    }

    private Governor(Holding holding, List<String> awaited, int brought) {
        this.holding = holding;
        this.brought = brought;
        this.awaited.addAll(awaited);
    }

    /** What an operator has said. */
    PoolMode operator() {
        return holding.operator();
    }

    void operator(PoolMode mode) {
        holding.operator(mode);
    }

    /** Whether nodes that know the backends have the pool hold. */
    void held(boolean held) {
        holding.held(held);
    }

    /** What counts of the two, whatever the pool is held by for a moment. */
    PoolMode mode() {
        return holding.mode();
    }

    /** A node has told what it holds, or will not; so many run in all. */
    void heardOf(String node, int running) {
        awaited.remove(node);
        brought = Math.max(brought, running);
    }

    /** Nodes of the release before do not know of it. */
    void forgetWhatWasBrought() {
        brought = 0;
    }

    /** Whether nodes have not told yet what they hold. */
    boolean isLearning() {
        return !awaited.isEmpty();
    }

    /** Whether this part of the cluster may not do anything by itself. */
    boolean refusesNewcomers() {
        return isApart;
    }

    /** Sets the machine to what may be done now. */
    void govern(PoolMachine machine, Roll roll, Books all, Facts facts, Consumer<Effect> effects) {
        Collection<NodeBook> books = all.all();
        awaits(facts);
        isApart = facts.policy() == OnPartition.CLOSED && !roll.isMajority();
        long now = facts.nowNanos();
        int most = limit(machine.settings().slots(), roll, books, facts.policy());
        boolean isBlind = facts.policy() != OnPartition.OPEN && books.stream().anyMatch(book -> book.isUnheard);
        if (isBlind) {
            // Those who are out of reach may use all that these did not have, as long as their requests run.
            most = Math.min(most, Math.max(1, brought));
        }
        boolean isHeld = isApart || !awaited.isEmpty() || (isBlind && brought == 0);
        held(facts.version() >= Codec.WITH_HOLDING && all.wouldHold(node -> roll.isHere(node, facts)));
        PoolMode wanted = isHeld && mode() != PoolMode.CLOSED ? PoolMode.HOLDING : mode();
        // A machine that is to admit less is told so first, one that is to admit more last.
        if (isHeld || wanted == PoolMode.HOLDING) {
            setMode(machine, wanted, now, effects);
        }
        machine.limitSlots(most, now, effects);
        setMode(machine, wanted, now, effects);
    }

    private static void setMode(PoolMachine machine, PoolMode wanted, long now, Consumer<Effect> effects) {
        if (machine.mode() != wanted) {
            machine.mode(wanted, now, effects);
        }
    }

    private void awaits(Facts facts) {
        if (awaited.isEmpty()) {
            return;
        }
        if (awaitsUntilNanos == Long.MAX_VALUE) {
            awaitsUntilNanos = facts.nowNanos() + SharedPool.LEARNING_NANOS;
        }
        if (facts.nowNanos() - awaitsUntilNanos >= 0) {
            awaited.clear();
        }
    }

    /**
     * The least that any node knows of the backends, and this part's share. Slots that silent nodes may still use count
     * as running and come on top of the share, so that they are not taken from it twice.
     */
    private static int limit(int slots, Roll roll, Collection<NodeBook> books, OnPartition policy) {
        int most = Integer.MAX_VALUE;
        int ghosts = 0;
        for (NodeBook book : books) {
            most = Math.min(most, book.slotLimit);
            ghosts += book.ghosts;
        }
        if (policy == OnPartition.SHARE && roll.present() < roll.expected()) {
            most = Math.min(most, Math.min(slots, share(slots, roll.present(), roll.expected()) + ghosts));
        }
        return Math.max(1, most);
    }

    /** What some nodes of all may use: at least one, else a small part would serve nobody. */
    static int share(int slots, int nodes, int expected) {
        return Math.max(1, (int) ((long) slots * nodes / expected));
    }

    void save(DataOutput out, int version) throws IOException {
        out.writeByte(operator().ordinal());
        Codec.write(awaited, out);
        out.writeLong(awaitsUntilNanos);
        out.writeBoolean(isApart);
        if (version >= Codec.WITH_HANDING_OVER) {
            out.writeInt(brought);
        }
        if (version >= Codec.WITH_HOLDING) {
            out.writeByte(holding.flags());
        }
    }

    static Governor load(DataInput in, int version) throws IOException {
        PoolMode operator = PoolMode.values()[in.readByte()];
        List<String> awaited = Codec.readStrings(in);
        long until = in.readLong();
        boolean isApart = in.readBoolean();
        int brought = version >= Codec.WITH_HANDING_OVER ? in.readInt() : 0;
        int flags = version >= Codec.WITH_HOLDING ? in.readByte() : 0;
        Governor governor = new Governor(new Holding(operator, flags), awaited, brought);
        governor.awaitsUntilNanos = until;
        governor.isApart = isApart;
        return governor;
    }
}
