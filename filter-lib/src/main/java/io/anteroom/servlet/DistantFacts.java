// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.WaitingTicket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes have said of requests that wait there: of the last {@value #MOST_KEPT} that somebody wanted to know
 * of. It changes only when somebody comes back to a kept place, so others are asked for once. Safe from any thread.
 */
final class DistantFacts {
    /** No more are asked for at once. */
    static final int MOST_ASKED = 10_000;

    static final int MOST_KEPT = 20_000;

    private final Elsewhere elsewhere;
    private final ReentrantLock lock = new ReentrantLock();
    /** The one that nobody has wanted for longest is first. */
    private final Map<Place, Told> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Told> eldest) {
            return size() > MOST_KEPT;
        }
    };

    private record Place(String pool, long ticket) {}

    /** What was told, and whether it lasts. */
    private record Told(Requests.Facts facts, boolean lasts) {}

    DistantFacts(Elsewhere elsewhere) {
        this.elsewhere = elsewhere;
    }

    /**
     * Asks the others for those of the tickets that are not known yet, {@value #MOST_ASKED} at most; waits no longer
     * than they may take.
     */
    void learn(String pool, List<WaitingTicket> tickets) {
        Map<Long, WaitingTicket> unknown = new LinkedHashMap<>();
        for (WaitingTicket ticket : tickets) {
            Told told = told(pool, ticket.id());
            if (told == null || !told.lasts()) {
                unknown.put(ticket.id(), ticket);
            }
        }
        if (unknown.isEmpty()) {
            return;
        }
        Map<Long, Requests.Facts> told = elsewhere.facts(pool, List.copyOf(unknown.keySet()));
        lock.lock();
        try {
            unknown.forEach((id, ticket) -> {
                Requests.Facts facts = told.get(id);
                if (facts != null) {
                    known.put(new Place(pool, id), new Told(facts, !ticket.isAway()));
                }
            });
        } finally {
            lock.unlock();
        }
    }

    Requests.@Nullable Facts find(String pool, long ticket) {
        Told told = told(pool, ticket);
        return told == null ? null : told.facts();
    }

    private @Nullable Told told(String pool, long ticket) {
        lock.lock();
        try {
            return known.get(new Place(pool, ticket));
        } finally {
            lock.unlock();
        }
    }
}
