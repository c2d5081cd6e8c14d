// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits without a thread, in the container's asynchronous mode.
 *
 * <p>The lock is held by whoever touches the response or the context: the writer of status comments, the one who ends
 * the wait, and the container's listeners. Without it Tomcat hands a broken pipe to the next request on the connection.
 * A pool's thread never waits for it: if a slow client's write holds it, the end of the wait is left to a worker.
 */
final class AsyncWait extends Wait {
    /** How long after the longest wait it ends here, if the pool has not ended it. */
    private static final long SLACK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int CLIENT_CLOSED = 499;

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicBoolean isWriting = new AtomicBoolean();
    private final AtomicBoolean resumes = new AtomicBoolean();
    private final AtomicBoolean isOverdue = new AtomicBoolean();
    private volatile boolean isParked;
    private volatile @Nullable StatusStream stream;
    private @Nullable Passage passage;
    private @Nullable AsyncContext context;
    private boolean hasEnded;

    AsyncWait(Exchange exchange, Live live, Verdict verdict) {
        super(exchange, live, verdict);
    }

    @Override
    void begin(@Nullable Ticket ticket, Passage passage, FilterChain chain) throws IOException, ServletException {
        Object early = park(ticket, passage);
        if (early == null) {
            if (live.isDraining()) {
                shutDown();
            }
            if (outcome() != null) {
                live.execute(this::resolve);
            }
        } else if (early instanceof Lease lease) {
            exchange.admitted(lease);
            passage.run(lease, null, chain);
        } else if (early instanceof Refusal refusal && exchange.fallsBack(refusal)) {
            passage.fallBack(null, chain);
        } else if (early instanceof Refusal refusal) {
            exchange.refused(refusal);
            passage.refuse(refusal, null);
        }
    }

    /** The outcome, if the pool has decided before the request could be parked; null once it is parked. */
    private @Nullable Object park(@Nullable Ticket ticket, Passage passage) {
        lock.lock();
        try {
            Object early = outcome();
            if (early != null && ticket != null) {
                return early;
            }
            this.passage = passage;
            if (ticket != null && exchange.ask().manner().showsStatus()) {
                stream = new StatusStream(passage, exchange.ask(), sinceNanos(), live);
            }
            exchange.mark();
            AsyncContext started = passage.request().startAsync(passage.wrappedRequest(), passage.wrappedResponse());
            exchange.asyncTimeout = started.getTimeout();
            // A wait may be extended while it lasts, which a container's time-out could not follow.
            started.setTimeout(0);
            exchange.listener().register(started);
            context = started;
            isParked = true;
            live.park(this, passage.request());
            hearFailures(passage.request());
            return null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    void decided() {
        StatusStream begun = stream;
        boolean mayBlock =
                outcome() instanceof Refusal || outcome() instanceof KeptPlace || (begun != null && begun.hasBegun());
        if (mayBlock || !lock.tryLock()) {
            live.execute(this::resolve);
            return;
        }
        try {
            resolve();
        } finally {
            lock.unlock();
        }
    }

    /** Carries the outcome out, once, if the request is parked; else the container's thread will see it. */
    private void resolve() {
        lock.lock();
        try {
            Object how = outcome();
            AsyncContext parked = context;
            Passage through = passage;
            if (how == null || parked == null || through == null || !isParked) {
                return;
            }
            isParked = false;
            live.unpark(this);
            if (how instanceof Lease lease) {
                resume(lease, parked);
            } else if (how instanceof Refusal refusal && !hasEnded && exchange.fallsBack(refusal)) {
                fallBack(parked);
            } else if (how instanceof Refusal refusal) {
                refuse(refusal, parked, through);
            } else if (how instanceof KeptPlace kept) {
                sendAway(kept, parked, through);
            } else {
                leave(parked, through);
            }
        } finally {
            lock.unlock();
        }
    }

    private void resume(Lease lease, AsyncContext parked) {
        if (hasEnded || exchange.isClientGone()) {
            giveUp(lease, parked);
            return;
        }
        try {
            StatusStream begun = stream;
            if (begun != null) {
                begun.admitted(lease);
            }
            exchange.admitted(lease);
            resumes.set(true);
            goOn(parked);
        } catch (IOException e) {
            giveUp(lease, parked);
        } catch (IllegalStateException e) {
            Log.debug("request " + exchange.ask().id() + " ended before it could be let in", e);
            resumes.set(false);
            giveUp(lease, parked);
        }
    }

    private void fallBack(AsyncContext parked) {
        try {
            StatusStream begun = stream;
            if (begun != null) {
                begun.fallback();
            }
            resumes.set(true);
            goOn(parked);
        } catch (IOException | IllegalStateException e) {
            Log.debug("request " + exchange.ask().id() + " ended before it could go on to its fallback", e);
            resumes.set(false);
            exchange.release();
            complete(parked);
        }
    }

    /** Jetty keeps our time-out for later cycles, also for those that are started on its own request. */
    private void goOn(AsyncContext parked) {
        Long timeout = exchange.asyncTimeout;
        Passage through = passage;
        if (timeout != null && through != null && JettyCore.tellsEnd(through.request())) {
            parked.setTimeout(timeout);
        }
        dispatch(parked);
    }

    private void giveUp(Lease lease, AsyncContext parked) {
        if (!hasEnded) {
            exchange.endsShort("abandoned");
        }
        if (exchange.lease() == null) {
            lease.close();
            exchange.abandoned();
        } else {
            exchange.release();
        }
        complete(parked);
    }

    private void refuse(Refusal refusal, AsyncContext parked, Passage through) {
        exchange.refused(refusal);
        if (!hasEnded) {
            try {
                through.refuse(refusal, stream);
            } catch (IOException | IllegalStateException e) {
                Log.debug("request " + exchange.ask().id() + " left before it was refused", e);
            }
            complete(parked);
        }
    }

    private void sendAway(KeptPlace kept, AsyncContext parked, Passage through) {
        Refusal refusal = live.places().refusal(kept);
        exchange.kept(refusal.waited(), refusal.code());
        if (!hasEnded) {
            try {
                through.sendAway(kept, refusal);
            } catch (IOException | IllegalStateException e) {
                Log.debug("request " + exchange.ask().id() + " left before it was sent away", e);
            }
            complete(parked);
        }
    }

    private void leave(AsyncContext parked, Passage through) {
        exchange.abandoned();
        if (!hasEnded) {
            try {
                exchange.endsShort("abandoned");
                HttpServletResponse response = through.response();
                if (!response.isCommitted()) {
                    // Read by nobody, unless the client has closed only its own half.
                    response.setStatus(CLIENT_CLOSED);
                    Replies.closeAfterwards(through.request(), response);
                }
            } catch (IllegalStateException e) {
                Log.debug("request " + exchange.ask().id() + " had ended when it was left", e);
            }
            complete(parked);
        }
    }

    private void complete(AsyncContext parked) {
        if (hasEnded) {
            return;
        }
        try {
            parked.complete();
        } catch (IllegalStateException e) {
            Log.debug("request " + exchange.ask().id() + " was complete already", e);
        }
    }

    @Override
    void tick(long nowNanos) {
        long beyondSlack = nowNanos - sinceNanos() - SLACK_NANOS;
        if (beyondSlack > 0
                && beyondSlack > live.longestWaitEver(exchange.ask()).toNanos()
                && isOverdue.compareAndSet(false, true)) {
            live.execute(this::expire);
        }
        StatusStream due = stream;
        Ticket place = ticket();
        if (due == null && untilHoldEndsNanos(nowNanos) <= 0 && isWriting.compareAndSet(false, true)) {
            live.execute(this::endHold);
        }
        if (due == null || place == null || outcome() != null || !due.isDue(nowNanos, place)) {
            return;
        }
        // One whose last comment is still under way is passed over: a slow reader costs nobody else anything.
        if (isWriting.compareAndSet(false, true)) {
            live.execute(() -> write(due, place));
        }
    }

    private void endHold() {
        lock.lock();
        try {
            Passage parked = passage;
            if (isParked && !hasEnded && outcome() == null && parked != null) {
                endHold(parked.request());
            }
        } finally {
            lock.unlock();
            isWriting.set(false);
        }
    }

    private void write(StatusStream due, Ticket place) {
        lock.lock();
        try {
            if (isParked && !hasEnded && outcome() == null) {
                due.write(place, initialPosition());
            }
        } catch (IOException | IllegalStateException e) {
            leave();
        } finally {
            lock.unlock();
            isWriting.set(false);
        }
    }

    @Override
    boolean isParked() {
        return isParked;
    }

    @Override
    boolean resumes() {
        return resumes.compareAndSet(true, false);
    }

    @Override
    HttpServletResponse resumedResponse(HttpServletResponse response) {
        Passage through = passage;
        return through == null ? response : through.resume(stream, response);
    }

    @Override
    void timedOut() {
        lock.lock();
        try {
            expire();
            resolve();
        } finally {
            lock.unlock();
        }
    }

    @Override
    void containerEnded() {
        lock.lock();
        try {
            hasEnded = true;
        } finally {
            lock.unlock();
        }
        leave();
    }

    @Override
    @Nullable StatusStream stream() {
        return stream;
    }
}
