// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The signing secrets of webhooks, encrypted in the database. Safe from any thread. */
final class Secrets {
    /** How long a former secret signs too. */
    static final Duration OVERLAP = Duration.ofHours(24);

    private static final String FIND = "select * from webhook_secret where webhook = :webhook";

    private final Database database;
    private final SecretBox box;
    private final SecureRandom random = new SecureRandom();

    Secrets(Database database, SecretBox box) {
        this.database = database;
        this.box = box;
    }

    /** A secret that cannot be read here. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String problem;

        Unreadable(String problem, Throwable cause) {
            super(problem, cause);
            this.problem = problem;
        }

        /** What is the matter. */
        String problem() {
            return problem;
        }
    }

    private record Row(String keyId, String secret, boolean isShown, String former, long formerUntil) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("key_id"),
                    row.getString("secret"),
                    row.getBoolean("is_shown"),
                    row.getString("former"),
                    row.getLong("former_until"));
        }
    }

    /** What the deliveries to a webhook are signed with now; a secret is made if there is none yet. */
    List<SigningSecret> signing(String webhook, Instant now) {
        Row row = row(webhook, now);
        List<SigningSecret> secrets = new ArrayList<>();
        secrets.add(open(row.secret(), webhook, row));
        if (!row.former().isEmpty() && row.formerUntil() > now.toEpochMilli()) {
            secrets.add(open(row.former(), webhook, row));
        }
        return secrets;
    }

    /** The secret, for the one time that it is told; null if that has been. */
    @Nullable String reveal(String webhook, Instant now) {
        Row row = row(webhook, now);
        String secret = open(row.secret(), webhook, row).text();
        int shown = database.inTransaction(
                "telling a signing secret",
                handle -> handle.createUpdate(
                                "update webhook_secret set is_shown = true where webhook = :webhook and is_shown = false"
                                        + " and secret = :secret")
                        .bind("webhook", webhook)
                        .bind("secret", row.secret())
                        .execute());
        return shown > 0 ? secret : null;
    }

    /** Puts a new secret in the place of the old one, which goes on signing beside it for a day; answers the new. */
    String rotate(String webhook, Instant now) {
        SigningSecret made = SigningSecret.random(random);
        boolean unused = database.inTransaction("changing a signing secret", handle -> {
            Row old = find(handle, webhook);
            // What was made with another key can sign no longer, and neither can it be told.
            boolean isOfUse = old != null && old.keyId().equals(box.keyId());
            handle.createUpdate("delete from webhook_secret where webhook = :webhook")
                    .bind("webhook", webhook)
                    .execute();
            insert(handle, webhook, made, now, true, isOfUse && old != null ? old.secret() : "");
            return true;
        });
        database.sync();
        return made.text();
    }

    /**
     * Makes the secret of a new webhook and answers it, for the one time that it is told. What is left of another
     * webhook of that name signs no more.
     */
    String begin(String webhook, Instant now) {
        SigningSecret made = SigningSecret.random(random);
        boolean unused = Again.ifTaken(() -> database.inTransaction("making a signing secret", handle -> {
            handle.createUpdate("delete from webhook_secret where webhook = :webhook")
                    .bind("webhook", webhook)
                    .execute();
            insert(handle, webhook, made, now, true, "");
            return true;
        }));
        database.sync();
        return made.text();
    }

    /** Whose secrets there are. */
    Set<String> all() {
        return database.inTransaction(
                "reading the signing secrets",
                handle -> handle.createQuery("select webhook from webhook_secret")
                        .mapTo(String.class)
                        .set());
    }

    /** Forgets the secret of a webhook that is gone, unless it was made later, as for another of its name. */
    void forget(String webhook, Instant before) {
        int unused = database.inTransaction(
                "forgetting a signing secret",
                handle -> handle.createUpdate(
                                "delete from webhook_secret where webhook = :webhook and made_at < :before")
                        .bind("webhook", webhook)
                        .bind("before", before.toEpochMilli())
                        .execute());
    }

    private Row row(String webhook, Instant now) {
        return Again.ifTaken(() -> database.inTransaction("reading a signing secret", handle -> {
            Row row = find(handle, webhook);
            if (row == null) {
                insert(handle, webhook, SigningSecret.random(random), now, false, "");
                row = find(handle, webhook);
            }
            if (row == null) {
                throw new IllegalStateException("the secret of " + webhook + " is not there after it was stored");
            }
            return row;
        }));
    }

    private static @Nullable Row find(Handle handle, String webhook) {
        List<Row> rows = handle.createQuery(FIND)
                .bind("webhook", webhook)
                .map((row, context) -> Row.of(row))
                .list();
        return rows.isEmpty() ? null : rows.get(0);
    }

    private void insert(
            Handle handle, String webhook, SigningSecret secret, Instant now, boolean isShown, String former) {
        handle.createUpdate("insert into webhook_secret (webhook, made_at, key_id, secret, is_shown, former,"
                        + " former_until) values (:webhook, :now, :key, :secret, :shown, :former, :until)")
                .bind("webhook", webhook)
                .bind("now", now.toEpochMilli())
                .bind("key", box.keyId())
                .bind("secret", box.close(secret.text(), webhook))
                .bind("shown", isShown)
                .bind("former", former)
                .bind("until", former.isEmpty() ? 0 : now.plus(OVERLAP).toEpochMilli())
                .execute();
    }

    private SigningSecret open(String closed, String webhook, Row row) {
        try {
            return SigningSecret.parse(box.open(closed, webhook));
        } catch (GeneralSecurityException e) {
            throw new Unreadable(
                    "the signing secret of " + webhook + " was stored with the key " + row.keyId()
                            + ", and this server has the key " + box.keyId()
                            + " (expected: the same on all servers; or change the secret)",
                    e);
        }
    }
}
