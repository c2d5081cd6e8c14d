// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The requests that wait, or have waited and run, by caller and id: what a caller can ask about. Thread-safe. */
final class WaitingRequests {
    private final ConcurrentHashMap<Key, Exchange> byKey = new ConcurrentHashMap<>();

    private record Key(String caller, String id) {
        static Key of(Ask ask) {
            return new Key(ask.arrival().caller().key(), ask.id());
        }
    }

    /** Of two with one id, which their caller chose, the later is found. */
    void add(Exchange exchange) {
        byKey.put(Key.of(exchange.ask()), exchange);
    }

    void remove(Exchange exchange) {
        byKey.remove(Key.of(exchange.ask()), exchange);
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
