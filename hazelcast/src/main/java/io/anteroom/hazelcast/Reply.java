// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a batch led to.
 *
 * @param outcome whether it was carried out
 * @param results an answer for each command
 * @param mail for the node that asked: everything that it has not acknowledged
 * @param others for other nodes, what this batch did to them, while there are nodes of the first release: a hint that
 *     the one who asked passes on
 * @param figures what a node must know to go on alone
 * @param settingsRevision the revision of the settings
 * @param settings the settings, if the node does not know that revision
 * @param nodes the nodes that hold something here, or null if the one who asked knows
 */
record Reply(
        Outcome outcome,
        List<Result> results,
        @Nullable Mail mail,
        Map<String, Mail> others,
        Figures figures,
        long settingsRevision,
        @Nullable PoolSettings settings,
        @Nullable List<Seen> nodes) {

    /** Whether a batch was carried out. */
    enum Outcome {
        /** It was. */
        DONE,
        /** There is no such pool: it is new, or all who had its state are gone. */
        NO_STATE,
        /** The pool does not know the node, or has lost something of it: it is to register. */
        REGISTER,
        /** The owner has been standing still and does not trust its view; again in a moment. */
        FENCED
    }

    /**
     * What a node must know to go on alone.
     *
     * @param running how many run in the cluster
     * @param slots how many may
     * @param expected how many nodes there should be
     * @param members how many there are
     * @param waiting how many wait
     * @param mode what an operator has said
     * @param isLearning whether it waits for nodes to tell what they hold, and admits nobody meanwhile
     * @param nextDeadlineNanos how long until time alone changes something, or {@link Long#MAX_VALUE}
     */
    record Figures(
            int running,
            int slots,
            int expected,
            int members,
            int waiting,
            PoolMode mode,
            boolean isLearning,
            long nextDeadlineNanos) {
        static final Figures NONE = new Figures(0, 0, 1, 1, 0, PoolMode.OPEN, false, Long.MAX_VALUE);
    }

    /**
     * A node that holds something in a pool.
     *
     * @param node its name
     * @param session which run of it
     * @param isSilent whether it has been told lost, and perhaps lives
     */
    record Seen(String node, long session, boolean isSilent) {
        /** The sum of what nobody has told yet. */
        static final long UNKNOWN = 0;
        /** The sum of no nodes. */
        static final long NOBODY = 1;

        private static final long ODD = 0x9E3779B97F4A7C15L;

        /** All of them in one number, which others do not have. */
        static long sum(List<Seen> nodes) {
            long sum = NOBODY;
            for (Seen one : nodes) {
                sum = sum(sum, one.node, one.session, one.isSilent);
            }
            return sum;
        }

        /** The sum of some nodes and the next. */
        static long sum(long before, String node, long session, boolean isSilent) {
            long sum = (before * ODD + session) * ODD + node.hashCode();
            sum = (sum * 2 + (isSilent ? 1 : 0)) * ODD;
            return sum == UNKNOWN ? ODD : sum ^ (sum >>> 32);
        }
    }

    static Reply of(Outcome outcome) {
        return new Reply(outcome, List.of(), null, Map.of(), Figures.NONE, 0, null, List.of());
    }
}
