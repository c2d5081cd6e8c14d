// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.ArrayList;
import java.util.List;

/** Which nodes a pool still counts that are not in the cluster any more. */
final class Losses {
    private Losses() {}

    static List<Command.Lost> of(ClusterNode node, List<Reply.Seen> seen) {
        List<Command.Lost> losses = new ArrayList<>();
        for (Reply.Seen one : seen) {
            Lookout.Fate fate = node.lookout().fate(one.node(), one.session());
            if (fate == Lookout.Fate.PRESENT) {
                continue;
            }
            boolean isOver = fate == Lookout.Fate.DEAD
                    || node.settings().onPartition() == OnPartition.OPEN
                    || node.lookout()
                                    .missingFor(one.session())
                                    .compareTo(node.settings().keepLeases())
                            >= 0;
            if (isOver || !one.isSilent()) {
                losses.add(new Command.Lost(one.node(), one.session(), isOver));
            }
        }
        return losses;
    }
}
