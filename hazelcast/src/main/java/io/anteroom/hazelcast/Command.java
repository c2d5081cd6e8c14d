// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Registration;
import java.util.List;

/** What a node asks of a shared pool. Immutable, as a batch may be carried out by the thread of another. */
sealed interface Command {
    /** Whether it changes nothing, so that nobody but the owner needs to hear it. */
    default boolean isQuestion() {
        return false;
    }

    /** A request asks for a slot. */
    record Arrive(long ticket, Arrival arrival) implements Command {}

    /** A running request has ended. */
    record Release(long ticket) implements Command {}

    /** The caller of a waiting request left. */
    record Abandon(long ticket) implements Command {}

    /** The caller of a waiting request left and means to come back. */
    record Keep(long ticket, Absence absence) implements Command {}

    /** A caller is back. */
    record Rejoin(long ticket, long bytes) implements Command {}

    /** This node takes over a kept place or a reserved slot of another's, to which somebody has come here. */
    record Adopt(long ticket, long bytes) implements Command {}

    /** Somebody has come for a reserved slot. */
    record Claim(long ticket) implements Command {}

    /**
     * An operator ends a wait, on whatever node.
     *
     * @param note what its caller is told besides, or empty
     */
    record Cancel(long ticket, String note) implements Command {}

    /** An operator moves one who waits to another level, on whatever node. */
    record Move(long ticket, Priority priority) implements Command {}

    /** New settings, for all nodes. */
    record Configure(PoolSettings settings) implements Command {}

    /** What an operator says, for all nodes. */
    record Mode(PoolMode mode) implements Command {}

    /** What this node knows of the backends' room; the least of all nodes' counts. */
    record LimitSlots(int most) implements Command {}

    /** Whether this node would have the pool held, for what it knows of the backends. */
    record Hold(boolean holds) implements Command {}

    /** Time has passed; also how a node asks for its mail. */
    record Tick() implements Command {}

    /**
     * Everything that this node holds, which is the truth about it; always alone in its batch.
     *
     * @param word what it has said last of holding the pool, so that a new state does not open before it hears that
     */
    record Register(List<Registration> held, NodeBook.Word word) implements Command {
        public Register {
            held = List.copyOf(held);
        }

        /** Of a node that has said nothing of holding. */
        Register(List<Registration> held) {
            this(held, NodeBook.Word.NONE);
        }
    }

    /**
     * Another node is not in the cluster any more.
     *
     * @param node its name
     * @param session which run of it
     * @param isDead whether its process is known to be gone, so that its slots are free; else it may run on somewhere
     */
    record Lost(String node, long session, boolean isDead) implements Command {}

    /** This node leaves in good order: what it still held is over, and it is not expected back. */
    record Leave() implements Command {}

    /** Asks for the figures. */
    record Look() implements Command {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /** Asks who waits. */
    record ListWaiting(int limit) implements Command {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /** Asks where all stand that this node holds. */
    record Standings() implements Command {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /** Asks where one stands, on whatever node. */
    record Standing(long ticket) implements Command {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }
}
