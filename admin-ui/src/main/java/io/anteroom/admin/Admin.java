// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin;

import io.anteroom.Anteroom;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.AccessSettings;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.Management;
import io.anteroom.admin.api.ManagementServlet;
import io.anteroom.admin.api.Route;
import io.anteroom.admin.api.RouteTable;
import io.anteroom.admin.api.UpstreamView;
import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.AuditLog;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.AuditUpkeep;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcAccessStore;
import io.anteroom.admin.store.KeptTrail;
import io.anteroom.admin.store.MemoryAccessStore;
import io.anteroom.admin.store.MemoryAuditTrail;
import io.anteroom.admin.web.AccessGuard;
import io.anteroom.admin.web.AdminPages;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.access.AccessPages;
import io.anteroom.admin.web.access.Again;
import io.anteroom.admin.web.callers.CallerPages;
import io.anteroom.admin.web.live.LivePages;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admin.web.settings.SettingsPages;
import io.anteroom.admin.web.webhooks.WebhookPages;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.event.Events;
import io.anteroom.settings.SettingsDesk;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM runs of the administration: who may do what, and the management API. It can be mounted under any path of
 * any web application, beside whatever is there. Safe from any thread.
 */
public final class Admin implements AutoCloseable {
    /** Where {@link #addTo} puts the pages. */
    public static final String PAGES = "/admin";

    private static final System.Logger LOG = System.getLogger(Admin.class.getName());

    private final Access access;
    private final AuditTrail trail;
    private final Management management;
    private final Site site;
    private final List<AutoCloseable> owned;

    private Admin(Access access, AuditTrail trail, Management management, Site site, List<AutoCloseable> owned) {
        this.owned = List.copyOf(owned);
        this.access = access;
        this.trail = trail;
        this.management = management;
        this.site = site;
    }

    /**
     * Begins to describe an administration.
     *
     * @param anteroom what is administered
     * @param desk where its settings are edited
     */
    public static Builder builder(Anteroom anteroom, SettingsDesk desk) {
        return new Builder(anteroom, desk);
    }

    /** Who may do what; for pages, too. */
    public Access access() {
        return access;
    }

    /** What was done. */
    public AuditTrail trail() {
        return trail;
    }

    /** Every route of the management API. */
    public RouteTable routes() {
        return management.table();
    }

    /** A servlet that serves the management API; to be mapped to {@code /v1/management/*}, asynchronous support on. */
    public HttpServlet servlet() {
        return new ManagementServlet(access, management.table());
    }

    /** A servlet that serves the pages; to be mapped to {@code /admin/*} or so, asynchronous support on. */
    public HttpServlet pages() {
        return new AdminPages(site);
    }

    /** Adds everything to a web application that is starting. */
    public void addTo(ServletContext context) {
        ServletRegistration.Dynamic api = context.addServlet("anteroom-management", servlet());
        api.addMapping(RouteTable.ROOT + "/*");
        api.setAsyncSupported(true);
        ServletRegistration.Dynamic pages = context.addServlet("anteroom-pages", pages());
        pages.addMapping(PAGES + "/*");
        pages.setAsyncSupported(true);
    }

    /** Ends live streams, lets go of what listens, and removes a set-up token. The database stays open. */
    @Override
    public void close() {
        management.close();
        access.endSetUp();
        for (AutoCloseable each : owned) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "a part of the administration does not close", e);
            }
        }
    }

    /** Describes an {@link Admin}. Not thread-safe. */
    public static final class Builder {
        private final Management.Parts parts;
        private final SettingsDesk desk;
        private final PastRequests past = new PastRequests();
        private final List<Route> routes = new ArrayList<>();
        private final List<PageModule> pages = new ArrayList<>();
        private Site.Identity identity = Site.Identity.DEFAULT;
        private AccessSettings settings = AccessSettings.DEFAULT;
        private @Nullable Database database;
        private @Nullable Events events;
        private @Nullable Analytics analytics;
        private @Nullable Path setUpFile;
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanoClock = System::nanoTime;

        private Builder(Anteroom anteroom, SettingsDesk desk) {
            this.parts = new Management.Parts(anteroom, desk);
            this.desk = desk;
        }

        /**
         * Keeps users, tokens, sessions and the audit log there; by default in memory, where a restart forgets them.
         * The desk's store is expected to be the {@code JdbcSettingsStore} of the same database, which writes down
         * edits of the settings by itself. The audit log is shortened once an hour when something is written into it.
         */
        public Builder database(Database database) {
            this.database = database;
            return this;
        }

        /** How it is guarded; by default for loopback only. */
        public Builder access(AccessSettings settings) {
            this.settings = settings;
            return this;
        }

        /** Where the token of the first start is written; by default in a temporary file. */
        public Builder setUpFile(Path file) {
            this.setUpFile = file;
            return this;
        }

        /** What happens to requests; they are counted for analytics of our own, in the database if there is one. */
        public Builder events(Events events) {
            this.events = events;
            return this;
        }

        /** Somebody who counts requests already, and stays open when this is closed. */
        public Builder analytics(Analytics analytics) {
            this.analytics = analytics;
            return this;
        }

        /** The servers that share the pools; by default this one. */
        public Builder cluster(ClusterView cluster) {
            parts.cluster(cluster);
            return this;
        }

        /** The backends; by default none are known. */
        public Builder upstreams(UpstreamView upstreams) {
            parts.upstreams(upstreams);
            return this;
        }

        /** Who sends webhooks, if anybody does at a moment; by default nobody. */
        public Builder webhooks(Supplier<Optional<Webhooks>> webhooks) {
            parts.webhooks(webhooks);
            return this;
        }

        /** What the pages say about where one is. */
        public Builder identity(Site.Identity identity) {
            this.identity = identity;
            return this;
        }

        /** Adds pages. */
        public Builder pages(PageModule module) {
            pages.add(module);
            return this;
        }

        /**
         * Refuses edits of the settings, which come from elsewhere.
         *
         * @param why from where, for people
         */
        public Builder settingsReadOnly(String why) {
            parts.readOnly(why);
            return this;
        }

        /** Adds a row to the table. */
        public Builder route(Route route) {
            routes.add(route);
            return this;
        }

        /** The time, for tests. */
        Builder clocks(InstantSource clock, LongSupplier nanoClock) {
            this.clock = clock;
            this.nanoClock = nanoClock;
            return this;
        }

        private AuditTrail kept(AuditLog log) {
            return new KeptTrail(log, new AuditUpkeep(log, desk, clock));
        }

        /** Makes it. Nothing is read from the database yet. */
        public Admin build() {
            Database known = database;
            AccessStore store = known == null ? new MemoryAccessStore() : new JdbcAccessStore(known);
            AuditTrail trail = known == null ? new MemoryAuditTrail() : kept(new AuditLog(known));
            if (known == null) {
                LOG.log(
                        Level.WARNING,
                        "no database: users, management tokens and the audit log are in memory, and gone after a restart");
            }
            Access access = new Access(settings, store, trail, setUpFile, clock, nanoClock);
            Analytics counts = analytics;
            Events heard = events;
            List<AutoCloseable> owned = new ArrayList<>();
            parts.past(past);
            if (heard != null) {
                owned.add(heard.subscribe(past));
            }
            if (counts == null && heard != null) {
                counts = parts.count(known, settings.node());
                owned.add(heard.subscribe(counts));
                owned.add(counts);
            }
            Running running = new Running();
            if (heard != null) {
                owned.add(heard.subscribe(running));
            }
            Management management =
                    new Management(parts, access, trail, known != null, counts, routes, clock, nanoClock);
            AccessGuard guard = new AccessGuard(access);
            LiveWiring live =
                    new LiveWiring(parts.anteroom(), management.cluster(), parts.upstreams(), clock, nanoClock);
            LivePages livePages = new LivePages(live.sources(counts, running, guard));
            owned.add(livePages);
            Site.Builder site = Site.builder(guard)
                    .identity(identity.equals(Site.Identity.DEFAULT) ? identity.withNode(settings.node()) : identity)
                    .clock(clock)
                    .add(livePages)
                    .add(new AccessPages(access, trail, () -> management.table().areas()))
                    .add(new SettingsPages(desk, events == null ? null : past))
                    .add(new CallerPages(parts.anteroom(), desk, counts, running, nanoClock))
                    .add(new WebhookPages(desk, parts.webhooks(), new Again(access)));
            pages.forEach(site::add);
            return new Admin(access, trail, management, site.build(), owned);
        }
    }
}
