// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.api.ClusterView;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.NodeView;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The gateways that share the queues, as operators see them. Safe from any thread. */
final class OperatorCluster implements ClusterView {
    private final ClusterSettings settings;
    private final Supplier<List<NodeView>> nodes;
    private final BooleanSupplier misses;
    private final String version;
    private final InstantSource clock;
    private final Map<Long, Instant> since = new HashMap<>();

    /**
     * A view.
     *
     * @param nodes those that are in the cluster now
     * @param misses whether any is out of sight that may live
     * @param version this gateway's own
     */
    OperatorCluster(
            ClusterSettings settings,
            Supplier<List<NodeView>> nodes,
            BooleanSupplier misses,
            String version,
            InstantSource clock) {
        this.settings = settings;
        this.nodes = nodes;
        this.misses = misses;
        this.version = version;
        this.clock = clock;
    }

    @Override
    public synchronized State state() {
        List<NodeView> seen = nodes.get();
        Instant now = clock.instant();
        since.keySet().removeIf(session -> seen.stream().noneMatch(node -> node.session() == session));
        List<Member> members = seen.stream().map(node -> member(node, now)).toList();
        String note = note(members.size());
        return new State("shared", note.isEmpty(), note, members);
    }

    private String note(int here) {
        String then = " Until then on-partition counts: "
                + settings.onPartition().name().toLowerCase(Locale.ROOT) + ".";
        if (misses.getAsBoolean()) {
            return "A gateway is out of sight that may still run." + then;
        }
        int expected = settings.expectedMembers();
        return here >= expected ? "" : "Of " + expected + " gateways " + here + " are here." + then;
    }

    /** What a node's own share is, is known there; the figures of the pools are those of all together. */
    private Member member(NodeView node, Instant now) {
        boolean isSelf = node.name().equals(settings.node());
        Instant first = since.computeIfAbsent(node.session(), unknown -> now);
        return new Member(node.name(), node.address(), isSelf ? version : "", isSelf, first, now, Map.of());
    }
}
