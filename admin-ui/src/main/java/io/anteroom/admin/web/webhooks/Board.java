// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.admin.webhook.WebhookState;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.webhook.WebhookSettings;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the pages about webhooks share: the settings, and who sends. Safe from any thread. */
final class Board {
    private final DeskEdit edit;
    private final Supplier<Optional<Webhooks>> sending;

    Board(SettingsDesk desk, Supplier<Optional<Webhooks>> sending) {
        this.edit = new DeskEdit(desk);
        this.sending = sending;
    }

    DeskEdit edit() {
        return edit;
    }

    static @Nullable WebhookSettings find(Settings settings, String name) {
        return settings.notices().webhooks().get(name);
    }

    /** The name of a webhook that there is. */
    String name(PageRequest request) {
        String name = request.name("webhook");
        settings(name);
        return name;
    }

    WebhookSettings settings(String name) {
        WebhookSettings webhook = find(edit.settings(), name);
        if (webhook == null) {
            throw PageException.notFound("There is no such webhook, or it has been removed.");
        }
        return webhook;
    }

    Optional<Webhooks> sending() {
        return sending.get();
    }

    /** Who sends. */
    Webhooks sender() {
        return sending.get()
                .orElseThrow(() -> PageException.unavailable(
                        "No webhooks are sent here now: that needs a database and a key for the secrets."));
    }

    @Nullable WebhookState state(String name) {
        return sending.get().map(sender -> sender.state(name)).orElse(null);
    }

    static boolean isAdmin(PageRequest request) {
        return request.principal().role().covers(Role.ADMIN);
    }

    static String path(String name) {
        return "/webhooks/" + name;
    }

    static Settings with(Settings settings, String name, WebhookSettings webhook) {
        return settings.withNotices(settings.notices().with(name, webhook));
    }
}
