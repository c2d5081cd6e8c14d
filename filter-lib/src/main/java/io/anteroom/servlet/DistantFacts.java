// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes have said of requests that wait there: of the last {@value #MOST_KEPT} that somebody wanted to know
 * of. It changes only when somebody comes back to a kept place, so others are asked for once in a while. Safe from any
 * thread.
 */
final class DistantFacts {
    /** No more are asked for at once. */
    static final int MOST_ASKED = 10_000;

    static final int MOST_KEPT = 20_000;

    /** Who has left and come back between two looks is known by the id before for no longer. */
    private static final long FRESH_NANOS = Duration.ofSeconds(30).toNanos();

    private final Others others;
    private final LongSupplier nanoClock;
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

    /** What was told and when, and whether it lasts. */
    private record Told(Requests.Facts facts, boolean lasts, long atNanos) {}

    /** Whom to ask. */
    interface Others {
        /** What they know of these tickets of a pool. */
        Map<Long, Requests.Facts> facts(String pool, List<Long> tickets);
    }

    DistantFacts(Others others, LongSupplier nanoClock) {
        this.others = others;
        this.nanoClock = nanoClock;
    }

    /**
     * Asks the others for those of the tickets that are not known yet, or may be others by now, {@value #MOST_ASKED} at
     * most; waits no longer than they may take.
     */
    void learn(String pool, List<WaitingTicket> tickets) {
        long now = nanoClock.getAsLong();
        Map<Long, WaitingTicket> unknown = new LinkedHashMap<>();
        for (WaitingTicket ticket : tickets) {
            Told told = told(pool, ticket.id());
            if (told == null || ticket.isAway() || !told.lasts() || now - told.atNanos() > FRESH_NANOS) {
                unknown.put(ticket.id(), ticket);
            }
        }
        if (unknown.isEmpty()) {
            return;
        }
        Map<Long, Requests.Facts> told = others.facts(pool, List.copyOf(unknown.keySet()));
        lock.lock();
        try {
            unknown.forEach((id, ticket) -> {
                Requests.Facts facts = told.get(id);
                if (facts != null) {
                    known.put(new Place(pool, id), new Told(facts, !ticket.isAway(), now));
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
