// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.List;

/**
 * Commands of one node for one pool, carried out together or not at all.
 *
 * @param node who sends them
 * @param session which run of that node
 * @param registration which of its registrations they follow, or begin
 * @param seq one more than the batch before; 0 if all are questions
 * @param acknowledged the last mail that has come
 * @param acknowledgedSum {@link Mail#sum} of all mail up to that
 * @param settings the revision of the settings that the node knows
 * @param seen {@link Reply.Seen#sum} of the nodes that it knows to hold something
 * @param commands what is asked
 */
record Batch(
        String node,
        long session,
        long registration,
        long seq,
        long acknowledged,
        long acknowledgedSum,
        long settings,
        long seen,
        List<Command> commands) {
    Batch {
        commands = List.copyOf(commands);
    }

    boolean isRegistration() {
        return commands.size() == 1 && commands.get(0) instanceof Command.Register;
    }

    boolean isQuestion() {
        return seq == 0;
    }
}
