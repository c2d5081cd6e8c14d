// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.QueueWatch;
import io.anteroom.admin.webhook.SecretBox;
import io.anteroom.admin.webhook.SendGuard;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.event.Events;
import io.anteroom.gateway.config.OperatorConfig;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches the queues and sends webhooks. What hinders it is said loudly and tried again, and hinders nothing else. One
 * thread calls {@link #tick}; the rest is safe from any.
 */
final class Notifications implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Notifications.class.getName());
    private static final String KEY_FILE = "webhooks.key";

    private final OperatorConfig operator;
    private final SettingsDesk desk;
    private final @Nullable Database database;
    private final Events events;
    private final SendGuard guard;
    private final QueueWatch watch;
    private volatile @Nullable Webhooks webhooks;
    private String said = "";

    /**
     * Sends what is told in {@code events}.
     *
     * @param watch looks at the queues; closed with this
     */
    Notifications(
            OperatorConfig operator, SettingsDesk desk, @Nullable Database database, QueueWatch watch, Events events) {
        this.operator = operator;
        this.desk = desk;
        this.database = database;
        this.events = events;
        this.watch = watch;
        guard = operator.sending().guard();
        desk.check(this::problems);
        open();
    }

    private NoticeSettings notices() {
        return desk.current().settings().notices();
    }

    /**
     * Addresses that may not be sent to. Those that stand there already are left alone: they are not sent to either.
     */
    private List<SettingsProblem> problems(Settings before, Settings after) {
        List<SettingsProblem> problems = new ArrayList<>();
        after.notices().webhooks().forEach((name, webhook) -> {
            WebhookSettings old = before.notices().webhooks().get(name);
            String refusal = old != null && old.url().equals(webhook.url()) ? null : guard.refusal(webhook.uri());
            if (refusal != null) {
                problems.add(problem("webhooks." + name + ".url", webhook.url(), refusal));
            }
        });
        return problems;
    }

    /** A refusal says what it found and what it expects; the address itself is told with it. */
    private static SettingsProblem problem(String path, String url, String refusal) {
        int expected = refusal.indexOf(" (expected: ");
        String found = expected < 0 ? refusal : refusal.substring(0, expected);
        String wanted = expected < 0
                ? "another address"
                : refusal.substring(expected + " (expected: ".length(), refusal.length() - 1);
        return new SettingsProblem(path, url + ", " + found.replaceFirst("^url: ", ""), wanted);
    }

    /** Tries again what was hindered; to be called every few seconds. */
    void tick() {
        if (webhooks == null) {
            open();
        }
    }

    private void open() {
        Database known = database;
        if (known == null) {
            hindered("nothing is kept (expected: storage.dir or storage.url)", null);
            return;
        }
        try {
            Optional<SecretBox> secrets = secrets();
            if (secrets.isEmpty()) {
                hindered(
                        "there is no key for their secrets (expected: webhooks.key-env or webhooks.key-file, the same"
                                + " on all gateways that share the database)",
                        null);
                return;
            }
            webhooks = Webhooks.builder(known, secrets.get(), this::notices)
                    .events(events)
                    .guard(guard)
                    .source("/anteroom/" + operator.node())
                    .start();
        } catch (IOException | RuntimeException e) {
            hindered(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<SecretBox> secrets() throws IOException {
        if (operator.sending().key().isPresent()) {
            return Optional.of(SecretBox.of(operator.sending().key().get().value(), "webhooks.key"));
        }
        return operator.storage() instanceof Directory directory
                ? Optional.of(SecretBox.inFile(directory.path().resolve(KEY_FILE)))
                : Optional.empty();
    }

    /** Said as soon as there is a webhook that is not sent, and again only if the reason changes. */
    private void hindered(String reason, @Nullable Exception e) {
        if (!notices().webhooks().isEmpty() && !said.equals(reason)) {
            said = reason;
            LOG.log(Level.ERROR, "webhooks are not sent: " + reason, e);
        }
    }

    /** The webhooks, unless something hinders them. */
    Optional<Webhooks> webhooks() {
        return Optional.ofNullable(webhooks);
    }

    @Override
    public void close() {
        watch.close();
        Webhooks open = webhooks;
        if (open != null) {
            open.close();
        }
    }
}
