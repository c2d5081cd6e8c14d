// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The places of requests that were held for as long as they may be and were sent away to come back. A place is here
 * while nobody is at it: whoever comes back takes it out, so that an equal request beside it is an ordinary newcomer.
 * Pools bound how many there are. Safe from any thread.
 */
final class KeptPlaces {
    /** Who obeys is back with so much of the grace to spare. */
    private static final double SHARE_OF_GRACE = 0.8;

    private final ConcurrentHashMap<PlaceKey, Deque<KeptPlace>> byKey = new ConcurrentHashMap<>();
    private final PlaceSettings settings;
    private final Live live;

    KeptPlaces(PlaceSettings settings, Live live) {
        this.settings = settings;
        this.live = live;
    }

    /** How long a request without status frames is held, in nanoseconds. */
    long holdNanos() {
        return settings.jsonHold().toNanos();
    }

    /** Keeps the place of a waiting request, or answers null: then it waits on as before. */
    @Nullable KeptPlace keep(Ask ask, Ticket ticket, PlaceKey key) {
        KeptPlace kept = new KeptPlace(this, ask, ticket, key, keptFor(ask, ticket));
        if (kept.keptFor().isNegative() || !ticket.keep(settings.absence(), kept)) {
            return null;
        }
        byKey.compute(key, (same, places) -> {
            Deque<KeptPlace> all = places == null ? new ArrayDeque<>(1) : places;
            all.add(kept);
            return all;
        });
        live.peers().keeps(key.name(), kept.keptFor());
        if (kept.isOver()) {
            remove(kept);
        }
        return kept;
    }

    /** Until the longest wait is over, or for as long as places are kept. */
    private Duration keptFor(Ask ask, Ticket ticket) {
        Duration rest = live.longestWait(ask, ticket).minus(ticket.status().waited());
        return rest.compareTo(settings.holdPlace()) < 0 ? rest : settings.holdPlace();
    }

    /** Why a request is sent away, and when it should be back: before its turn, and always within the grace of it. */
    Refusal refusal(KeptPlace kept) {
        QueueStatus status = kept.status();
        Duration early =
                status.estimate().map(Estimate::low).orElse(Duration.ZERO).dividedBy(2);
        Duration most = Duration.ofMillis((long) (settings.returnGrace().toMillis() * SHARE_OF_GRACE));
        Duration back = shorter(shorter(early, most), kept.keptFor().dividedBy(2));
        Duration retryAfter = back.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : back;
        return new Refusal(
                Refusal.Code.WAIT_TIMEOUT, status.depth(), 0, status.waited(), retryAfter, status.estimate());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Takes a request that comes back to its place.
     *
     * @return how it goes on, or null if there is no such place: then it is a newcomer
     */
    @Nullable Return rejoin(Ask ask, HttpServletRequest request, Verdict verdict) {
        boolean isAlone = live.peers().others().isEmpty();
        if ((byKey.isEmpty() && isAlone) || live.isDraining() || !ask.arrival().mayQueue()) {
            return null;
        }
        PlaceKey key = PlaceKey.of(ask, request);
        KeptPlace kept = key == null ? null : take(key);
        if (kept == null) {
            return key == null || isAlone ? null : live.elsewhere().rejoin(ask, key, verdict);
        }
        Admission answer = ask.pool().rejoin(kept.ticket().id(), ask.arrival().bytes(), verdict);
        if (answer instanceof Refusal) {
            byKey.compute(kept.key(), (same, places) -> {
                Deque<KeptPlace> all = places == null ? new ArrayDeque<>(1) : places;
                all.addFirst(kept);
                return all;
            });
            return new Return(answer, ask);
        }
        return answer == null ? null : new Return(answer, ask.paidBy(kept.ask().toll()));
    }

    /**
     * A request that has found its place.
     *
     * @param answer what the pool says
     * @param ask the request; one that waits on has paid when it first came
     */
    record Return(Admission answer, Ask ask) {}

    private @Nullable KeptPlace take(PlaceKey key) {
        KeptPlace[] taken = new KeptPlace[1];
        byKey.computeIfPresent(key, (same, places) -> {
            taken[0] = places.poll();
            return left(key, places);
        });
        return taken[0];
    }

    private @Nullable Deque<KeptPlace> left(PlaceKey key, Deque<KeptPlace> places) {
        if (places.isEmpty()) {
            live.peers().lets(key.name());
        }
        return places.isEmpty() ? null : places;
    }

    /** Hands a place of that name over to another node, where its caller has come back; null if there is none. */
    @Nullable HandedOver handOver(PlaceKey key) {
        KeptPlace kept = take(key);
        if (kept == null) {
            return null;
        }
        Duration waited = kept.status().waited();
        if (!kept.ask().pool().letGo(kept.ticket().id())) {
            return null;
        }
        live.requests().leaves(kept.ask(), kept.ticket());
        return new HandedOver(kept, waited);
    }

    /** A place that is another node's from now on. */
    record HandedOver(KeptPlace kept, Duration waited) {}

    void remove(KeptPlace kept) {
        byKey.computeIfPresent(kept.key(), (same, places) -> {
            places.remove(kept);
            return left(kept.key(), places);
        });
    }

    /** A caller's own. */
    List<KeptPlace> of(String caller) {
        return all().stream()
                .filter(kept -> kept.ask().arrival().caller().key().equals(caller))
                .toList();
    }

    private Collection<KeptPlace> all() {
        List<KeptPlace> all = new ArrayList<>();
        for (PlaceKey key : byKey.keySet()) {
            byKey.computeIfPresent(key, (same, places) -> {
                all.addAll(places);
                return places;
            });
        }
        return all;
    }

    /** Gives them all up: the server stops. */
    void close() {
        for (KeptPlace kept : all()) {
            giveUp(kept);
        }
    }

    /** Nobody will come back to that place. */
    void giveUp(KeptPlace kept) {
        remove(kept);
        live.requests().leaves(kept.ask(), kept.ticket());
        kept.ticket().abandon();
        kept.giveBackToll();
        live.batches().givenUp(kept.ask());
    }

    void givenUp(KeptPlace kept, Refusal refusal) {
        remove(kept);
        live.requests().leaves(kept.ask(), kept.ticket());
        kept.giveBackToll();
        live.batches().givenUp(kept.ask());
        live.tell(kept.givenUp(refusal));
    }
}
