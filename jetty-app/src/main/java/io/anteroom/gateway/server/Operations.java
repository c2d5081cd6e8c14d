// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.admin.Admin;
import io.anteroom.admin.access.AccessSettings;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.api.RouteTable;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.webhook.QueueWatch;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.event.Events;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.gateway.config.OperatorConfig.Source;
import io.anteroom.gateway.upstream.Upstreams;
import io.anteroom.net.TrustedProxies;
import io.anteroom.settings.SettingsDesk;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The operators' half of a gateway: its settings, what it keeps, and the listener of its own at which operators come
 * in. Nothing of it is on the way of a request, and nothing of it that fails stops one. Safe from any thread.
 */
final class Operations implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Operations.class.getName());
    /** How often it looks for what has changed, if nobody says so before. */
    static final Duration LOOKS_EVERY = Duration.ofSeconds(2);

    private static final long LAST_TICK_WITHIN_SECONDS = 10;

    private static final String SET_UP_FILE = "set-up.token";

    private final AdminListen listen;
    private final SettingsKeeper keeper;
    private final BudgetKeeper budgets;
    private final DrainKeeper drains;
    private final @Nullable Observability observability;
    private final @Nullable Admin admin;
    private final Map<String, Servlet> servlets = new LinkedHashMap<>();
    private final Notifications notifications;
    private final ScheduledExecutorService timer = thread("operations");
    /** Budgets have a thread of their own: a drain is not to wait until another gateway lets go of its rows. */
    private final ScheduledExecutorService budgetTimer = thread("operations-budgets");

    private final Duration looksEvery;
    private final Clustering clustering;
    private final AtomicBoolean isTold = new AtomicBoolean();
    private volatile @Nullable AdminServer server;
    private boolean isRefused;

    /**
     * Opens what is kept and puts it in force; nothing listens yet.
     *
     * @param looksEvery how often it looks for what has changed, if nobody says so before
     */
    Operations(
            GatewayConfig config,
            Anteroom anteroom,
            Upstreams upstreams,
            Clustering clustering,
            Events events,
            Duration looksEvery) {
        this.looksEvery = looksEvery;
        this.clustering = clustering;
        listen = config.operator().admin();
        keeper = SettingsKeeper.open(config, anteroom.parts(), upstreams::apply);
        QueueWatch watch = QueueWatch.start(
                anteroom.pools(),
                events,
                () -> keeper.desk().current().settings().notices().watch(),
                clustering::isTeller);
        notifications = new Notifications(config.operator(), keeper.desk(), keeper.database(), watch, events);
        budgets = new BudgetKeeper(keeper.database(), anteroom.rates().book());
        budgets.tick();
        drains = new DrainKeeper(upstreams, keeper.database(), InstantSource.system());
        drains.tick();
        if (listen.enabled()) {
            observability = new Observability(config, anteroom, events, keeper.desk(), keeper.database());
            observability.upstreams(upstreams::views);
            observability.webhooks(notifications::webhooks);
            servlets.putAll(observability.servlets());
            Admin.Builder builder = builder(config.operator(), anteroom, observability.analytics(), events)
                    .upstreams(new OperatorUpstreams(upstreams, drains));
            clustering.view().ifPresent(builder::cluster);
            admin = builder.build();
            servlets.put(RouteTable.ROOT + "/*", admin.servlet());
            servlets.put(Admin.PAGES + "/*", admin.pages());
            servlets.put("", new ToPages());
        } else {
            observability = null;
            admin = null;
        }
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private Admin.Builder builder(OperatorConfig operator, Anteroom anteroom, Analytics counts, Events events) {
        Set<String> hosts = new HashSet<>(listen.hosts());
        hosts.add(listen.host());
        Admin.Builder builder = Admin.builder(anteroom, keeper.desk())
                .analytics(counts)
                .webhooks(notifications::webhooks)
                .events(events)
                .identity(identity(operator))
                .access(AccessSettings.DEFAULT
                        .withNode(operator.node())
                        .withHosts(hosts)
                        .withInsecureHttp(listen.insecureHttp())
                        .withProxies(TrustedProxies.of(listen.trustedProxies())));
        Database database = keeper.database();
        if (database != null) {
            builder.database(database);
        }
        if (operator.source() == Source.FILE) {
            builder.settingsReadOnly("the gateway's file, as settings.source says; edit that");
        }
        if (operator.storage() instanceof Directory directory) {
            builder.setUpFile(directory.path().resolve(SET_UP_FILE));
        }
        return builder;
    }

    private Site.Identity identity(OperatorConfig operator) {
        String version = getClass().getPackage().getImplementationVersion();
        return new Site.Identity(
                listen.environment(), operator.node(), version == null ? "" : version, () -> readOnly(operator));
    }

    private static String readOnly(OperatorConfig operator) {
        return operator.source() == Source.FILE
                ? "The settings come from the gateway's file, as settings.source says there. Edit that; it is followed."
                : "";
    }

    /** Lets operators in, and begins to follow what changes. */
    void start() {
        listen();
        timer.execute(this::sayWhoCanLogIn);
        long pause = looksEvery.toMillis();
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(this::tick, pause, pause, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> unusedToo = budgetTimer.scheduleWithFixedDelay(
                () -> eachGuarded(budgets::tick), pause, pause, TimeUnit.MILLISECONDS);
        clustering.onEdited(this::lookSoon);
        keeper.desk().tell(edited -> clustering.tellEdited());
    }

    /** Another gateway has edited what both share. However often that is said, one look is under way at most. */
    private void lookSoon() {
        if (isTold.compareAndSet(false, true)) {
            try {
                timer.execute(() -> {
                    isTold.set(false);
                    eachGuarded(keeper::lookIntoTheStore);
                });
            } catch (RejectedExecutionException e) {
                // This gateway stops.
            }
        }
    }

    /** Who starts a gateway for the first time is told how to get in before anybody asks for a page. */
    private void sayWhoCanLogIn() {
        Admin known = admin;
        if (known == null) {
            return;
        }
        try {
            boolean unused = known.access().needsSetUp();
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "whether there are users cannot be told now; pages say so when they are asked for",
                    e);
        }
    }

    private void tick() {
        // Drains come after the file, whose last word they follow.
        eachGuarded(keeper::tick, drains::tick, notifications::tick, this::listen);
    }

    /** Does one after the other, whatever becomes of those before: errors, too, would be the end of all ticks. */
    static void eachGuarded(Runnable... looks) {
        for (Runnable look : looks) {
            try {
                look.run();
            } catch (Throwable e) {
                LOG.log(Level.ERROR, "looking after the settings and what is kept failed; it is tried again", e);
            }
        }
    }

    /** An address that is taken keeps no request waiting: it is said loudly, and tried again. */
    private void listen() {
        if (!listen.enabled() || server != null) {
            return;
        }
        AdminServer made = new AdminServer(listen, servlets, this::health);
        try {
            made.start();
            server = made;
            isRefused = false;
        } catch (IOException | RuntimeException e) {
            if (!isRefused) {
                LOG.log(
                        Level.ERROR,
                        "operators cannot come in at " + listen.host() + ":" + listen.port() + "; it is tried again",
                        e);
            }
            isRefused = true;
        }
    }

    /** Of what is wrong only that it is: this is told to whoever asks, and the log tells more. */
    private String health() {
        String settings = keeper.trouble() == null ? "ok" : "trouble";
        return "{\"status\":\"up\",\"settings\":\"" + settings + "\",\"revision\":"
                + keeper.desk().current().number() + "}";
    }

    SettingsDesk desk() {
        return keeper.desk();
    }

    Optional<Webhooks> webhooks() {
        return notifications.webhooks();
    }

    Optional<Analytics> analytics() {
        return Optional.ofNullable(observability).map(Observability::analytics);
    }

    Optional<Database> database() {
        return Optional.ofNullable(keeper.database());
    }

    DrainKeeper drains() {
        return drains;
    }

    Optional<URI> uri() {
        AdminServer now = server;
        return now == null ? Optional.empty() : Optional.of(URI.create("http://" + listen.host() + ":" + now.port()));
    }

    @Override
    public void close() {
        try {
            timer.execute(() -> eachGuarded(drains::storeRest));
        } catch (RejectedExecutionException e) {
            // It was closed before.
        }
        // Without an interrupt, which would close the files of the database.
        timer.shutdown();
        budgetTimer.shutdown();
        if (admin != null) {
            admin.close();
        }
        AdminServer now = server;
        if (now != null) {
            now.stop();
        }
        if (observability != null) {
            observability.close();
        }
        try {
            boolean isOver = timer.awaitTermination(LAST_TICK_WITHIN_SECONDS, TimeUnit.SECONDS);
            // The two are not waited for one after the other where nothing answers.
            isOver &= budgetTimer.awaitTermination(isOver ? LAST_TICK_WITHIN_SECONDS : 1, TimeUnit.SECONDS);
            if (!isOver) {
                LOG.log(Level.WARNING, "the store of the settings does not answer; it is left alone");
            } else {
                eachGuarded(budgets::tick);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        notifications.close();
        keeper.close();
    }
}
