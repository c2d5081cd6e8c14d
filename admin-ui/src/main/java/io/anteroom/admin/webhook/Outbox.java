// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Events and their deliveries in the database, as the worker needs them. A delivery is taken with a lease: of several
 * servers one has it, and if that one dies another takes it when the lease is over. So each is delivered at least once,
 * and by one server at a time. Safe from any thread.
 */
final class Outbox {
    static final String WAITING = "waiting";
    static final String DELIVERED = "delivered";
    static final String FAILED = "failed";

    private static final String REMOVED = "the webhook was removed";
    private static final int MOST_ATTEMPTS_KEPT = 50;

    private final Database database;

    Outbox(Database database) {
        this.database = database;
    }

    /** An event for these webhooks. */
    record Addressed(WebhookEvent event, List<String> webhooks) {}

    /**
     * A delivery that is ours for a while.
     *
     * @param until the end of its lease, which tells it from every other lease of it
     * @param tries how many attempts have failed before
     */
    record Claim(long id, String webhook, WebhookEvent event, int tries, long until) {}

    /** What becomes of a delivery after an attempt. */
    record Outcome(String state, int tries, Instant due, String remark) {}

    /** Stores events with their deliveries: all or nothing, flushed to the disk. */
    void append(List<Addressed> events) {
        boolean unused = database.inTransaction("storing events for webhooks", handle -> {
            PreparedBatch rows =
                    handle.prepareBatch("insert into webhook_event (id, kind, subject, made_at, source, facts)"
                            + " values (:id, :kind, :subject, :at, :source, :facts)");
            PreparedBatch ways = handle.prepareBatch(
                    "insert into webhook_delivery (event_id, webhook, state, due_at, leased_until, tries, remark)"
                            + " values (:event, :webhook, '" + WAITING + "', :at, 0, 0, '')");
            for (Addressed addressed : events) {
                WebhookEvent event = addressed.event();
                long at = event.at().toEpochMilli();
                rows.bind("id", event.id())
                        .bind("kind", event.type())
                        .bind("subject", event.subject())
                        .bind("at", at)
                        .bind("source", event.source())
                        .bind("facts", event.data())
                        .add();
                for (String webhook : addressed.webhooks()) {
                    ways.bind("event", event.id())
                            .bind("webhook", webhook)
                            .bind("at", at)
                            .add();
                }
            }
            rows.execute();
            ways.execute();
            return true;
        });
        database.sync();
    }

    /** Takes deliveries that are due, at most {@code most} of one webhook, the oldest first. */
    List<Claim> claim(String webhook, int most, Instant now, Duration lease) {
        return database.inTransaction("taking deliveries", handle -> {
            List<Long> ids = handle.createQuery("select id from webhook_delivery where webhook = :webhook"
                            + " and state = '" + WAITING + "' and due_at <= :now and leased_until <= :now"
                            + " order by due_at, id limit :most for update skip locked")
                    .bind("webhook", webhook)
                    .bind("now", now.toEpochMilli())
                    .bind("most", most)
                    .mapTo(Long.class)
                    .list();
            List<Claim> claims = new ArrayList<>();
            for (long id : ids) {
                claims.addAll(claim(handle, id, now, lease));
            }
            return claims;
        });
    }

    private static List<Claim> claim(Handle handle, long id, Instant now, Duration lease) {
        long until = now.plus(lease).toEpochMilli();
        int taken = handle.createUpdate("update webhook_delivery set leased_until = :until where id = :id"
                        + " and state = '" + WAITING + "' and leased_until <= :now")
                .bind("until", until)
                .bind("id", id)
                .bind("now", now.toEpochMilli())
                .execute();
        return taken == 0
                ? List.of()
                : handle.createQuery("select d.id as delivery, d.webhook, d.tries, e.* from webhook_delivery d"
                                + " join webhook_event e on e.id = d.event_id where d.id = :id")
                        .bind("id", id)
                        .map((row, context) -> new Claim(
                                row.getLong("delivery"),
                                row.getString("webhook"),
                                event(row),
                                row.getInt("tries"),
                                until))
                        .list();
    }

    static WebhookEvent event(ResultSet row) throws SQLException {
        return new WebhookEvent(
                row.getString("id"),
                row.getString("kind"),
                row.getString("subject"),
                Instant.ofEpochMilli(row.getLong("made_at")),
                source(row),
                row.getString("facts"));
    }

    /** A server of a former release has stored it without. */
    private static String source(ResultSet row) throws SQLException {
        String source = row.getString("source");
        return source.isEmpty() ? "/anteroom" : source;
    }

    /**
     * Writes down an attempt and what becomes of its delivery, unless the lease was lost to somebody else, who decides
     * then.
     */
    static void record(Handle handle, Claim claim, Delivery.Attempt attempt, Outcome outcome) {
        handle.createUpdate("update webhook_delivery set state = :state, tries = :tries, due_at = :due,"
                        + " leased_until = 0, remark = :remark where id = :id and leased_until = :until")
                .bind("state", outcome.state())
                .bind("tries", outcome.tries())
                .bind("due", outcome.due().toEpochMilli())
                .bind("remark", outcome.remark())
                .bind("id", claim.id())
                .bind("until", claim.until())
                .execute();
        // The retention may have been quicker.
        handle.createUpdate("insert into webhook_attempt (delivery_id, begun_at, took_millis, status, error, snippet)"
                        + " select id, :at, :took, :status, :error, :snippet from webhook_delivery where id = :id")
                .bind("at", attempt.at().toEpochMilli())
                .bind("took", attempt.tookMillis())
                .bind("status", attempt.status())
                .bind("error", attempt.error())
                .bind("snippet", attempt.snippet())
                .bind("id", claim.id())
                .execute();
        handle.createUpdate("delete from webhook_attempt where delivery_id = :id and id <= (select id from"
                        + " webhook_attempt where delivery_id = :id order by id desc offset " + MOST_ATTEMPTS_KEPT
                        + " rows fetch first 1 rows only)")
                .bind("id", claim.id())
                .execute();
    }

    /** When the next delivery of each of these webhooks can be taken; those for which nothing waits are left out. */
    Map<String, Instant> due(Collection<String> webhooks) {
        if (webhooks.isEmpty()) {
            return Map.of();
        }
        return database.inTransaction("looking for deliveries", handle -> {
            Map<String, Instant> due = new HashMap<>();
            handle.createQuery("select webhook, min(case when due_at > leased_until then due_at else leased_until end)"
                            + " as due from webhook_delivery where state = '" + WAITING
                            + "' and webhook in (<webhooks>) group by webhook")
                    .bindList("webhooks", List.copyOf(webhooks))
                    .map((row, context) ->
                            due.put(row.getString("webhook"), Instant.ofEpochMilli(row.getLong("due"))) == null)
                    .list();
            return due;
        });
    }

    /** How many deliveries wait for each webhook; those for which none does are left out. */
    Map<String, Long> waiting() {
        return database.inTransaction("counting deliveries", handle -> {
            Map<String, Long> waiting = new HashMap<>();
            handle.createQuery("select webhook, count(*) as waiting from webhook_delivery where state = '" + WAITING
                            + "' group by webhook")
                    .map((row, context) -> waiting.put(row.getString("webhook"), row.getLong("waiting")) == null)
                    .list();
            return waiting;
        });
    }

    /** Gives up what waits for webhooks that are gone, and what has waited too long for those that are off. */
    void giveUp(Collection<String> known, Collection<String> active, Instant before) {
        boolean unused = database.inTransaction("giving up deliveries", handle -> {
            fail(handle, known, REMOVED, Long.MAX_VALUE);
            fail(handle, active, "the webhook was switched off", before.toEpochMilli());
            return true;
        });
    }

    /**
     * Gives up what waits for a webhook that was removed, but for events made later, as for another of its name. An
     * attempt that is under way changes nothing any more.
     */
    void giveUpRemoved(String webhook, Instant last) {
        int unused = database.inTransaction(
                "giving up deliveries",
                handle -> handle.createUpdate("update webhook_delivery set state = '" + FAILED + "', leased_until = 0,"
                                + " remark = :remark where webhook = :webhook and state = '" + WAITING
                                + "' and event_id in (select id from webhook_event where made_at <= :last)")
                        .bind("remark", REMOVED)
                        .bind("webhook", webhook)
                        .bind("last", last.toEpochMilli())
                        .execute());
    }

    private static void fail(Handle handle, Collection<String> others, String remark, long before) {
        List<String> spared = new ArrayList<>(others);
        // An empty list is no SQL.
        spared.add("");
        handle.createUpdate("update webhook_delivery set state = '" + FAILED + "', leased_until = 0, remark = :remark"
                        + " where state = '" + WAITING + "' and webhook not in (<others>) and due_at < :before")
                .bindList("others", spared)
                .bind("remark", remark)
                .bind("before", before)
                .execute();
    }

    /**
     * Forgets what is old, and the oldest of what is too much.
     *
     * @return how many deliveries that still waited went with it
     */
    int forget(Instant before, int mostEvents) {
        return database.inTransaction("shortening the log of deliveries", handle -> {
            long count = handle.createQuery("select count(*) from webhook_event")
                    .mapTo(Long.class)
                    .one();
            long first = before.toEpochMilli();
            if (count > mostEvents) {
                first = Math.max(
                        first,
                        1
                                + handle.createQuery("select made_at from webhook_event order by made_at desc offset "
                                                + mostEvents + " rows fetch first 1 rows only")
                                        .mapTo(Long.class)
                                        .one());
            }
            int waiting = handle.createQuery("select count(*) from webhook_delivery d join webhook_event e"
                            + " on e.id = d.event_id where e.made_at < :first and d.state = '" + WAITING + "'")
                    .bind("first", first)
                    .mapTo(Integer.class)
                    .one();
            handle.createUpdate("delete from webhook_event where made_at < :first")
                    .bind("first", first)
                    .execute();
            return waiting;
        });
    }
}
