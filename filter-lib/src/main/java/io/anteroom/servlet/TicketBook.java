// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** All tickets of one door, those that are over for a while yet. Safe from any thread. */
final class TicketBook {
    /** How long its owner can see what became of a ticket. */
    static final Duration REMEMBERED = Duration.ofMinutes(5);

    private static final int ID_BYTES = 16;
    /** The pool takes a slot back by itself; this is only when the owner is told so. */
    private static final Duration SLACK = Duration.ofMillis(50);

    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, BookedTicket> byId = new LinkedHashMap<>();
    private final Map<String, Integer> perCaller = new LinkedHashMap<>();
    private final TicketSettings settings;
    private final Live live;

    TicketBook(TicketSettings settings, Live live) {
        this.settings = settings;
        this.live = live;
    }

    Duration claimWithin() {
        return settings.claimWithin();
    }

    /** It has a place in the queue. */
    void waits(BookedTicket booked, Ticket place) {
        live.requests().waits(booked.ask(), place);
    }

    /** It has none any more. */
    void leaves(BookedTicket booked, Ticket place) {
        live.requests().leaves(booked.ask(), place);
    }

    /** A ticket has ended without a request having run with it. */
    void givenUp(BookedTicket booked, QueueEvent event) {
        live.batches().givenUp(booked.ask());
        live.tell(event);
    }

    /** A ticket for a request, or null if there are as many as there may be; {@link #drop} if nothing comes of it. */
    @Nullable BookedTicket book(Ask ask) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String node = live.peers().self();
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
                + (node.isEmpty() ? "" : Elsewhere.APART + node);
        String caller = ask.arrival().caller().key();
        Duration longestWait = live.longestWait(ask);
        lock.lock();
        try {
            if (perCaller.getOrDefault(caller, 0) >= settings.callerTickets() && !forgetOne(caller)) {
                return null;
            }
            if (byId.size() >= settings.maxTickets() && !forgetOne(null)) {
                return null;
            }
            BookedTicket booked = new BookedTicket(this, id, ask, longestWait);
            byId.put(id, booked);
            perCaller.merge(caller, 1, Integer::sum);
            return booked;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the oldest that is over, of one caller or of all. */
    private boolean forgetOne(@Nullable String caller) {
        for (BookedTicket old : byId.values()) {
            if (old.state().isOver() && (caller == null || old.isOf(caller))) {
                remove(old);
                return true;
            }
        }
        return false;
    }

    private void remove(BookedTicket old) {
        if (byId.remove(old.id(), old)) {
            // With its timer, which would hold it in memory: tickets may come and go faster than timers end.
            old.next(null);
            perCaller.computeIfPresent(
                    old.ask().arrival().caller().key(), (caller, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Forgets a ticket. */
    void drop(BookedTicket booked) {
        lock.lock();
        try {
            remove(booked);
        } finally {
            lock.unlock();
        }
    }

    /** The caller's own ticket of that id; others' are as good as none. */
    @Nullable BookedTicket find(String id, String caller) {
        lock.lock();
        try {
            BookedTicket booked = byId.get(id);
            return booked != null && booked.isOf(caller) ? booked : null;
        } finally {
            lock.unlock();
        }
    }

    /** The caller's own tickets, the oldest first. */
    List<BookedTicket> of(String caller) {
        return all().stream().filter(booked -> booked.isOf(caller)).toList();
    }

    private Collection<BookedTicket> all() {
        lock.lock();
        try {
            return new ArrayList<>(byId.values());
        } finally {
            lock.unlock();
        }
    }

    /** A slot is reserved for it now. */
    void ready(BookedTicket booked) {
        booked.next(live.later(settings.claimWithin().plus(SLACK), booked::lapse));
    }

    /** It is over; its owner may ask about it for a while, unless it has been forgotten already. */
    void over(BookedTicket booked) {
        lock.lock();
        try {
            boolean isKnown = byId.get(booked.id()) == booked;
            booked.next(isKnown ? live.later(REMEMBERED, () -> drop(booked)) : null);
        } finally {
            lock.unlock();
        }
    }

    /** Gives them all up: the server stops. */
    void close() {
        all().forEach(BookedTicket::cancel);
    }
}
