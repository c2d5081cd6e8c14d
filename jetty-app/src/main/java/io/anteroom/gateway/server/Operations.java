// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.admin.store.Database;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.settings.SettingsDesk;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The operators' half of a gateway: its settings, what it keeps, and the listener of its own at which operators come
 * in. Nothing of it is on the way of a request, and nothing of it that fails stops one. Safe from any thread.
 */
final class Operations implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Operations.class.getName());
    private static final long TICK_MILLIS = 2000;
    private static final long LAST_TICK_WITHIN_SECONDS = 10;

    private final AdminListen listen;
    private final SettingsKeeper keeper;
    private final ScheduledExecutorService timer;
    private volatile @Nullable AdminServer server;
    private boolean isRefused;

    /** Opens what is kept and puts it in force; nothing listens yet. */
    Operations(GatewayConfig config, Anteroom anteroom) {
        listen = config.operator().admin();
        keeper = SettingsKeeper.open(config, anteroom.parts());
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "operations");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What operators reach, by path. */
    private Map<String, Servlet> servlets() {
        return Map.of();
    }

    /** Lets operators in, and begins to follow what changes. */
    void start() {
        listen();
        ScheduledFuture<?> unused =
                timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            keeper.tick();
            listen();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "looking after the settings failed; it is tried again", e);
        }
    }

    /** An address that is taken keeps no request waiting: it is said loudly, and tried again. */
    private void listen() {
        if (!listen.enabled() || server != null) {
            return;
        }
        AdminServer made = new AdminServer(listen, servlets(), this::health);
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

    Optional<Database> database() {
        return Optional.ofNullable(keeper.database());
    }

    Optional<URI> uri() {
        AdminServer now = server;
        return now == null ? Optional.empty() : Optional.of(URI.create("http://" + listen.host() + ":" + now.port()));
    }

    @Override
    public void close() {
        // Without an interrupt, which would close the files of the database.
        timer.shutdown();
        AdminServer now = server;
        if (now != null) {
            now.stop();
        }
        try {
            if (!timer.awaitTermination(LAST_TICK_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "the store of the settings does not answer; it is left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keeper.close();
    }
}
