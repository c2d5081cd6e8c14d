// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Manner;
import io.anteroom.rate.Toll;
import jakarta.servlet.FilterChain;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request as the filter understands it.
 *
 * @param id its id, the client's own or ours
 * @param pool the pool that it wants a slot of
 * @param arrival what it asks of the pool
 * @param manner how its client is spoken to
 * @param hasBody whether it may have a body at all
 * @param body its body as far as it has been read, or null if nobody has touched it
 * @param toll what it has to pay, or null if no limit applies to it
 * @param ignored the options that its caller may not use, or null
 * @param alias the path that is meant, if it came to another, else null
 * @param fallback where it goes on when its longest wait is over, or null
 */
record Ask(
        String id,
        Pool pool,
        Arrival arrival,
        Manner manner,
        boolean hasBody,
        @Nullable BufferedBody body,
        @Nullable Toll toll,
        @Nullable String ignored,
        @Nullable String alias,
        @Nullable Fallback fallback) {

    /** What happened to it, for listeners. */
    QueueEvent event(Kind kind, Duration waited, int position, Duration ran, Refusal.@Nullable Code refusal) {
        return new QueueEvent(
                kind,
                id,
                pool.name(),
                arrival.caller(),
                arrival.priority(),
                arrival.batch(),
                waited,
                position,
                ran,
                refusal);
    }

    /** The same for somebody who only wants to know whose it is. */
    Ask withoutBody() {
        return body == null ? this : new Ask(id, pool, arrival, manner, hasBody, null, toll, ignored, alias, fallback);
    }

    /** The same for which another request has paid. */
    Ask paidBy(@Nullable Toll paid) {
        return new Ask(id, pool, arrival, manner, hasBody, body, paid, ignored, alias, fallback);
    }

    Dialect dialect() {
        return manner.dialect();
    }

    /** What the request goes on to without a slot. */
    FilterChain fallbackChain(FilterChain given) {
        return to(path(true), given);
    }

    /** What the request goes on to: the application, at the path that is meant. */
    FilterChain chain(FilterChain given) {
        return to(alias, given);
    }

    private static FilterChain to(@Nullable String path, FilterChain given) {
        return path == null
                ? given
                : (request, response) -> request.getRequestDispatcher(path).forward(request, response);
    }

    /** The path that it goes on to, or null for the one that it came to. */
    @Nullable String path(boolean fallsBack) {
        Fallback to = fallback;
        String own = fallsBack && to != null ? to.path() : null;
        return own == null ? alias : own;
    }
}
