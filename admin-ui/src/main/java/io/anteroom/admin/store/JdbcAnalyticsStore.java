// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.admin.analytics.AnalyticsStore;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.analytics.Merging;
import io.anteroom.admin.analytics.Minute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
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
    private static final int WRITTEN_AT_ONCE = 1000;

    private final Database database;

    /** Analytics in a database, which stays open. */
    public JdbcAnalyticsStore(Database database) {
        this.database = database;
    }

    /** Where a row of one server is in a table. */
    private record Place(int span, long bucket, String pool, int part) {}

    /** What is to be added to the rows of one table, in the order of their keys. */
    private static final class Additions {
        private static final Comparator<Place> BY_KEY = Comparator.comparingInt(Place::span)
                .thenComparingLong(Place::bucket)
                .thenComparing(Place::pool)
                .thenComparingInt(Place::part);

        private final Map<Place, List<byte[]>> rows = new TreeMap<>(BY_KEY);

        void add(Place place, byte[] more) {
            rows.computeIfAbsent(place, fresh -> new ArrayList<>()).add(more);
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

    @Override
    public boolean isLast(String node, long batch) {
        return database.inTransaction(
                "reading the analytics",
                handle -> handle.createQuery("select batch from analytics_nodes where node = :node")
                        .bind("node", node)
                        .mapTo(Long.class)
                        .list()
                        .contains(batch));
    }

    /** What is written for each row: the minutes of an hour are added up before. */
    private static void write(Handle handle, String node, List<Minute> minutes) {
        Additions figures = new Additions();
        Additions callers = new Additions();
        for (Minute minute : minutes) {
            for (int span : SPANS) {
                long bucket = Math.floorDiv(minute.minute(), (long) span) * span;
                for (int level = 0; level < minute.levels().size(); level++) {
                    byte[] more = minute.levels().get(level);
                    if (more != null) {
                        figures.add(new Place(span, bucket, minute.pool(), level), more);
                    }
                }
                for (int kind = 0; kind < minute.lists().size(); kind++) {
                    callers.add(
                            new Place(span, bucket, minute.pool(), kind),
                            minute.lists().get(kind));
                }
            }
        }
        add(handle, FIGURES, node, figures, Merging::figures);
        add(handle, CALLERS, node, callers, Merging::lists);
    }

    /** Few statements for many rows: what is known is read by ranges, what is new or changed is written in batches. */
    private static void add(
            Handle handle, String table, String node, Additions more, Function<List<byte[]>, byte[]> sum) {
        Map<Place, byte[]> known = new HashMap<>();
        for (int span : SPANS) {
            known(handle, table, node, span, more, known);
        }
        PreparedBatch inserts = handle.prepareBatch("insert into " + table
                + " (span, bucket, pool, part, node, content) values (:span, :bucket, :pool, :part, :node, :content)");
        PreparedBatch updates = handle.prepareBatch("update " + table + " set content = :content where span = :span"
                + " and bucket = :bucket and pool = :pool and part = :part and node = :node");
        more.rows.forEach((place, added) -> {
            byte[] before = known.get(place);
            if (before != null) {
                added.add(0, before);
            }
            PreparedBatch batch = before == null ? inserts : updates;
            batch.bind("span", place.span())
                    .bind("bucket", place.bucket())
                    .bind("pool", place.pool())
                    .bind("part", place.part())
                    .bind("node", node)
                    .bind("content", added.size() == 1 ? added.get(0) : sum.apply(added))
                    .add();
            if (batch.size() == WRITTEN_AT_ONCE) {
                batch.execute();
            }
        });
        inserts.execute();
        updates.execute();
    }

    /** Adds the rows of a span that are there already to {@code known}, as far as they are meant. */
    private static void known(
            Handle handle, String table, String node, int span, Additions more, Map<Place, byte[]> known) {
        LongSummaryStatistics buckets = more.rows.keySet().stream()
                .filter(place -> place.span() == span)
                .mapToLong(Place::bucket)
                .summaryStatistics();
        if (buckets.getCount() == 0) {
            return;
        }
        handle.createQuery("select bucket, pool, part, content from " + table
                        + " where span = :span and bucket >= :from and bucket <= :to and node = :node")
                .bind("span", span)
                .bind("from", buckets.getMin())
                .bind("to", buckets.getMax())
                .bind("node", node)
                .setFetchSize(FETCHED_AT_ONCE)
                .map((row, context) -> {
                    Place place = new Place(span, row.getLong("bucket"), row.getString("pool"), row.getInt("part"));
                    if (more.rows.containsKey(place)) {
                        known.put(place, row.getBytes("content"));
                    }
                    return true;
                })
                .forEach(each -> {});
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
