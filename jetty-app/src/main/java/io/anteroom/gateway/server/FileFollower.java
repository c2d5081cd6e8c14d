// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.ConfigException;
import io.anteroom.gateway.config.ConfigProblem;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.UpstreamGroups;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.SettingsDesk;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether the configuration file has changed, and puts in force what of it can change while the gateway runs, if
 * it has no mistake; with one, what was good last stays. That is its backends, and its settings where it is their
 * source. One thread looks; any may ask what is the matter.
 */
final class FileFollower {
    private static final System.Logger LOG = System.getLogger(FileFollower.class.getName());

    private final Path file;
    private final GatewayConfig began;
    private final @Nullable SettingsDesk desk;
    private final Consumer<EditResult.Applied> applied;
    private final Consumer<UpstreamGroups> backends;
    private UpstreamGroups upstream;
    private String judged = "";
    private String seen = "";
    private volatile boolean isUnreadable;
    private volatile @Nullable String mistakes;

    /**
     * Follows a file.
     *
     * @param began what it said when the gateway was started
     * @param desk where its settings are put in force, or null if they have another source
     * @param applied told of every change that it made
     * @param backends takes changed backends
     */
    FileFollower(
            Path file,
            GatewayConfig began,
            @Nullable SettingsDesk desk,
            Consumer<EditResult.Applied> applied,
            Consumer<UpstreamGroups> backends) {
        this.file = file;
        this.began = began;
        this.desk = desk;
        this.applied = applied;
        this.backends = backends;
        this.upstream = began.upstream();
    }

    /** What is the matter with the file, or null if what it says is in force. */
    @Nullable String trouble() {
        return isUnreadable ? file + " cannot be read" : mistakes;
    }

    /** Looks. What is found twice in a row counts: the first time it may be half written. */
    void look() {
        String text;
        try {
            text = ConfigReader.text(file);
        } catch (IOException e) {
            if (!isUnreadable) {
                isUnreadable = true;
                LOG.log(Level.ERROR, file + " cannot be read; the settings in force stay so", e);
            }
            return;
        }
        if (isUnreadable) {
            isUnreadable = false;
            LOG.log(Level.WARNING, "{0} can be read again", file);
        }
        boolean isWhole = text.equals(seen);
        seen = text;
        if (isWhole && !text.equals(judged)) {
            judged = text;
            mistakes = judge(text);
        }
    }

    /** Puts in force what the text says; answers what is wrong with it. */
    private @Nullable String judge(String text) {
        GatewayConfig config;
        try {
            config = ConfigReader.of(file).parse(text);
        } catch (ConfigException e) {
            List<ConfigProblem> problems = e.problems();
            String all = problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("; "));
            LOG.log(
                    Level.ERROR,
                    "{0} has changed and has mistakes ({1}); the settings in force stay so: {2}",
                    file,
                    problems.size(),
                    all);
            return file + " has mistakes (" + problems.size() + "): " + all;
        }
        String refused = desk == null ? null : follow(desk, config);
        if (refused != null) {
            return refused;
        }
        takeBackends(config.upstream());
        List<String> later = Differences.untilRestart(began, config);
        if (desk == null && !config.settings().equals(began.settings())) {
            later.add("pools, routes, callers and limits (unless somebody has edited those)");
        }
        if (!later.isEmpty()) {
            LOG.log(Level.WARNING, "{0}: {1} will count when the gateway is started again", file, later);
        }
        return null;
    }

    private @Nullable String follow(SettingsDesk target, GatewayConfig config) {
        EditResult result = target.follow(config.settings(), "changed " + file.getFileName());
        if (result instanceof EditResult.Applied change) {
            LOG.log(Level.WARNING, "{0} has changed and is in force: {1}", file, Differences.told(change.changes()));
            applied.accept(change);
        } else if (!(result instanceof EditResult.Unchanged)) {
            LOG.log(Level.ERROR, "{0} has changed and cannot be put in force: {1}", file, result);
            return file + " cannot be put in force: " + result;
        }
        return null;
    }

    private void takeBackends(UpstreamGroups read) {
        // The filter's fallbacks are those of the start.
        UpstreamGroups changed = read.withFallbacksOf(upstream);
        if (!changed.equals(upstream)) {
            backends.accept(changed);
            upstream = changed;
            LOG.log(Level.WARNING, "{0}: its upstreams are in force", file);
        }
    }
}
