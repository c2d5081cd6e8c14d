// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Ticket;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The requests that wait, or have waited and run, by caller and id: what a caller can ask about. Thread-safe. */
final class WaitingRequests {
    private final ConcurrentHashMap<Key, Exchange> byKey = new ConcurrentHashMap<>();
    /** Also of those whose clients are away, or have a ticket instead of a connection. */
    private final ConcurrentHashMap<Place, Ask> byPlace = new ConcurrentHashMap<>();

    private record Place(String pool, long ticket) {}

    private record Key(String caller, String id) {
        static Key of(Ask ask) {
            return new Key(ask.arrival().caller().key(), ask.id());
        }
    }

    /** Of two with one id, which their caller chose, the later is found. */
    void add(Exchange exchange) {
        byKey.put(Key.of(exchange.ask()), exchange);
        Wait wait = exchange.waiting();
        Ticket place = wait == null ? null : wait.ticket();
        if (place != null) {
            waits(exchange.ask(), place);
        }
        if (exchange.isOver()) {
            remove(exchange);
        }
    }

    /** A request waits at a place. */
    void waits(Ask ask, Ticket place) {
        byPlace.put(new Place(ask.pool().name(), place.id()), ask);
    }

    /** Nobody waits there any more. */
    void leaves(Ask ask, Ticket place) {
        byPlace.remove(new Place(ask.pool().name(), place.id()));
    }

    /** Who waits at a place, or null if it is not known here. */
    @Nullable Ask at(String pool, long ticket) {
        return byPlace.get(new Place(pool, ticket));
    }

    void remove(Exchange exchange) {
        byKey.remove(Key.of(exchange.ask()), exchange);
        Wait wait = exchange.waiting();
        Ticket place = wait == null ? null : wait.ticket();
        if (place != null && !exchange.isKept) {
            leaves(exchange.ask(), place);
        }
    }

    @Nullable Exchange find(String caller, String id) {
        return byKey.get(new Key(caller, id));
    }

    /** A caller's own, at most {@code limit}. */
    List<Exchange> of(String caller, int limit) {
        return byKey.values().stream()
                .filter(exchange -> exchange.ask().arrival().caller().key().equals(caller))
                .limit(limit)
                .toList();
    }
}
