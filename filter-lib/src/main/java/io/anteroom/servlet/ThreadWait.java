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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits on the request's own thread, which alone touches the response. Made for virtual threads: nothing here pins one.
 */
final class ThreadWait extends Wait {
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Thread thread = Thread.currentThread();
    private final AtomicBoolean resumes = new AtomicBoolean();
    private volatile @Nullable StatusStream stream;
    private volatile @Nullable Passage through;

    ThreadWait(Exchange exchange, Live live, Verdict verdict) {
        super(exchange, live, verdict);
    }

    @Override
    void begin(@Nullable Ticket ticket, Passage passage, FilterChain chain) throws IOException, ServletException {
        if (ticket != null && exchange.ask().manner().showsStatus()) {
            stream = new StatusStream(passage, exchange.ask(), sinceNanos(), live);
        }
        live.park(this, passage.request());
        hearFailures(passage.request());
        if (live.isDraining()) {
            shutDown();
        }
        Object how = await(ticket, passage);
        live.unpark(this);
        if (how instanceof Lease lease) {
            run(lease, passage, chain);
        } else if (how instanceof Refusal refusal && exchange.fallsBack(refusal)) {
            StatusStream begun = stream;
            if (begun != null) {
                begun.fallback();
            }
            if (!moves(passage)) {
                passage.fallBack(begun, chain);
            }
        } else if (how instanceof Refusal refusal) {
            exchange.refused(refusal);
            passage.refuse(refusal, stream);
        } else if (how instanceof KeptPlace kept) {
            Refusal refusal = live.places().refusal(kept);
            exchange.kept(refusal.waited(), refusal.code());
            passage.sendAway(kept, refusal);
        } else {
            abandon();
        }
    }

    private void abandon() {
        exchange.endsShort("abandoned");
        exchange.abandoned();
    }

    private void run(Lease lease, Passage passage, FilterChain chain) throws IOException, ServletException {
        StatusStream begun = stream;
        try {
            if (begun != null) {
                begun.admitted(lease);
            }
        } catch (IOException e) {
            lease.close();
            abandon();
            return;
        }
        exchange.admitted(lease);
        if (!moves(passage)) {
            passage.run(lease, begun, chain);
        }
    }

    /** Whether it goes on in another pass, because its answer has begun and it goes on to another path. */
    private boolean moves(Passage passage) {
        if (movesTo() == null || !passage.request().isAsyncSupported()) {
            return false;
        }
        through = passage;
        exchange.mark();
        AsyncContext context = passage.request().startAsync(passage.wrappedRequest(), passage.wrappedResponse());
        exchange.asyncTimeout = context.getTimeout();
        exchange.listener().register(context);
        resumes.set(true);
        dispatch(context);
        return true;
    }

    @Override
    boolean resumes() {
        return resumes.compareAndSet(true, false);
    }

    private Object await(@Nullable Ticket ticket, Passage passage) {
        boolean interrupted = false;
        Object how = outcome();
        while (how == null) {
            long nanos = step(ticket, passage);
            if (nanos > 0) {
                LockSupport.parkNanos(this, nanos);
            }
            if (Thread.interrupted()) {
                // Whoever interrupts the container's thread wants the server to stop.
                interrupted = true;
                shutDown();
            }
            how = outcome();
        }
        if (interrupted) {
            thread.interrupt();
        }
        return how;
    }

    /** Writes a comment if one is due, and answers how long there is nothing to do. */
    private long step(@Nullable Ticket ticket, Passage passage) {
        StatusStream due = stream;
        if (due == null || ticket == null) {
            long rest = untilHoldEndsNanos(System.nanoTime());
            if (rest <= 0) {
                endHold(passage.request());
            }
            return Math.min(LONG_NANOS, Math.max(0, rest));
        }
        try {
            if (due.isDue(System.nanoTime(), ticket)) {
                due.write(ticket, initialPosition());
            }
        } catch (IOException e) {
            leave();
        }
        return due.untilDueNanos(System.nanoTime());
    }

    @Override
    void decided() {
        LockSupport.unpark(thread);
    }

    @Override
    HttpServletResponse resumedResponse(HttpServletResponse response) {
        Passage passage = through;
        return passage == null ? response : passage.resume(stream, response);
    }

    @Override
    @Nullable StatusStream stream() {
        return stream;
    }
}
