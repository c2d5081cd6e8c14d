// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.MemoryAnalyticsStore;
import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcAnalyticsStore;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Pools;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.SettingsDesk;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts the table together, and holds what outlives a call. Safe from any thread. */
public final class Management implements AutoCloseable {
    private static final String VERSION = "0.1.0";

    private final RouteTable table;
    private final LiveStreams streams;
    private final ClusterView cluster;

    /** What is administered. Not thread-safe. */
    public static final class Parts {
        private final Anteroom anteroom;
        private final SettingsDesk desk;
        private @Nullable ClusterView cluster;
        private UpstreamView upstreams = UpstreamView.NONE;
        private @Nullable String readOnly;
        private Supplier<Optional<Webhooks>> webhooks = Optional::empty;
        private PastRequests past = new PastRequests();

        /** The least that there is. */
        public Parts(Anteroom anteroom, SettingsDesk desk) {
            this.anteroom = anteroom;
            this.desk = desk;
        }

        /** Begins to count. */
        public Analytics count(@Nullable Database database, String node) {
            Callers callers = anteroom.parts().callers();
            return Analytics.builder()
                    .store(database == null ? new MemoryAnalyticsStore() : new JdbcAnalyticsStore(database))
                    .pools(() -> anteroom.pools().all())
                    .names(flow -> callers.find(new Identity(flow))
                            .map(KnownCaller::name)
                            .orElse(null))
                    .node(node)
                    .start();
        }

        /** The servers. */
        public void cluster(ClusterView cluster) {
            this.cluster = cluster;
        }

        /** The backends. */
        public void upstreams(UpstreamView upstreams) {
            this.upstreams = upstreams;
        }

        /** Who sends webhooks, if anybody does. */
        public void webhooks(Supplier<Optional<Webhooks>> webhooks) {
            this.webhooks = webhooks;
        }

        /** The backends. */
        public UpstreamView upstreams() {
            return upstreams;
        }

        /** What is administered. */
        public Anteroom anteroom() {
            return anteroom;
        }

        /** Who sends webhooks, if anybody does. */
        public Supplier<Optional<Webhooks>> webhooks() {
            return webhooks;
        }

        /** What previews are made of. */
        public void past(PastRequests past) {
            this.past = past;
        }

        /** Why the settings cannot be edited. */
        public void readOnly(String why) {
            this.readOnly = why;
        }
    }

    /**
     * The API of an administration.
     *
     * @param isDurable whether the store of the settings writes down edits by itself
     * @param analytics who counts requests, or null
     * @param more further rows
     */
    public Management(
            Parts parts,
            Access access,
            AuditTrail trail,
            boolean isDurable,
            @Nullable Analytics analytics,
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
        routes.addAll(new PreviewRoutes(parts.desk, parts.past).routes());
        Edits edits = new Edits(parts.desk, isDurable, parts.readOnly);
        Backlogs backlogs = new Backlogs(parts.anteroom.requests(), nanoClock);
        WaitingViews views = new WaitingViews(parts.anteroom);
        routes.addAll(new WaitingRoutes(pools, views, backlogs).routes());
        routes.addAll(new QueueRoutes(parts.anteroom, analytics).routes());
        routes.addAll(new QueueConfigRoutes(edits).routes());
        if (analytics != null) {
            routes.addAll(new AnalyticsRoutes(pools, analytics, clock).routes());
        }
        routes.addAll(new ApiKeyRoutes(edits).routes());
        routes.addAll(new CallerRoutes(parts.anteroom, parts.desk, views, backlogs).routes());
        routes.addAll(new SettingsRoutes(edits).routes());
        routes.addAll(new WebhookRoutes(edits, parts.webhooks).routes());
        routes.addAll(new AuditRoutes(trail).routes());
        StreamRoutes stream = new StreamRoutes(access, parts.anteroom, parts.desk, analytics, clock);
        routes.addAll(stream.routes());
        routes.addAll(more);
        this.streams = stream.streams();
        this.cluster = known;
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
            ClusterView.Member self = new ClusterView.Member(
                    node, "", VERSION, true, ClusterView.Standing.HERE, since, clock.instant(), shares);
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

    /** The servers; at least this one. */
    public ClusterView cluster() {
        return cluster;
    }

    /** How many watch live. */
    int watching() {
        return streams.size();
    }

    @Override
    public void close() {
        streams.close();
    }
}
