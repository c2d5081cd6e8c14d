// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to one request.
 *
 * @param kind what happened
 * @param requestId the request
 * @param pool its pool
 * @param caller whose it is
 * @param priority its level
 * @param batch its batch, or null
 * @param waited how long it has waited
 * @param position its position on arrival, 0 if it did not wait
 * @param ran how long it held its slot, zero unless {@link Kind#RELEASED}
 * @param refusal why it got no slot, or null
 */
public record QueueEvent(
        Kind kind,
        String requestId,
        String pool,
        Caller caller,
        Priority priority,
        @Nullable String batch,
        Duration waited,
        int position,
        Duration ran,
        Refusal.@Nullable Code refusal) {

    /** What can happen. Each request is told {@code QUEUED} at most once, and then exactly one of the next six. */
    public enum Kind {
        /** It waits. */
        QUEUED,
        /** It got a slot, at once or after waiting. */
        ADMITTED,
        /** It was refused on arrival. */
        REFUSED,
        /** It lost its place: pushed out, cancelled, or the server shuts down. */
        SHED,
        /** Its longest wait is over. */
        EXPIRED,
        /** Its client left while it waited. */
        ABANDONED,
        /** It was sent away to come back, and its place is kept: another request can take it up. */
        KEPT,
        /** Nobody came back to its place; follows {@code KEPT} if so. */
        GIVEN_UP,
        /** It gave its slot back; follows every {@code ADMITTED} exactly once. */
        RELEASED,
        /** It went on to its fallback, without a slot; follows {@code REFUSED}, {@code SHED} or {@code EXPIRED}. */
        FELL_BACK
    }
}
