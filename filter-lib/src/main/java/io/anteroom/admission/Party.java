// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/** A key or an IP address: what it has waiting and running, and the flows that it holds back by its running limit. */
final class Party {
    final String name;
    int waiting;
    int running;

    /** For a key: its flows by level. */
    final @Nullable Flow[] flows;

    int weight = 1;

    @Nullable CallerLimits ownLimits;

    /** When those come back whom its bound on the waiting has refused. */
    final Returns returns = new Returns();

    /** What this key's requests have cost: how many it remembers, and their mean in microseconds. */
    long samples;

    long meanMicros;

    /** Flows that wait for this party to run less. */
    @Nullable Flow parked;

    boolean idle;
    /** The turn at which it last became idle, of all parties of its kind. */
    long idleTurn;
    /** The same as of when {@link Parties} last had to know. */
    long rankedTurn;

    int idlePlace = IndexedHeap.ABSENT;
    /** Dropped for having been idle for longest; whoever still holds it has to make it known again. */
    boolean forgotten;

    private Party(String name, @Nullable Flow[] flows) {
        this.name = name;
        this.flows = flows;
    }

    static Party key(String name) {
        return new Party(name, new Flow[Priority.COUNT]);
    }

    static Party ip(String name) {
        return new Party(name, new Flow[0]);
    }

    /** Holds a flow back. */
    void park(Flow flow) {
        Flow second = parked;
        flow.parkedBy = this;
        flow.nextParked = second;
        flow.previousParked = null;
        if (second != null) {
            second.previousParked = flow;
        }
        parked = flow;
    }

    /** Holds a flow back no longer. */
    void unpark(Flow flow) {
        Flow before = flow.previousParked;
        Flow after = flow.nextParked;
        if (before == null) {
            parked = after;
        } else {
            before.nextParked = after;
        }
        if (after != null) {
            after.previousParked = before;
        }
        flow.parkedBy = null;
        flow.nextParked = null;
        flow.previousParked = null;
    }

    boolean isUnused() {
        return waiting == 0 && running == 0;
    }
}
