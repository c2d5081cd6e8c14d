// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolSettings;
import java.util.List;

/** What the cluster has said of a pool last. Guarded by the pool's lock. */
final class Heard {
    private PoolSettings settings;
    private long settingsRevision = -1;
    private Reply.Figures figures = Reply.Figures.NONE;
    private List<Reply.Seen> seen = List.of();
    private long seenSum = Reply.Seen.UNKNOWN;

    Heard(PoolSettings settings) {
        this.settings = settings;
    }

    void take(Reply reply) {
        figures = reply.figures();
        PoolSettings changed = reply.settings();
        if (changed != null) {
            settings = changed;
        }
        settingsRevision = reply.settingsRevision();
        List<Reply.Seen> nodes = reply.nodes();
        if (nodes != null) {
            seen = nodes;
            seenSum = Reply.Seen.sum(nodes);
        }
    }

    PoolSettings settings() {
        return settings;
    }

    void settings(PoolSettings changed) {
        settings = changed;
    }

    long settingsRevision() {
        return settingsRevision;
    }

    Reply.Figures figures() {
        return figures;
    }

    /** The nodes that hold something. */
    List<Reply.Seen> seen() {
        return seen;
    }

    /** {@link Reply.Seen#sum} of them. */
    long seenSum() {
        return seenSum;
    }
}
