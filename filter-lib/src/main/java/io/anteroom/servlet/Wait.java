// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.net.Connection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The wait of one exchange, until its {@link Verdict}: by the pool with a lease or a refusal, by the container or the
 * network with the news that the client is gone, by the end of the server. Safe from any thread.
 */
abstract class Wait {
    /** The outcome of a client that left. */
    static final Object GONE = new Object();

    private final Verdict verdict;
    private final long sinceNanos = System.nanoTime();
    private volatile @Nullable Ticket ticket;
    private volatile int initialPosition;
    private volatile @Nullable Connection connection;
    private volatile boolean isDirect;
    private volatile boolean wasSeen;
    private volatile int missed;
    private volatile boolean mayBeSentAway;
    private volatile boolean hasMoved;

    final Exchange exchange;
    final Live live;

    Wait(Exchange exchange, Live live, Verdict verdict) {
        this.exchange = exchange;
        this.live = live;
        this.verdict = verdict;
        verdict.tells(this);
    }

    /**
     * Waits, on the container's thread. Returns when the wait is over and the application has run, or, for a wait
     * without a thread, at once.
     *
     * @param ticket the place in the queue, or null where a lease is at hand and only the way of those who wait is gone
     */
    abstract void begin(@Nullable Ticket ticket, Passage passage, FilterChain chain)
            throws IOException, ServletException;

    /** The outcome is there; never blocks. */
    abstract void decided();

    /** Whether it waits in the container's asynchronous mode at this moment. */
    boolean isParked() {
        return false;
    }

    /** Whether this pass of the container is the one that lets the request in; true once. */
    boolean resumes() {
        return false;
    }

    /**
     * Has the container call again to let the request go on. Where its answer has begun and it goes on to another path,
     * the container takes it there: a forward would reset the response, which Jetty refuses by then.
     */
    final void dispatch(AsyncContext context) {
        String path = movesTo();
        if (path == null) {
            context.dispatch();
        } else {
            hasMoved = true;
            context.dispatch(path);
        }
    }

    /** The path that the container takes it to, or null if it needs not. */
    final @Nullable String movesTo() {
        StatusStream begun = stream();
        return begun != null && begun.hasBegun() ? exchange.ask().path(exchange.hasFallenBack()) : null;
    }

    /** Whether the pass that lets it in is at the path that it goes on to. */
    final boolean hasMoved() {
        return hasMoved;
    }

    /** The response for the pass that lets the request in. */
    abstract HttpServletResponse resumedResponse(HttpServletResponse response);

    /** The container has ended the exchange. */
    void containerEnded() {}

    /**
     * The container's own time-out is over, which nobody has asked for but that Tomcat has one when it stops. It
     * answers by itself, beside whoever else answers, unless the wait has been carried out when this returns.
     */
    void timedOut() {
        expire();
    }

    /** The stream of status comments, or null if the client gets none. */
    abstract @Nullable StatusStream stream();

    /** Called every now and then while it waits. */
    void tick(long nowNanos) {}

    /**
     * Listens for a stream that is reset. One that has been already is asked, if nothing of its body is left to read.
     */
    final void hearFailures(HttpServletRequest request) {
        JettyCore.onFailure(request, this::leave);
        BufferedBody body = exchange.ask().body();
        if (body != null && body.isWhole() && JettyCore.hasFailed(request)) {
            leave();
        }
    }

    /** How long it may still be held in silence; for ever if it is told its standing, or if no place is kept. */
    final long untilHoldEndsNanos(long nowNanos) {
        return !mayBeSentAway || stream() != null
                ? Long.MAX_VALUE
                : sinceNanos + live.places().holdNanos() - nowNanos;
    }

    /** It has been held for as long as it may be: its client is sent away, if its place can be kept. Called once. */
    final void endHold(HttpServletRequest request) {
        mayBeSentAway = false;
        Ticket place = ticket;
        FallbackStay fallback = exchange.fallback;
        if (fallback != null && fallback.hasRoom()) {
            if (place != null && place.abandon()) {
                verdict.set(own(Refusal.Code.WAIT_TIMEOUT));
            }
            return;
        }
        PlaceKey key = PlaceKey.of(exchange.ask(), request);
        KeptPlace kept = key == null || place == null ? null : live.places().keep(exchange.ask(), place, key);
        if (kept != null && !verdict.set(kept)) {
            // The client left, or the server stops: nobody will be told of the place.
            live.places().giveUp(kept);
        }
    }

    /** The client left. */
    final void leave() {
        end(GONE);
    }

    /** The longest wait is over, as somebody else than the pool has found. */
    final void expire() {
        end(own(Refusal.Code.WAIT_TIMEOUT));
    }

    /** The server is about to stop. */
    final void shutDown() {
        end(own(Refusal.Code.SHUTTING_DOWN));
    }

    private void end(Object how) {
        if (verdict.set(how)) {
            Ticket place = ticket;
            if (place != null) {
                place.abandon();
            }
        }
    }

    private Refusal own(Refusal.Code code) {
        Ticket place = ticket;
        int depth = place == null ? 0 : place.status().depth();
        return new Refusal(code, depth, 0, waited(), Duration.ofSeconds(1), Optional.empty());
    }

    final @Nullable Object outcome() {
        return verdict.outcome();
    }

    final void takes(@Nullable Ticket place) {
        ticket = place;
        initialPosition = place == null ? 0 : place.status().initialPosition();
        mayBeSentAway = place != null;
    }

    final @Nullable Ticket ticket() {
        return ticket;
    }

    final int initialPosition() {
        return initialPosition;
    }

    final long sinceNanos() {
        return sinceNanos;
    }

    final Duration waited() {
        return Duration.ofNanos(System.nanoTime() - sinceNanos);
    }

    /** The connection to look for in the kernel's table, or null if that cannot tell whether the client is gone. */
    final @Nullable Connection connection() {
        StatusStream stream = stream();
        return stream != null && stream.hasBegun() ? null : connection;
    }

    /**
     * Where the request comes from.
     *
     * @param connection its connection, or null if it is none that the kernel could be asked about
     * @param isDirect whether no proxy speaks for the client
     */
    final void comesFrom(@Nullable Connection connection, boolean isDirect) {
        this.connection = connection;
        this.isDirect = isDirect;
    }

    final boolean isDirect() {
        return isDirect;
    }

    final boolean wasSeen() {
        return wasSeen;
    }

    final void seen() {
        wasSeen = true;
        missed = 0;
    }

    /** How often in a row it was not listed, this time included. Called by one thread. */
    final int missed() {
        int times = missed + 1;
        missed = times;
        return times;
    }
}
