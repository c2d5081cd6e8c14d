// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.Delivery.Attempt;
import io.anteroom.admin.webhook.Delivery.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What has been delivered and what has not, for people to read and to have sent anew. Safe from any thread. */
final class DeliveryLog {
    static final int MOST_PER_PAGE = 200;

    private static final String SELECT = "select d.id as delivery, d.webhook, d.state, d.due_at, d.tries, d.remark, e.*"
            + " from webhook_delivery d join webhook_event e on e.id = d.event_id where ";
    private static final String AGAIN = "update webhook_delivery set state = '" + Outbox.WAITING
            + "', tries = 0, due_at = :now, remark = :remark" + " where ";

    private final Database database;

    DeliveryLog(Database database) {
        this.database = database;
    }

    List<Delivery> page(String webhook, @Nullable State state, long before, int most) {
        return database.inTransaction(
                "reading the log of deliveries",
                handle -> handle.createQuery(SELECT
                                + "d.webhook = :webhook and d.id < :before"
                                + (state == null ? "" : " and d.state = '" + word(state) + "'")
                                + " order by d.id desc limit :most")
                        .bind("webhook", webhook)
                        .bind("before", before)
                        .bind("most", Math.max(1, Math.min(most, MOST_PER_PAGE)))
                        .map((row, context) -> delivery(row, List.of()))
                        .list());
    }

    @Nullable Delivery find(String webhook, long id) {
        List<Delivery> found = database.inTransaction("reading a delivery", handle -> {
            List<Attempt> attempts = attempts(handle, id);
            return handle.createQuery(SELECT + "d.webhook = :webhook and d.id = :id")
                    .bind("webhook", webhook)
                    .bind("id", id)
                    .map((row, context) -> delivery(row, attempts))
                    .list();
        });
        return found.isEmpty() ? null : found.get(0);
    }

    private static List<Attempt> attempts(Handle handle, long id) {
        return handle.createQuery("select * from webhook_attempt where delivery_id = :id order by id desc")
                .bind("id", id)
                .map((row, context) -> new Attempt(
                        Instant.ofEpochMilli(row.getLong("begun_at")),
                        row.getLong("took_millis"),
                        row.getInt("status"),
                        row.getString("error"),
                        row.getString("snippet")))
                .list();
    }

    private static Delivery delivery(ResultSet row, List<Attempt> attempts) throws SQLException {
        State state = State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
        return new Delivery(
                row.getLong("delivery"),
                Outbox.event(row),
                row.getString("webhook"),
                state,
                state == State.WAITING ? Instant.ofEpochMilli(row.getLong("due_at")) : null,
                attempts,
                row.getInt("tries"),
                row.getString("remark"));
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Sends one anew, with the same id; false if there is no such delivery. */
    boolean again(String webhook, long id, Instant now) {
        return database.inTransaction(
                "sending a delivery anew",
                handle -> handle.createUpdate(AGAIN + "webhook = :webhook and id = :id")
                                .bind("now", now.toEpochMilli())
                                .bind("remark", "sent anew")
                                .bind("webhook", webhook)
                                .bind("id", id)
                                .execute()
                        > 0);
    }

    /** Sends anew what has failed of the events since a moment, and answers how many these are. */
    int recover(String webhook, Instant since, Instant now) {
        return database.inTransaction(
                "sending deliveries anew",
                handle -> handle.createUpdate(AGAIN
                                + "webhook = :webhook and state = '" + Outbox.FAILED
                                + "' and event_id in (select id from webhook_event where made_at >= :since)")
                        .bind("now", now.toEpochMilli())
                        .bind("remark", "sent anew")
                        .bind("webhook", webhook)
                        .bind("since", since.toEpochMilli())
                        .execute());
    }
}
