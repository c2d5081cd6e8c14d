// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.settings.Change;
import io.anteroom.settings.Revision;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsStore;
import io.anteroom.settings.SettingsText;
import io.anteroom.settings.StoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Revisions of the settings in a database, each with its entry in the audit log. An append that was acknowledged has
 * been committed and flushed; what H2 makes of that after a crash is told in docs/settings.md. Safe from any thread,
 * and beside other servers.
 */
public final class JdbcSettingsStore implements SettingsStore {
    private static final String TABLE = "settings_revision";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final int MOST_PER_PAGE = 200;

    /** Of the documents of all revisions together. */
    private static final long MOST_BYTES = 128L << 20;

    /** So many revisions are kept however large they are. */
    private static final int LEAST_KEPT = 10;

    private final Database database;
    private final long mostBytes;

    /** Revisions in a database, which is closed with this. */
    public JdbcSettingsStore(Database database) {
        this(database, MOST_BYTES);
    }

    JdbcSettingsStore(Database database, long mostBytes) {
        this.database = database;
        this.mostBytes = mostBytes;
    }

    @Override
    public @Nullable Revision latest() {
        return one("select * from " + TABLE + " order by number desc limit 1", 0);
    }

    @Override
    public @Nullable Revision find(long number) {
        return one("select * from " + TABLE + " where number = :number", number);
    }

    private @Nullable Revision one(String sql, long number) {
        List<Row> rows = database.inTransaction("reading the settings", handle -> rows(handle, sql, number));
        return rows.isEmpty() ? null : rows.get(0).revision(database.name());
    }

    private static List<Row> rows(Handle handle, String sql, long number) {
        return handle.createQuery(sql)
                .bindMap(sql.contains(":number") ? Map.of("number", number) : Map.of())
                .map((row, context) -> Row.of(row))
                .list();
    }

    @Override
    public long latestNumber() {
        return database.inTransaction("reading the settings", JdbcSettingsStore::latestNumber);
    }

    private static long latestNumber(Handle handle) {
        return handle.createQuery("select coalesce(max(number), 0) from " + TABLE)
                .mapTo(Long.class)
                .one();
    }

    @Override
    public List<Revision.Note> history(long before, int most) {
        return database.inTransaction(
                "reading the history of the settings",
                handle -> handle.createQuery("select number, made_at, made_by, remark from " + TABLE
                                + " where number < :before order by number desc limit :most")
                        .bind("before", before)
                        .bind("most", Math.max(1, Math.min(most, MOST_PER_PAGE)))
                        .map((row, context) -> new Revision.Note(
                                row.getLong("number"),
                                Instant.ofEpochMilli(row.getLong("made_at")),
                                row.getString("made_by"),
                                row.getString("remark")))
                        .list());
    }

    @Override
    public boolean append(Revision revision) {
        return append(revision, handle -> differences(handle, revision));
    }

    @Override
    public boolean append(Revision revision, List<Change> changes) {
        return append(revision, handle -> changes);
    }

    private boolean append(Revision revision, Function<Handle, List<Change>> changes) {
        String document = SettingsText.write(revision.settings());
        boolean isNext =
                database.inTransaction("storing the settings", handle -> insert(handle, revision, document, changes));
        if (isNext) {
            database.sync();
        }
        return isNext;
    }

    private boolean insert(Handle handle, Revision revision, String document, Function<Handle, List<Change>> changes) {
        if (latestNumber(handle) != revision.number() - 1) {
            return false;
        }
        try {
            handle.createUpdate("insert into " + TABLE + " (number, made_at, made_by, remark, document)"
                            + " values (:number, :at, :by, :comment, :document)")
                    .bind("number", revision.number())
                    .bind("at", revision.at().toEpochMilli())
                    .bind("by", clean(revision.by()))
                    .bind("comment", clean(revision.comment()))
                    .bind("document", document)
                    .execute();
        } catch (UnableToExecuteStatementException e) {
            if (isTaken(e)) {
                handle.rollback();
                return false;
            }
            throw e;
        }
        audit(handle, revision, changes.apply(handle));
        long last = revision.number() - revision.settings().retention().revisions();
        handle.createUpdate("delete from " + TABLE + " where number <= :last")
                .bind("last", Math.max(last, Math.min(beyondBytes(handle), revision.number() - LEAST_KEPT)))
                .execute();
        return true;
    }

    /** The newest revision that there is no room for any more, counted from the latest; 0 if there is for all. */
    private long beyondBytes(Handle handle) {
        return handle.createQuery("select coalesce(max(number), 0) from (select number, sum(octet_length(document))"
                        + " over (order by number desc) as so_far from " + TABLE + ") sized where so_far > :most")
                .bind("most", mostBytes)
                .mapTo(Long.class)
                .one();
    }

    /** Another server inserted the same number in between. */
    private static boolean isTaken(UnableToExecuteStatementException e) {
        return e.getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(cause.getSQLState());
    }

    private static List<Change> differences(Handle handle, Revision revision) {
        return rows(handle, "select * from " + TABLE + " where number = :number", revision.number() - 1).stream()
                .map(before -> SettingsText.difference(SettingsText.read(before.document()), revision.settings()))
                .flatMap(List::stream)
                .toList();
    }

    private static void audit(Handle handle, Revision revision, List<Change> changes) {
        String detail = changes.stream().map(Change::toString).collect(Collectors.joining("\n"));
        String subject =
                "revision " + revision.number() + (revision.comment().isEmpty() ? "" : ": " + revision.comment());
        AuditLog.add(handle, new AuditEntry(0, revision.at(), revision.by(), "settings.edit", subject, detail));
        AuditLog.forget(handle, revision.at(), revision.settings().retention().audit());
    }

    private static String clean(String text) {
        // PostgreSQL takes no NUL in a text.
        return text.replace('\0', ' ');
    }

    @Override
    public void close() {
        database.close();
    }

    private record Row(long number, Instant at, String by, String comment, String document) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getLong("number"),
                    Instant.ofEpochMilli(row.getLong("made_at")),
                    row.getString("made_by"),
                    row.getString("remark"),
                    row.getString("document"));
        }

        Revision revision(String place) {
            try {
                return new Revision(number, at, by, comment, SettingsText.read(document));
            } catch (SettingsException e) {
                throw new StoreException(
                        "reading the settings: " + place + ": revision " + number + " cannot be used: "
                                + e.problems().get(0),
                        e);
            }
        }
    }
}
