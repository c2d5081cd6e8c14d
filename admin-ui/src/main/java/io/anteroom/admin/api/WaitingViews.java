// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.servlet.Requests;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who wait, as they are shown: callers by their names, never by a key. */
final class WaitingViews {
    private final Anteroom anteroom;
    private final Callers callers;

    WaitingViews(Anteroom anteroom) {
        this.anteroom = anteroom;
        this.callers = anteroom.parts().callers();
    }

    /** One who waits. */
    record WaitingView(
            @Field("its number in the pool") String ticket,

            @Field("null if no server that answers knows of it") @Nullable String requestId,

            @Field("the name of its key, or else the beginning of its hash, or its address")
            String caller,

            @Field("its flow, by which the queue knows it") String flow,
            String address,
            @Nullable String model,
            String priority,
            int position,
            int initialPosition,
            long waitedMs,
            PoolViews.@Nullable EstimateView estimate,

            @Field("slots, key_running, ip_running, holding, return or not_yet")
            String waitsFor,

            @Field("whether it has left and is expected back")
            boolean isAway,

            long bodyBytes,
            @Nullable String batchId,
            String node) {}

    /** A page of those who wait. */
    record WaitingList(
            String pool,
            @Field("how many wait in the pool") int waiting,
            @Field("how many of them the filter fits") int matching,
            List<WaitingView> requests,
            @Nullable String nextCursor) {}

    /** What a caller is called. */
    String name(String flow) {
        KnownCaller known = known(flow);
        if (known != null) {
            return known.name();
        }
        return flow.startsWith("key-") && flow.length() > 12 ? flow.substring(0, 12) + "…" : flow;
    }

    @Nullable KnownCaller known(String flow) {
        return flow.isEmpty() || flow.length() > 128 || flow.chars().anyMatch(Character::isISOControl)
                ? null
                : callers.find(new Identity(flow)).orElse(null);
    }

    WaitingView of(Pool pool, WaitingTicket ticket) {
        Requests.Facts facts = anteroom.requests().find(pool.name(), ticket.id());
        return new WaitingView(
                String.valueOf(ticket.id()),
                facts == null ? null : facts.id(),
                name(ticket.key()),
                ticket.key(),
                ticket.ip(),
                facts == null ? null : facts.model(),
                Json.word(ticket.priority()),
                ticket.status().position(),
                ticket.status().initialPosition(),
                ticket.status().waited().toMillis(),
                PoolViews.EstimateView.of(ticket.status().estimate().orElse(null)),
                Json.word(ticket.status().limit()),
                ticket.isAway(),
                ticket.bytes(),
                ticket.batch(),
                ticket.node());
    }

    /** Whether a ticket is of a caller, by name or flow, and asks for a model. */
    boolean fits(Pool pool, WaitingTicket ticket, @Nullable String caller, @Nullable String model) {
        boolean isOf = caller == null
                || ticket.key().equals(caller)
                || name(ticket.key()).equals(caller);
        if (!isOf || model == null) {
            return isOf;
        }
        Requests.Facts facts = anteroom.requests().find(pool.name(), ticket.id());
        return facts != null && model.equals(facts.model());
    }
}
