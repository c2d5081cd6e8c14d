// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Webhooks that fail, and those that are not sent anything any more because of it. Safe from any thread. */
final class Troubles {
    /**
     * The longest pause between two attempts at a delivery, up to a tenth more, and an hour for what may hold it up.
     */
    static final Duration LONGEST_GAP = RetrySchedule.LONGEST.plus(Duration.ofHours(2));

    private final Database database;

    Troubles(Database database) {
        this.database = database;
    }

    /**
     * What is the matter with a webhook.
     *
     * @param failingSince when the first attempt failed since the last success, or since it was last heard of at all
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

    /**
     * It failed; answers since when it has been failing without a pause in which nobody knows whether it would have.
     */
    static Instant failed(Handle handle, String webhook, Instant now, String reason) {
        int known = handle.createUpdate("update webhook_trouble set reason = :reason, failing_since = case when"
                        + " failed_at < :recent then :now else failing_since end, failed_at = :now"
                        + " where webhook = :webhook and off_at = 0")
                .bind("reason", reason)
                .bind("recent", now.minus(LONGEST_GAP).toEpochMilli())
                .bind("now", now.toEpochMilli())
                .bind("webhook", webhook)
                .execute();
        if (known == 0) {
            insert(handle, webhook, now, now.toEpochMilli(), reason);
        }
        return Instant.ofEpochMilli(
                handle.createQuery("select failing_since from webhook_trouble where webhook = :webhook")
                        .bind("webhook", webhook)
                        .mapTo(Long.class)
                        .one());
    }

    /** A try-out of it failed: to be seen, but nothing that counts against it. */
    static void triedInVain(Handle handle, String webhook, Instant now, String reason) {
        int known = handle.createUpdate(
                        "update webhook_trouble set reason = :reason where webhook = :webhook and off_at = 0")
                .bind("reason", reason)
                .bind("webhook", webhook)
                .execute();
        if (known == 0) {
            insert(handle, webhook, now, 0, reason);
        }
    }

    private static void insert(Handle handle, String webhook, Instant now, long failedAt, String reason) {
        handle.createUpdate("insert into webhook_trouble (webhook, failing_since, failed_at, off_at, reason)"
                        + " select :webhook, :now, :failed, 0, :reason where not exists"
                        + " (select 1 from webhook_trouble where webhook = :webhook)")
                .bind("webhook", webhook)
                .bind("now", now.toEpochMilli())
                .bind("failed", failedAt)
                .bind("reason", reason)
                .execute();
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
                "forgetting the trouble of a webhook",
                handle -> handle.createUpdate("delete from webhook_trouble where webhook = :webhook")
                                .bind("webhook", webhook)
                                .execute()
                        > 0);
    }
}
