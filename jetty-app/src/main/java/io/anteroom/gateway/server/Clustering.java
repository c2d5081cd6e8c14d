// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.event.NoticeListener;
import io.anteroom.hazelcast.ClusterNode;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.HazelcastBuckets;
import io.anteroom.hazelcast.HazelcastPools;
import io.anteroom.hazelcast.NodeView;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The gateway's part in a cluster, if it takes part in one. Safe from any thread. */
final class Clustering implements AutoCloseable {
    private static final String SETTINGS = "settings";

    private final @Nullable ClusterNode node;
    private final @Nullable HazelcastPools pools;
    private final @Nullable HazelcastBuckets buckets;

    private Clustering(@Nullable ClusterNode node) {
        this.node = node;
        this.pools = node == null ? null : new HazelcastPools(node);
        this.buckets = node == null ? null : new HazelcastBuckets(node);
    }

    /**
     * Joins the others, if there are to be any.
     *
     * @throws IllegalStateException if that cannot be
     */
    static Clustering join(Optional<ClusterSettings> settings, NoticeListener notices) {
        return new Clustering(settings.map(known -> ClusterNode.join(known, once(known.node(), notices)))
                .orElse(null));
    }

    /** What all gateways see of their cluster is told by the one that the cluster names. */
    private static NoticeListener once(String self, NoticeListener notices) {
        return notice -> {
            if (self.equals(notice.facts().get("told_by"))) {
                notices.on(notice);
            }
        };
    }

    /** Has the requests wait in the cluster's queues, and count in the cluster's buckets. */
    void applyTo(Anteroom.Builder builder) {
        if (pools != null) {
            builder.pools(pools);
        }
        if (buckets != null) {
            builder.buckets(buckets);
        }
    }

    /** The nodes of the cluster; none without one. */
    List<NodeView> nodes() {
        return node == null ? List.of() : node.nodes();
    }

    /** Whether it is this gateway that tells what all of them see: one of them does, the first by name. */
    boolean isTeller() {
        ClusterNode known = node;
        List<NodeView> here = nodes();
        return known == null
                || here.isEmpty()
                || here.get(0).name().equals(known.settings().node());
    }

    /** Tells the other gateways that settings which they share have been edited; a word that can get lost. */
    void tellEdited() {
        if (node != null) {
            node.tellChanged(SETTINGS);
        }
    }

    /** Has {@code look} called when another gateway says so: on a thread of the cluster's, which must not wait. */
    void onEdited(Runnable look) {
        if (node != null) {
            node.onChanged(what -> {
                if (what.equals(SETTINGS)) {
                    look.run();
                }
            });
        }
    }

    /** The same as operators see them, if there is a cluster. */
    Optional<ClusterView> view() {
        ClusterNode known = node;
        String version = getClass().getPackage().getImplementationVersion();
        return known == null
                ? Optional.empty()
                : Optional.of(new OperatorCluster(
                        known.settings(),
                        known::nodes,
                        () -> known.gone(OperatorCluster.NAMED_FOR),
                        known::misses,
                        version == null ? "" : version,
                        InstantSource.system()));
    }

    /** Ends what waits here, and leaves in good order. */
    @Override
    public void close() {
        if (pools != null) {
            pools.close();
        }
        if (node != null) {
            node.leave();
        }
    }
}
