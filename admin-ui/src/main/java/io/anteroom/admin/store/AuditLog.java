// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What was done, and by whom. Entries are added and, when they are too old, forgotten; never changed. */
public final class AuditLog implements AuditTrail {
    /** About how many entries one transaction forgets: those of one moment go together. */
    static final int MOST_AT_ONCE = 10_000;

    private final Database database;

    /** The log in a database. */
    public AuditLog(Database database) {
        this.database = database;
    }

    @Override
    public void add(AuditEntry entry) {
        boolean unused = database.inTransaction("writing the audit log", handle -> {
            add(handle, entry);
            return true;
        });
    }

    /** Adds an entry in the transaction of what it is about. */
    static void add(Handle handle, AuditEntry entry) {
        handle.createUpdate("insert into audit_entry (done_at, actor, deed, subject, detail, outcome, role,"
                        + " address, node) values (:at, :actor, :deed, :subject, :detail, :outcome, :role, :address,"
                        + " :node)")
                .bind("at", entry.at().toEpochMilli())
                .bind("actor", entry.actor())
                .bind("deed", entry.deed())
                .bind("subject", entry.subject())
                .bind("detail", entry.detail())
                .bind("outcome", entry.outcome().word())
                .bind("role", entry.origin().role())
                .bind("address", entry.origin().address())
                .bind("node", entry.origin().node())
                .execute();
    }

    /**
     * Forgets what is older than it has to be kept, about {@value #MOST_AT_ONCE} at most; answers how much that was.
     */
    public int forget(Instant now, Duration kept) {
        return database.inTransaction("shortening the audit log", handle -> forget(handle, now, kept));
    }

    static int forget(Handle handle, Instant now, Duration kept) {
        // By a moment and not by a list of rows, which H2 would make anew for each row that it looks at.
        long last = handle.createQuery("select coalesce(max(done_at), :none) from (select done_at from audit_entry"
                        + " where done_at < :first order by done_at limit :most) oldest")
                .bind("none", Long.MIN_VALUE)
                .bind("first", now.minus(kept).toEpochMilli())
                .bind("most", MOST_AT_ONCE)
                .mapTo(Long.class)
                .one();
        return handle.createUpdate("delete from audit_entry where done_at <= :last")
                .bind("last", last)
                .execute();
    }

    /** Everything, newest first; see {@link #page(AuditFilter, long, int)}. */
    public List<AuditEntry> page(long before, int most) {
        return page(AuditFilter.ALL, before, most);
    }

    @Override
    public List<AuditEntry> page(AuditFilter filter, long before, int most) {
        Map<String, Object> values = new HashMap<>();
        String where = where(filter, values);
        values.put("before", before);
        values.put("most", Math.max(1, Math.min(most, MOST_PER_PAGE)));
        return database.inTransaction(
                "reading the audit log",
                handle -> handle.createQuery("select * from audit_entry where id < :before" + where
                                + " order by id desc limit :most")
                        .bindMap(values)
                        .map((row, context) -> entry(row))
                        .list());
    }

    private static String where(AuditFilter filter, Map<String, Object> values) {
        StringBuilder where = new StringBuilder();
        add(where, values, " and actor = :actor", "actor", filter.actor());
        add(where, values, " and (deed = :deed or deed like :deeds escape '!')", "deed", filter.deed());
        AuditEntry.Outcome outcome = filter.outcome();
        add(where, values, " and outcome = :outcome", "outcome", outcome == null ? null : outcome.word());
        Instant from = filter.from();
        add(where, values, " and done_at >= :from_at", "from_at", from == null ? null : from.toEpochMilli());
        Instant to = filter.to();
        add(where, values, " and done_at < :to_at", "to_at", to == null ? null : to.toEpochMilli());
        String deed = filter.deed();
        if (deed != null) {
            values.put("deeds", deed.replace("!", "!!").replace("%", "!%").replace("_", "!_") + ".%");
        }
        return where.toString();
    }

    private static void add(
            StringBuilder where, Map<String, Object> values, String condition, String name, @Nullable Object value) {
        if (value != null) {
            where.append(condition);
            values.put(name, value instanceof String text ? text.replace('\0', ' ') : value);
        }
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                Instant.ofEpochMilli(row.getLong("done_at")),
                row.getString("actor"),
                row.getString("deed"),
                row.getString("subject"),
                row.getString("detail"),
                AuditEntry.Outcome.of(row.getString("outcome")),
                new AuditOrigin(row.getString("role"), row.getString("address"), row.getString("node")));
    }
}
