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
        return new Clustering(
                settings.map(known -> ClusterNode.join(known, notices)).orElse(null));
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

    /** The same as operators see them, if there is a cluster. */
    Optional<ClusterView> view() {
        ClusterNode known = node;
        String version = getClass().getPackage().getImplementationVersion();
        return known == null
                ? Optional.empty()
                : Optional.of(new OperatorCluster(
                        known.settings(),
                        known::nodes,
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
