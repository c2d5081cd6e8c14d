// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Pools;
import io.anteroom.settings.SettingsDesk;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Puts the table together, and holds what outlives a call. Safe from any thread. */
public final class Management implements AutoCloseable {
    private static final String VERSION = "0.1.0";

    private final RouteTable table;

    /** What is administered. Not thread-safe. */
    public static final class Parts {
        private final Anteroom anteroom;
        private final SettingsDesk desk;
        private @Nullable ClusterView cluster;
        private UpstreamView upstreams = UpstreamView.NONE;

        /** The least that there is. */
        public Parts(Anteroom anteroom, SettingsDesk desk) {
            this.anteroom = anteroom;
            this.desk = desk;
        }

        /** The servers. */
        public void cluster(ClusterView cluster) {
            this.cluster = cluster;
        }

        /** The backends. */
        public void upstreams(UpstreamView upstreams) {
            this.upstreams = upstreams;
        }
    }

    /**
     * The API of an administration.
     *
     * @param isDurable whether the store of the settings writes down edits by itself
     * @param more further rows
     */
    public Management(
            Parts parts,
            Access access,
            AuditTrail trail,
            boolean isDurable,
            List<Route> more,
            InstantSource clock,
            LongSupplier nanoClock) {
        Pools pools = parts.anteroom.pools();
        ClusterView cluster = parts.cluster;
        ClusterView known = cluster == null ? single(access.settings().node(), pools, clock) : cluster;
        List<Route> routes = new ArrayList<>();
        routes.addAll(new SystemRoutes(access, parts.desk, known, parts.upstreams, this::document).routes());
        routes.addAll(new SessionRoutes(access).routes());
        routes.addAll(new UserRoutes(access, this::areas).routes());
        routes.addAll(new PoolRoutes(pools).routes());
        routes.addAll(more);
        this.table = new RouteTable(routes);
    }

    private static ClusterView single(String node, Pools pools, InstantSource clock) {
        Instant since = clock.instant();
        return () -> {
            Map<String, ClusterView.Share> shares = new LinkedHashMap<>();
            pools.all().forEach(pool -> {
                PoolSnapshot now = pool.snapshot();
                shares.put(pool.name(), new ClusterView.Share(now.running(), now.waiting()));
            });
            ClusterView.Member self = new ClusterView.Member(node, "", VERSION, true, since, clock.instant(), shares);
            return new ClusterView.State("single", true, "", List.of(self));
        };
    }

    private Map<String, Object> document() {
        return OpenApi.document(table);
    }

    private Set<String> areas() {
        return table.areas();
    }

    /** All rows. */
    public RouteTable table() {
        return table;
    }

    @Override
    public void close() {}
}
