// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Webhooks that fail, and those that are not sent anything any more because of it. Safe from any thread. */
final class Troubles {
    private final Database database;

    Troubles(Database database) {
        this.database = database;
    }

    /**
     * What is the matter with a webhook.
     *
     * @param failingSince when the first attempt failed since the last success
     * @param off when it was switched off, or null if it was not
     * @param reason why
     */
    record Trouble(Instant failingSince, @Nullable Instant off, String reason) {}

    Map<String, Trouble> all() {
        return database.inTransaction("reading the troubles of webhooks", handle -> {
            Map<String, Trouble> troubles = new LinkedHashMap<>();
            handle.createQuery("select * from webhook_trouble")
                    .map((row, context) -> {
                        long off = row.getLong("off_at");
                        troubles.put(
                                row.getString("webhook"),
                                new Trouble(
                                        Instant.ofEpochMilli(row.getLong("failing_since")),
                                        off == 0 ? null : Instant.ofEpochMilli(off),
                                        row.getString("reason")));
                        return true;
                    })
                    .list();
            return troubles;
        });
    }

    /** It was delivered: the trouble is over, unless it was switched off already. */
    static void succeeded(Handle handle, String webhook) {
        handle.createUpdate("delete from webhook_trouble where webhook = :webhook and off_at = 0")
                .bind("webhook", webhook)
                .execute();
    }

    /** It failed; answers since when it has been failing. */
    static Instant failed(Handle handle, String webhook, Instant now, String reason) {
        int known = handle.createUpdate(
                        "update webhook_trouble set reason = :reason where webhook = :webhook and off_at = 0")
                .bind("reason", reason)
                .bind("webhook", webhook)
                .execute();
        if (known == 0) {
            handle.createUpdate("insert into webhook_trouble (webhook, failing_since, off_at, reason)"
                            + " select :webhook, :now, 0, :reason where not exists"
                            + " (select 1 from webhook_trouble where webhook = :webhook)")
                    .bind("webhook", webhook)
                    .bind("now", now.toEpochMilli())
                    .bind("reason", reason)
                    .execute();
        }
        return Instant.ofEpochMilli(
                handle.createQuery("select failing_since from webhook_trouble where webhook = :webhook")
                        .bind("webhook", webhook)
                        .mapTo(Long.class)
                        .one());
    }

    /** Switches it off; false if it was off already. */
    static boolean switchOff(Handle handle, String webhook, Instant now, String reason) {
        return handle.createUpdate("update webhook_trouble set off_at = :now, reason = :reason"
                                + " where webhook = :webhook and off_at = 0")
                        .bind("now", now.toEpochMilli())
                        .bind("reason", reason)
                        .bind("webhook", webhook)
                        .execute()
                > 0;
    }

    /** Forgets what was the matter; false if nothing was. */
    boolean forget(String webhook) {
        return database.inTransaction(
                "switching a webhook on",
                handle -> handle.createUpdate("delete from webhook_trouble where webhook = :webhook")
                                .bind("webhook", webhook)
                                .execute()
                        > 0);
    }
}
