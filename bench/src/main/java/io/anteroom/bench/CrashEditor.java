// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcSettingsStore;
import io.anteroom.admin.webhook.SecretBox;
import io.anteroom.admin.webhook.SendGuard;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM that edits settings and sends webhooks as fast as it can, and says of each edit and event when it has been
 * acknowledged, until it is killed.
 */
final class CrashEditor {
    static final String WEBHOOK = "receiver";
    private static final int EDITS_FOR_AN_EVENT = 2;

    private CrashEditor() {}

    /** The settings that each revision has, so that half of one is told from a whole one. */
    static Settings settings(long number, String url) {
        PoolSettings pool = PoolSettings.ofSlots((int) (number % 1000) + 1);
        Settings settings = Settings.of("llm", pool);
        for (int i = 0; i < number % 7; i++) {
            settings = settings.withPool("pool-" + i, pool);
        }
        return settings.withNotices(NoticeSettings.DEFAULT.with(WEBHOOK, WebhookSettings.to(url)));
    }

    /** The number of a revision that these can be the settings of, up to what settings can tell. */
    static boolean isWhole(Revision revision, String url) {
        return revision.settings().equals(settings(revision.number(), url));
    }

    /** Edits until it is killed; with {@code deliver} it edits nothing and only sends. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        String url = args[1];
        boolean edits = !List.of(args).contains("deliver");
        Database database = Database.inDirectory(directory);
        Settings seed = settings(1, url);
        try (Anteroom anteroom = Anteroom.builder().settings(seed).build()) {
            SettingsDesk desk = SettingsDesk.open(
                    new JdbcSettingsStore(database), anteroom.parts(), InstantSource.system(), seed, "bench");
            SendGuard guard =
                    SendGuard.of(List.of("127.0.0.0/8"), Set.of(URI.create(url).getPort()));
            try (Webhooks webhooks = Webhooks.builder(
                            database,
                            SecretBox.inFile(directory.resolve("key")),
                            () -> desk.current().settings().notices())
                    .guard(guard)
                    .start()) {
                System.out.println("ready " + desk.current().number());
                while (true) {
                    if (edits) {
                        edit(desk, url);
                        event(desk, webhooks);
                    } else {
                        LockSupport.parkNanos(100_000_000);
                    }
                }
            }
        }
    }

    private static void edit(SettingsDesk desk, String url) {
        Revision now = desk.current();
        EditResult result = desk.edit(settings(now.number() + 1, url), now.number(), "bench", "");
        if (!(result instanceof EditResult.Applied applied)) {
            throw new IllegalStateException(String.valueOf(result));
        }
        System.out.println("edit " + applied.revision().number());
    }

    private static void event(SettingsDesk desk, Webhooks webhooks) {
        if (desk.current().number() % EDITS_FOR_AN_EVENT == 0) {
            String id = webhooks.test(WEBHOOK);
            if (id != null) {
                System.out.println("event " + id);
            }
        }
    }
}
