// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.admin.analytics.AnalyticsStore;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.analytics.Merging;
import io.anteroom.admin.analytics.Minute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Minutes in a database, with the hours and days that they make up. Every server has rows of its own, so that none
 * waits for another; servers that should share a name by mistake wait for each other and lose nothing. Safe from any
 * thread.
 */
public final class JdbcAnalyticsStore implements AnalyticsStore {
    private static final String FIGURES = "analytics_figures";
    private static final String CALLERS = "analytics_callers";
    private static final int FETCHED_AT_ONCE = 2000;

    private final Database database;

    /** Analytics in a database, which stays open. */
    public JdbcAnalyticsStore(Database database) {
        this.database = database;
    }

    /** Where a row is. */
    private record Place(String table, int span, long bucket, String pool, int part, String node) {
        static final String IS =
                " where span = :span and bucket = :bucket and pool = :pool and part = :part and node = :node";

        <S extends SqlStatement<S>> S in(S statement) {
            return statement
                    .bind("span", span)
                    .bind("bucket", bucket)
                    .bind("pool", pool)
                    .bind("part", part)
                    .bind("node", node);
        }
    }

    @Override
    public void write(String node, long batch, List<Minute> minutes) {
        boolean unused = database.inTransaction("storing the analytics", handle -> {
            if (isNew(handle, node, batch)) {
                write(handle, node, minutes);
            }
            return true;
        });
    }

    /**
     * Notes the batch, unless it is the one that was written last: then its commit was not heard of. Who else uses this
     * node's name waits here until this transaction ends.
     */
    private static boolean isNew(Handle handle, String node, long batch) {
        List<Long> last = handle.createQuery("select batch from analytics_nodes where node = :node for update")
                .bind("node", node)
                .mapTo(Long.class)
                .list();
        if (last.contains(batch)) {
            return false;
        }
        int unused = handle.createUpdate(
                        last.isEmpty()
                                ? "insert into analytics_nodes (node, batch) values (:node, :batch)"
                                : "update analytics_nodes set batch = :batch where node = :node")
                .bind("node", node)
                .bind("batch", batch)
                .execute();
        return true;
    }

    /** What is written for each row: the minutes of an hour are added up before. */
    private static void write(Handle handle, String node, List<Minute> minutes) {
        Map<Place, byte[]> figures = new LinkedHashMap<>();
        Map<Place, byte[]> callers = new LinkedHashMap<>();
        for (Minute minute : minutes) {
            for (int span : SPANS) {
                long bucket = Math.floorDiv(minute.minute(), (long) span) * span;
                for (int level = 0; level < minute.levels().size(); level++) {
                    byte[] more = minute.levels().get(level);
                    if (more != null) {
                        Place place = new Place(FIGURES, span, bucket, minute.pool(), level, node);
                        figures.merge(place, more, Merging::figures);
                    }
                }
                for (int kind = 0; kind < minute.lists().size(); kind++) {
                    Place place = new Place(CALLERS, span, bucket, minute.pool(), kind, node);
                    callers.merge(place, minute.lists().get(kind), Merging::lists);
                }
            }
        }
        figures.forEach((place, more) -> add(handle, place, more, Merging::figures));
        callers.forEach((place, more) -> add(handle, place, more, Merging::lists));
    }

    private static void add(Handle handle, Place place, byte[] more, BinaryOperator<byte[]> sum) {
        List<byte[]> known = place.in(handle.createQuery("select content from " + place.table() + Place.IS))
                .map((row, context) -> row.getBytes("content"))
                .list();
        String sql = known.isEmpty()
                ? "insert into " + place.table() + " (span, bucket, pool, part, node, content)"
                        + " values (:span, :bucket, :pool, :part, :node, :content)"
                : "update " + place.table() + " set content = :content" + Place.IS;
        int unused = place.in(handle.createUpdate(sql))
                .bind("content", known.isEmpty() ? more : sum.apply(known.get(0), more))
                .execute();
    }

    @Override
    public void read(List<Range> ranges, @Nullable String pool, Rows rows) {
        boolean unused = database.inTransaction("reading the analytics", handle -> {
            for (Range range : ranges) {
                query(handle, "select bucket, pool, part, content from " + FIGURES, range, pool)
                        .map((row, context) -> {
                            rows.row(
                                    row.getLong("bucket"),
                                    row.getString("pool"),
                                    row.getInt("part"),
                                    row.getBytes("content"));
                            return true;
                        })
                        .forEach(each -> {});
            }
            return true;
        });
    }

    private static Query query(Handle handle, String select, Range range, @Nullable String pool) {
        String sql = select + " where span = :span and bucket >= :from and bucket < :to";
        Query query = handle.createQuery(pool == null ? sql : sql + " and pool = :pool")
                .bind("span", range.span())
                .bind("from", range.from())
                .bind("to", range.to())
                .setFetchSize(FETCHED_AT_ONCE);
        return pool == null ? query : query.bind("pool", pool);
    }

    @Override
    public List<byte[]> lists(List<Range> ranges, @Nullable String pool, CallerKind kind) {
        return database.inTransaction("reading the analytics", handle -> {
            List<byte[]> found = new ArrayList<>();
            for (Range range : ranges) {
                query(handle, "select content, part from " + CALLERS, range, pool)
                        .map((row, context) -> row.getInt("part") == kind.ordinal() ? row.getBytes("content") : null)
                        .forEach(list -> {
                            if (list != null) {
                                found.add(list);
                            }
                        });
            }
            return found;
        });
    }

    @Override
    public void forget(long before, long now) {
        boolean unused = database.inTransaction("forgetting old analytics", handle -> {
            for (int span : SPANS) {
                forget(handle, FIGURES, span, before - span);
                forget(handle, CALLERS, span, span == 1 ? now - LISTS_BY_MINUTES : before - span);
            }
            return true;
        });
    }

    private static void forget(Handle handle, String table, int span, long last) {
        int unused = handle.createUpdate("delete from " + table + " where span = :span and bucket <= :last")
                .bind("span", span)
                .bind("last", last)
                .execute();
    }
}
