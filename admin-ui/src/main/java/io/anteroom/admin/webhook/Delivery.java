// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way to one webhook.
 *
 * @param id its number
 * @param event what is sent
 * @param webhook to whom
 * @param state how it stands
 * @param due when the next attempt is due, or null if there is none
 * @param attempts what has been tried, newest first, as far as it is kept; empty in lists
 * @param tries how many attempts there have been since it was last sent anew
 * @param remark why it stands so, in a few words
 */
public record Delivery(
        long id,
        WebhookEvent event,
        String webhook,
        State state,
        @Nullable Instant due,
        List<Attempt> attempts,
        int tries,
        String remark) {

    /** Copies the attempts. */
    public Delivery {
        attempts = List.copyOf(attempts);
    }

    /** How a delivery can stand. */
    public enum State {
        /** It has still to be delivered. */
        WAITING,
        /** It was answered with a status from 200 to 299. */
        DELIVERED,
        /** It is not tried any more, unless somebody asks for it. */
        FAILED
    }

    /**
     * One attempt.
     *
     * @param at when it began
     * @param tookMillis how long it took
     * @param status the status of the answer, 0 if there was none
     * @param error what went wrong, empty if there was an answer
     * @param snippet the beginning of the answer's body, at most 1,024 bytes
     */
    public record Attempt(Instant at, long tookMillis, int status, String error, String snippet) {}
}
