// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.QueueStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a ticket is told.
 *
 * @param id the ticket
 * @param state how it stands with it
 * @param pool its pool
 * @param standing where it stands in the queue, or null if it does not wait
 * @param waited how long it has waited, or had
 * @param created when it was given
 * @param expires until when it lasts in this state
 * @param reason why it is over, as in {@code Queue-Reject-Reason}, or null
 * @param url where to ask again
 */
public record TicketView(
        String id,
        State state,
        String pool,
        @Nullable QueueStatus standing,
        Duration waited,
        Instant created,
        Instant expires,
        @Nullable String reason,
        String url) {

    /** How it can stand with a ticket. */
    public enum State {
        /** It waits for its turn. */
        QUEUED("Server busy, waiting for resources"),
        /** Its slot is reserved. */
        READY("The slot is reserved: send the request again with this ticket in Queue-Ticket"),
        /** A request has taken its slot. */
        CLAIMED("The ticket has been used"),
        /** Nobody claimed its slot in time, or it waited for too long. */
        EXPIRED("The ticket has expired: ask for another"),
        /** Its owner, or an operator, gave it up. */
        CANCELLED("The ticket was cancelled"),
        /** It lost its place. */
        REFUSED("The ticket lost its place");

        private final String message;

        State(String message) {
            this.message = message;
        }

        /** Whether it is over for good. */
        public boolean isOver() {
            return ordinal() > READY.ordinal();
        }
    }

    String json() {
        JsonText json = new JsonText()
                .text("id", id)
                .text("object", "queue.ticket")
                .text("status", state.name().toLowerCase(java.util.Locale.ROOT))
                .text("pool", pool);
        QueueStatus place = standing;
        if (place != null) {
            json.number("queue_position", place.position()).number("queue_depth", place.depth());
            place.estimate().ifPresent(estimate -> Refusals.estimate(json, estimate));
        }
        json.number("waited_ms", waited.toMillis())
                .text("created_at", created.toString())
                .text("expires_at", expires.toString());
        if (reason != null) {
            json.text("reason", reason);
        }
        String urls = new JsonText().text("self", url).text("cancel", url).end();
        return json.raw("urls", urls).text("message", state.message).end();
    }
}
