// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.api.ClusterView;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.GoneNode;
import io.anteroom.hazelcast.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The gateways that share the queues, as operators see them. Safe from any thread. */
final class OperatorCluster implements ClusterView {
    /** How long those are named that have gone. */
    static final Duration NAMED_FOR = Duration.ofHours(1);

    private static final int MOST_NAMED = 5;

    private final ClusterSettings settings;
    private final Supplier<List<NodeView>> nodes;
    private final Supplier<List<GoneNode>> gone;
    private final BooleanSupplier misses;
    private final String version;
    private final InstantSource clock;
    private final Map<Long, Instant> since = new HashMap<>();

    /**
     * A view.
     *
     * @param nodes those that are in the cluster now
     * @param gone those that were in it within {@link #NAMED_FOR}
     * @param misses whether any is out of sight that may live
     * @param version this gateway's own
     */
    OperatorCluster(
            ClusterSettings settings,
            Supplier<List<NodeView>> nodes,
            Supplier<List<GoneNode>> gone,
            BooleanSupplier misses,
            String version,
            InstantSource clock) {
        this.settings = settings;
        this.nodes = nodes;
        this.gone = gone;
        this.misses = misses;
        this.version = version;
        this.clock = clock;
    }

    @Override
    public synchronized State state() {
        List<NodeView> seen = nodes.get();
        Instant now = clock.instant();
        List<GoneNode> left = gone.get();
        List<Member> members = new ArrayList<>();
        seen.forEach(node -> members.add(member(node, now)));
        left.forEach(node -> members.add(member(node, now)));
        since.keySet()
                .removeIf(session -> seen.stream().noneMatch(node -> node.session() == session)
                        && left.stream().noneMatch(node -> node.node().session() == session));
        String note = note(seen.size(), left);
        return new State("shared", note.isEmpty(), note, members);
    }

    private String note(int here, List<GoneNode> left) {
        String then = " Until then on-partition counts: "
                + settings.onPartition().name().toLowerCase(Locale.ROOT) + ".";
        if (misses.getAsBoolean()) {
            String missed = left.stream()
                    .filter(node -> !node.isDead())
                    .limit(MOST_NAMED)
                    .map(node -> node.node().name())
                    .collect(Collectors.joining(", "));
            return "Out of sight, and may still run: " + (missed.isEmpty() ? "a gateway" : missed) + "." + then;
        }
        int expected = settings.expectedMembers();
        return here >= expected ? "" : "Of " + expected + " gateways " + here + " are here." + then;
    }

    /** What a node's own share is, is known there; the figures of the pools are those of all together. */
    private Member member(NodeView node, Instant now) {
        boolean isSelf = node.name().equals(settings.node());
        Instant first = since.computeIfAbsent(node.session(), unknown -> now);
        return new Member(
                node.name(), node.address(), isSelf ? version : "", isSelf, Standing.HERE, first, now, Map.of());
    }

    private Member member(GoneNode gone, Instant now) {
        NodeView node = gone.node();
        Instant last = now.minus(gone.ago());
        Instant first = since.getOrDefault(node.session(), last);
        Standing standing = gone.isDead() ? Standing.GONE : Standing.MISSING;
        return new Member(node.name(), node.address(), "", false, standing, first, last, Map.of());
    }
}
