// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.protocol.Headers;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.Refusals;
import io.anteroom.protocol.StatusDocuments;
import io.anteroom.protocol.TicketView;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Toll;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives tickets, and takes them. Safe from any thread. */
final class TicketDesk {
    private final TicketSettings settings;
    private final ProtocolSettings protocol;
    private final Live live;

    TicketDesk(DoorSettings settings, Live live) {
        this.settings = settings.tickets();
        this.protocol = settings.protocol();
        this.live = live;
    }

    boolean isOn() {
        return settings.isOn();
    }

    /** What came of asking for a ticket: the pool's answer, with the ticket if it has one. */
    record Booking(Admission answer, BookedTicket ticket) {}

    /** Asks the pool for a slot that is reserved when its turn comes. */
    Booking book(Ask ask, Arrival arrival) {
        BookedTicket booked = live.tickets().book(ask);
        if (booked == null) {
            Refusal refusal = new Refusal(
                    Refusal.Code.KEY_LIMIT,
                    0,
                    settings.callerTickets(),
                    Duration.ZERO,
                    Duration.ofSeconds(10),
                    Optional.empty());
            return new Booking(refusal, new BookedTicket(live.tickets(), "", ask, Duration.ZERO));
        }
        Admission answer = ask.pool().offer(arrival.withBytes(0).withReservation(settings.claimWithin()), booked);
        if (answer instanceof Ticket place) {
            booked.waits(place);
        } else if (answer instanceof Refusal) {
            live.tickets().drop(booked);
        }
        return new Booking(answer, booked);
    }

    /** Tells a client of its ticket, instead of what it asked for. */
    void tell(BookedTicket ticket, HttpServletRequest request, HttpServletResponse response, boolean applied)
            throws IOException {
        TicketView view = ticket.view(url(ticket.id(), request));
        Replies.send(
                request, response, StatusDocuments.created(view, ticket.ask().id(), applied));
    }

    /** Reserves a slot for a request that is still to come. */
    void reserve(Ask ask, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (live.isDraining()) {
            refuse(ask, FrontDoor.SHUTTING_DOWN, request, response);
            return;
        }
        Toll toll = ask.toll();
        RateVerdict paid = toll == null ? null : toll.take();
        if (paid != null && !(paid instanceof RateVerdict.Passed)) {
            refuse(ask, Tolls.refusal(paid), Tolls.problem(paid), request, response);
            return;
        }
        Arrival arrival = ask.arrival();
        if (paid instanceof RateVerdict.Passed passed && !passed.after().isZero()) {
            arrival = arrival.withNotBefore(passed.after());
        }
        Booking booking = book(ask, arrival);
        if (booking.answer() instanceof Refusal refusal) {
            if (toll != null) {
                toll.giveBack();
            }
            refuse(ask, refusal, request, response);
            return;
        }
        BookedTicket ticket = booking.ticket();
        ExchangeEvents events = new ExchangeEvents(ask, live, request);
        events.tell(Kind.QUEUED, Duration.ZERO, ticket.position(), null);
        events.tell(Kind.KEPT, Duration.ZERO, ticket.position(), null);
        if (booking.answer() instanceof Lease lease) {
            ticket.admitted(lease);
        }
        tell(ticket, request, response, false);
    }

    private void refuse(Ask ask, Refusal refusal, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        refuse(ask, refusal, protocol.dress(Refusals.problem(ask.pool().name(), refusal)), request, response);
    }

    private void refuse(
            Ask ask, Refusal refusal, Problem problem, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        new ExchangeEvents(ask, live, request).tell(Kind.REFUSED, Duration.ZERO, 0, refusal.code());
        Replies.problem(request, response, problem, ask.dialect(), ask.id());
    }

    /**
     * What came of a request with a ticket.
     *
     * @param lease its slot, or null
     * @param why why not, where it has none
     */
    record Claim(@Nullable Lease lease, Problem why) {}

    /**
     * Takes the slot of a ticket for the request that came with it. What runs need not be what the ticket was given
     * for: it pays for itself, and the ticket gets back what it has paid. One that may not pay leaves the ticket ready.
     */
    Claim claim(String id, Ask ask) {
        BookedTicket ticket = live.tickets().find(id, ask.arrival().caller().key());
        if (ticket == null && live.elsewhere().isElsewhere(id)) {
            return live.elsewhere().claim(id, ask);
        }
        if (ticket == null) {
            return new Claim(null, unknown());
        }
        Problem mismatch = mismatch(ask.pool().name(), ticket.ask().pool().name());
        if (mismatch != null || ticket.state() != TicketView.State.READY) {
            return new Claim(null, mismatch == null ? notNow(ticket) : mismatch);
        }
        ticket.giveBackToll();
        Toll toll = ask.toll();
        RateVerdict paid = toll == null ? null : toll.take();
        if (paid != null && !(paid instanceof RateVerdict.Passed)) {
            return new Claim(null, Tolls.problem(paid));
        }
        Lease lease = ticket.claim();
        if (lease == null && toll != null) {
            toll.giveBack();
        }
        return new Claim(lease, notNow(ticket));
    }

    static Problem unknown() {
        String message = Headers.TICKET + ": no ticket of this caller has that id; it may have been forgotten.";
        return new Problem(Problem.Kind.NOT_FOUND, message, null, null);
    }

    static @Nullable Problem mismatch(String asked, String given) {
        if (given.equals(asked)) {
            return null;
        }
        String message = Headers.TICKET + ": a ticket for pool '" + given + "' (expected: one for '" + asked
                + "', where this request goes)";
        return new Problem(Problem.Kind.BAD_REQUEST, message, null, null);
    }

    /** Why a ticket of the caller's own is not good now. */
    private static Problem notNow(BookedTicket ticket) {
        return notNow(ticket.state(), ticket.position());
    }

    static Problem notNow(TicketView.State state, int position) {
        if (state == TicketView.State.QUEUED) {
            String message = "The ticket waits at position " + position + ". Please try again in 1s.";
            return new Problem(Problem.Kind.TICKET_NOT_READY, message, Duration.ofSeconds(1), null);
        }
        String message = "The ticket has been used, or its time is over. Ask for another.";
        return new Problem(Problem.Kind.TICKET_OVER, message, null, null);
    }

    /** Where a ticket is asked about, as a client writes it. */
    String url(String id, HttpServletRequest request) {
        return request.getContextPath() + path(id);
    }

    String path(String id) {
        return settings.base() + "/tickets/" + id;
    }
}
