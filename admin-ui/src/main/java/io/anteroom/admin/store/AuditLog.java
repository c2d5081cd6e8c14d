// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What was done, and by whom. Entries are added and, when they are too old, forgotten; never changed. */
public final class AuditLog {
    private static final int MOST_PER_PAGE = 200;

    private final Database database;

    /** The log in a database. */
    public AuditLog(Database database) {
        this.database = database;
    }

    /** Adds an entry. */
    public void add(AuditEntry entry) {
        boolean unused = database.inTransaction("writing the audit log", handle -> {
            add(handle, entry);
            return true;
        });
    }

    /** Adds an entry in the transaction of what it is about. */
    static void add(Handle handle, AuditEntry entry) {
        handle.createUpdate("insert into audit_entry (done_at, actor, deed, subject, detail)"
                        + " values (:at, :actor, :deed, :subject, :detail)")
                .bind("at", entry.at().toEpochMilli())
                .bind("actor", entry.actor())
                .bind("deed", entry.deed())
                .bind("subject", entry.subject())
                .bind("detail", entry.detail())
                .execute();
    }

    /** Forgets what is older than it has to be kept, and answers how much that was. */
    public int forget(Instant now, Duration kept) {
        return database.inTransaction("shortening the audit log", handle -> forget(handle, now, kept));
    }

    static int forget(Handle handle, Instant now, Duration kept) {
        return handle.createUpdate("delete from audit_entry where done_at < :first")
                .bind("first", now.minus(kept).toEpochMilli())
                .execute();
    }

    /**
     * What there is, newest first.
     *
     * @param before only entries with a smaller id
     * @param most at most so many, from 1 to 200
     */
    public List<AuditEntry> page(long before, int most) {
        return database.inTransaction(
                "reading the audit log",
                handle -> handle.createQuery("select id, done_at, actor, deed, subject, detail from audit_entry"
                                + " where id < :before order by id desc limit :most")
                        .bind("before", before)
                        .bind("most", Math.max(1, Math.min(most, MOST_PER_PAGE)))
                        .map((row, context) -> new AuditEntry(
                                row.getLong("id"),
                                Instant.ofEpochMilli(row.getLong("done_at")),
                                row.getString("actor"),
                                row.getString("deed"),
                                row.getString("subject"),
                                row.getString("detail")))
                        .list());
    }
}
