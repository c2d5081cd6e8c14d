// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.QueueEvent;
import io.anteroom.rate.Toll;
import java.time.Duration;

/** The place of one request that was sent away to come back. Safe from any thread. */
final class KeptPlace implements Waiter {
    private final KeptPlaces places;
    private final Ask ask;
    private final Ticket ticket;
    private final PlaceKey key;
    private final Duration keptFor;
    private final long sinceNanos = System.nanoTime();
    private volatile boolean isOver;

    KeptPlace(KeptPlaces places, Ask ask, Ticket ticket, PlaceKey key, Duration keptFor) {
        this.places = places;
        // The body goes with the refused request.
        this.ask = ask.withoutBody();
        this.ticket = ticket;
        this.key = key;
        this.keptFor = keptFor;
    }

    Ask ask() {
        return ask;
    }

    Ticket ticket() {
        return ticket;
    }

    PlaceKey key() {
        return key;
    }

    /** How long it is kept, counted from the refusal. */
    Duration keptFor() {
        return keptFor;
    }

    Duration remaining() {
        return keptFor.minusNanos(System.nanoTime() - sinceNanos);
    }

    QueueStatus status() {
        return ticket.status();
    }

    /** Whether it ended without anybody having come back. */
    boolean isOver() {
        return isOver;
    }

    /** Does not happen: nobody is let in who is away. */
    @Override
    public void admitted(Lease lease) {
        lease.close();
    }

    @Override
    public void refused(Refusal refusal) {
        isOver = true;
        places.givenUp(this, refusal);
    }

    /** What was paid on arrival is given back: nothing ran. */
    void giveBackToll() {
        Toll toll = ask.toll();
        if (toll != null) {
            toll.giveBack();
        }
    }

    QueueEvent givenUp(Refusal refusal) {
        return ask.event(
                QueueEvent.Kind.GIVEN_UP, refusal.waited(), status().initialPosition(), Duration.ZERO, refusal.code());
    }
}
