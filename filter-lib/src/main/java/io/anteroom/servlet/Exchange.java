// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent.Kind;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One request from the door to the end of its answer, and the owner of its lease. The lease is closed once, by whatever
 * ends the exchange first: a pass of the container that leaves nothing asynchronous behind, the container's completion,
 * or, after the client has left, a short grace in which the application can unwind. Safe from any thread.
 */
final class Exchange {
    /** How long an application whose client is gone may go on holding its slot. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private static final AtomicIntegerFieldUpdater<Exchange> OVER = updater("over");
    private static final AtomicIntegerFieldUpdater<Exchange> GONE = updater("gone");
    private static final AtomicIntegerFieldUpdater<Exchange> COMPLETION_WATCHED = updater("isCompletionWatched");
    private static final AtomicIntegerFieldUpdater<Exchange> WRITES_WATCHED = updater("areWritesWatched");

    private final Ask ask;
    private final Live live;
    private final HttpServletRequest request;
    private final String attribute;
    private final ExchangeListener listener = new ExchangeListener(this);
    private final ExchangeEvents events;
    private volatile int over;
    private volatile int gone;
    private volatile int isCompletionWatched;
    private volatile int areWritesWatched;
    private volatile @Nullable Lease lease;
    private volatile @Nullable Wait wait;
    private volatile @Nullable LateResponse late;
    private volatile @Nullable Runnable afterPass;
    private volatile boolean isInPass;
    private volatile boolean isGraceOver;
    final @Nullable FallbackStay fallback;
    volatile boolean isKept;
    private final WriteClock writes = new WriteClock();
    /** The time-out that the container gave before we set our own; the application starts from it again. */
    volatile @Nullable Long asyncTimeout;

    /**
     * An exchange that has begun, and counts as one until it ends.
     *
     * @param attribute the name of the request attribute by which later passes find it
     */
    Exchange(Ask ask, Live live, HttpServletRequest request, String attribute) {
        this.ask = ask;
        this.live = live;
        this.request = request;
        this.attribute = attribute;
        this.events = new ExchangeEvents(ask, live, request);
        this.fallback = live.fallbackStay(ask);
        live.began();
    }

    private static AtomicIntegerFieldUpdater<Exchange> updater(String field) {
        return AtomicIntegerFieldUpdater.newUpdater(Exchange.class, field);
    }

    /** Has later passes of the container find this exchange, also where they get the container's own request. */
    void mark() {
        request.setAttribute(attribute, this);
    }

    boolean isMarkedBy(String name) {
        return attribute.equals(name);
    }

    Ask ask() {
        return ask;
    }

    @Nullable Lease lease() {
        return lease;
    }

    ExchangeListener listener() {
        return listener;
    }

    @Nullable Wait waiting() {
        return wait;
    }

    /** Whether it has waited, by itself or with a ticket or a kept place. */
    boolean wasQueued() {
        Lease held = lease;
        return wait != null || (held != null && held.initialPosition() > 0);
    }

    ExchangeEvents events() {
        return events;
    }

    void waits(Wait wait) {
        this.wait = wait;
        live.requests().add(this);
        Ticket place = wait.ticket();
        if (place != null) {
            live.tellWaits(ask.id(), place);
        }
        events.tell(Kind.QUEUED, wait.waited(), wait.initialPosition(), null);
    }

    /** The slot is ours now; every call is followed by exactly one {@code RELEASED}. */
    void admitted(Lease lease) {
        this.lease = lease;
        if (over != 0) {
            lease.close();
            return;
        }
        events.tell(Kind.ADMITTED, lease.waited(), lease.initialPosition(), null);
    }

    /** Ends without a lease. */
    void refused(Refusal refusal) {
        end(ExchangeEvents.kind(refusal.code(), wait != null), refusal.waited(), refusal.code());
    }

    /** Whether it goes on to its fallback instead of being refused; it ends like one that has a lease then. */
    boolean fallsBack(Refusal refusal) {
        FallbackStay stay = fallback;
        if (stay == null || !Fallback.isFor(refusal.code()) || over != 0 || gone != 0 || !stay.begin()) {
            return false;
        }
        if (over != 0) {
            stay.leave();
        }
        events.fellBack(refusal, wait != null, position());
        return true;
    }

    boolean hasFallenBack() {
        return fallback != null && fallback.hasBegun();
    }

    /** Ends without a lease: the client is sent away, and its place is kept. */
    void kept(Duration waited, Refusal.@Nullable Code code) {
        isKept = true;
        end(Kind.KEPT, waited, code);
    }

    /** Ends without a lease: the client left while it waited. */
    void abandoned() {
        Wait waited = wait;
        end(Kind.ABANDONED, waited == null ? Duration.ZERO : waited.waited(), null);
    }

    private int position() {
        Wait before = wait;
        return before == null ? 0 : before.initialPosition();
    }

    private void end(Kind kind, Duration waited, Refusal.@Nullable Code code) {
        if (OVER.compareAndSet(this, 0, 1)) {
            if (!hasFallenBack()) {
                events.tell(kind, waited, position(), code);
            }
            live.ended(this, areWritesWatched != 0);
        }
    }

    /** See {@link Facts#endsShort}; not once the container has ended it. */
    void endsShort(String how) {
        Facts.endsShort(request, how);
    }

    /** Gives the slot back, once. */
    void release() {
        if (OVER.compareAndSet(this, 0, 1)) {
            Lease held = lease;
            if (held != null) {
                held.close();
                events.tell(Kind.RELEASED, held.waited(), held.initialPosition(), null);
            }
            live.ended(this, areWritesWatched != 0);
        }
    }

    boolean isOver() {
        return over != 0;
    }

    /** Ends an exchange whose container thread has failed before the application could run. */
    void endUnlessRunning() {
        if (lease == null && over == 0) {
            Wait waited = wait;
            if (waited != null) {
                waited.leave();
            }
            abandoned();
        }
    }

    /** A later pass of the container over a request that is ours already. */
    void again(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Wait waited = wait;
        if (waited != null && waited.resumes()) {
            FilterChain onward = hasFallenBack() ? ask.fallbackChain(chain) : ask.chain(chain);
            pass(request, waited.resumedResponse(response), waited.hasMoved() ? chain : onward);
        } else if (request.getDispatcherType() == DispatcherType.ASYNC) {
            pass(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Runs the application, with everything in place that notices the end of the exchange. */
    void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        int registered = listener.registered();
        isInPass = true;
        try {
            chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            LateResponse begun = late;
            if (begun != null) {
                begun.fail(e, isClientGone());
            }
            if (begun == null || e instanceof Error) {
                throw e;
            }
            LateAsyncContext.completeStarted(request);
        } finally {
            isInPass = false;
            afterPass(request, registered);
        }
    }

    private void afterPass(HttpServletRequest request, int registered) {
        if (!request.isAsyncStarted() || isGraceOver) {
            LateResponse begun = late;
            if (begun != null) {
                begun.finish();
            }
            release();
            return;
        }
        mark();
        writes.passEnds();
        if (listener.registered() == registered) {
            asyncStarted(request.getAsyncContext());
        }
        Runnable task = afterPass;
        if (task != null) {
            afterPass = null;
            task.run();
        }
        if (gone != 0) {
            live.after(GRACE, this::graceOver);
        }
    }

    /** The application has gone asynchronous: from now on the container tells the end. */
    void asyncStarted(AsyncContext context) {
        listener.register(context);
        watchCompletion();
    }

    /** Listens to Jetty's core as well, once. */
    void watchCompletion() {
        if (isCompletionWatched == 0 && COMPLETION_WATCHED.compareAndSet(this, 0, 1)) {
            JettyCore.onCompletion(request, this::completed);
        }
    }

    /** Has something done when the container's thread has left the application, or at once if it has already. */
    void afterPass(Runnable task, AsyncContext context) {
        if (isInPass) {
            afterPass = task;
        } else {
            context.start(task);
        }
    }

    /** The container says that the exchange has ended. */
    void completed() {
        Wait waited = wait;
        if (waited != null) {
            waited.containerEnded();
        }
        LateResponse begun = late;
        if (begun != null) {
            begun.answer().containerEnded();
        }
        if (lease == null) {
            abandoned();
        } else {
            release();
        }
    }

    /** The client is gone; the application is given a moment to notice. */
    void clientLeft() {
        if (GONE.compareAndSet(this, 0, 1) && !isInPass) {
            live.after(GRACE, this::graceOver);
        }
    }

    boolean isClientGone() {
        return gone != 0 || writes.isCutOff();
    }

    private void graceOver() {
        isGraceOver = true;
        if (!isInPass) {
            release();
        }
    }

    /** Writes to the client, watched. */
    void writing(Write write) throws IOException {
        writes.checkCutOff();
        boolean unused = writes.begins();
        try {
            write.run();
        } catch (IOException e) {
            clientLeft();
            throw e;
        } finally {
            writes.ends();
        }
    }

    /** From now on a write may meet a client that does not read: until then nothing can have left the buffers. */
    void watchWrites() {
        if (areWritesWatched == 0 && WRITES_WATCHED.compareAndSet(this, 0, 1)) {
            live.watchWrites(this);
        }
    }

    WriteClock writes() {
        return writes;
    }

    /** The container is to say when the application may write. */
    void awaitsWrite() {
        writes.isAwaited(() -> isInPass);
    }

    /** The application has completed, on a container that may fail to say so. */
    void completes() {
        if (over == 0) {
            writes.completes();
            watchWrites();
        }
    }

    /** Whether the container has had its time to say so, and nothing of ours is under way any more. */
    boolean isUntold(long nowNanos) {
        return !isInPass && writes.isUntold(live.settle().toNanos(), nowNanos);
    }

    /** The write is over; one that failed means that the client is gone. */
    void writeEnds(boolean isThrough) {
        writes.ends();
        if (!isThrough) {
            clientLeft();
        }
    }

    /** Cuts off a client that does not read; the exchange first, as an application told before may end it cleanly. */
    void cutOff() {
        writes.ends();
        JettyCore.abort(request);
        writes.cutsOff();
        Log.info("request " + ask.id() + " cut off: its client does not read");
        clientLeft();
        live.after(live.settle(), this::release);
    }

    void respondsLate(LateResponse response) {
        late = response;
        watchWrites();
    }

    /** Looks after the client: one that has been sent comments and hears nothing of the application gets another. */
    void tick(long nowNanos) {
        LateResponse begun = late;
        if (begun != null && begun.answer().isSilent(live.settings().heartbeat().toNanos(), nowNanos)) {
            live.execute(begun.answer()::heartbeat);
        }
    }
}
