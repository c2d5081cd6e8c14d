// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditLog;
import io.anteroom.admin.store.AuditUpkeep;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcSettingsStore;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.OperatorConfig;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.gateway.config.OperatorConfig.Source;
import io.anteroom.gateway.config.OperatorConfig.Storage;
import io.anteroom.gateway.config.UpstreamGroups;
import io.anteroom.settings.Change;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.LiveParts;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsStore;
import io.anteroom.settings.SettingsText;
import io.anteroom.settings.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the settings of a gateway: opens where they are stored, puts them in force, and follows what changes there or
 * in the file. Whatever fails in that stops neither the gateway's start nor a request. One thread calls {@link #tick}
 * and {@link #lookIntoTheStore}; the rest is safe from any.
 */
final class SettingsKeeper implements AutoCloseable {
    /** Who made a revision that came from the file: no user is named so, as it has a blank. */
    static final String FILE = "configuration file";

    private static final System.Logger LOG = System.getLogger(SettingsKeeper.class.getName());

    private final Settings seed;
    private final String fileName;
    private final @Nullable Database database;
    private final @Nullable AuditUpkeep upkeep;
    private final SettingsDesk desk;
    private final @Nullable FileFollower follower;
    private final boolean isFollowing;
    private boolean isCompared;

    private SettingsKeeper(
            GatewayConfig config, LiveParts parts, Consumer<UpstreamGroups> backends, InstantSource clock) {
        OperatorConfig operator = config.operator();
        seed = config.settings();
        fileName = operator.file().map(path -> path.getFileName().toString()).orElse("the configuration");
        database = database(operator.storage());
        isFollowing = operator.source() == Source.FILE && operator.file().isPresent();
        if (isFollowing) {
            desk = SettingsDesk.following(fileName, parts, clock, seed);
            isCompared = true;
        } else {
            SettingsStore store = database == null ? new MemoryStore() : new JdbcSettingsStore(database);
            desk = SettingsDesk.open(store, parts, clock, seed, FILE);
        }
        upkeep = database == null ? null : new AuditUpkeep(new AuditLog(database), desk, clock);
        // Backends are in the file alone, wherever the settings come from.
        SettingsDesk followed = isFollowing ? desk : null;
        follower = operator.file()
                .map(file -> new FileFollower(file, config, followed, this::audit, backends))
                .orElse(null);
    }

    /**
     * Opens what the configuration names; the parts are set to what the file says.
     *
     * @param backends takes what the file says of them
     */
    static SettingsKeeper open(GatewayConfig config, LiveParts parts, Consumer<UpstreamGroups> backends) {
        return open(config, parts, backends, InstantSource.system());
    }

    /** The same by another clock. */
    static SettingsKeeper open(
            GatewayConfig config, LiveParts parts, Consumer<UpstreamGroups> backends, InstantSource clock) {
        SettingsKeeper keeper = new SettingsKeeper(config, parts, backends, clock);
        keeper.compare();
        return keeper;
    }

    private static @Nullable Database database(Storage storage) {
        if (storage instanceof Directory directory) {
            return Database.inDirectory(directory.path());
        }
        if (storage instanceof Server server) {
            String password = server.password().map(Secret::value).orElse("");
            return Database.at(server.url(), server.user(), password);
        }
        return null;
    }

    /** Where the settings are edited. */
    SettingsDesk desk() {
        return desk;
    }

    /** Where everything is kept, or null if nothing is. */
    @Nullable Database database() {
        return database;
    }

    /** What is the matter with the store or the file, or null. */
    @Nullable String trouble() {
        String trouble = desk.trouble();
        return trouble != null || follower == null ? trouble : follower.trouble();
    }

    /** Takes up what has changed in the store or the file; to be called every few seconds. */
    void tick() {
        if (follower != null) {
            follower.look();
        }
        lookIntoTheStore();
        if (database != null) {
            database.upkeep();
        }
        if (upkeep != null) {
            upkeep.look();
        }
    }

    /** Takes up what has changed in the store, if the settings come from there; of {@link #tick} only that. */
    void lookIntoTheStore() {
        if (!isFollowing && desk.refresh()) {
            compare();
        }
    }

    /**
     * Once, as soon as the store has answered: a file that has changed since it was last in force is taken up, unless
     * somebody has edited the settings in between. Then it is only said what it says otherwise.
     */
    private void compare() {
        Revision now = desk.current();
        if (isCompared || now.number() == 0) {
            return;
        }
        isCompared = true;
        if (now.settings().equals(seed)) {
            return;
        }
        if (!now.by().equals(FILE)) {
            LOG.log(
                    Level.WARNING,
                    "{0} is not what is in force, which is revision {1} by {2}. It would change: {3}",
                    fileName,
                    now.number(),
                    now.by(),
                    Differences.told(SettingsText.difference(now.settings(), seed)));
            return;
        }
        EditResult result = desk.edit(seed, now.number(), FILE, "changed " + fileName);
        if (!(result instanceof EditResult.Applied)) {
            LOG.log(Level.ERROR, "{0} has changed and could not be put in force: {1}", fileName, result);
        }
    }

    /** The store's own audit is not written where the file is the source. */
    private void audit(EditResult.Applied change) {
        if (database == null) {
            return;
        }
        Revision revision = change.revision();
        String detail = change.changes().stream().map(Change::toString).collect(Collectors.joining("\n"));
        try {
            new AuditLog(database)
                    .add(new AuditEntry(0, revision.at(), FILE, "settings.follow", revision.comment(), detail));
        } catch (StoreException e) {
            LOG.log(Level.ERROR, "a change of the settings is missing in the audit log", e);
        }
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
    }
}
