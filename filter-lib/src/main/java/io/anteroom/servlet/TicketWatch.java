// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.StatusDocuments;
import io.anteroom.protocol.TicketView;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Somebody who watches a ticket without a thread: for one answer as soon as it no longer waits, or for a stream of
 * events at each change. The lock is held by whoever touches the response.
 */
final class TicketWatch implements AsyncListener {
    private static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLACK_MILLIS = 30_000;

    private final Live live;
    private final Watched ticket;
    private final String url;
    private final boolean streams;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AsyncContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final long untilNanos;
    private final long heartbeatNanos;
    private volatile boolean isOver;
    private volatile boolean isWriting;
    private volatile long lastNanos;
    private volatile int lastPosition;

    private TicketWatch(
            Live live,
            Watched ticket,
            String url,
            boolean streams,
            HttpServletRequest request,
            HttpServletResponse response,
            Duration patience) {
        this.live = live;
        this.ticket = ticket;
        this.url = url;
        this.streams = streams;
        this.request = request;
        this.response = response;
        this.untilNanos = System.nanoTime() + patience.toNanos();
        this.heartbeatNanos = live.settings().heartbeat().toNanos();
        this.context = request.startAsync(request, response);
        context.setTimeout(patience.toMillis() + SLACK_MILLIS);
        context.addListener(this);
    }

    /** Answers when the ticket no longer waits, or when {@code patience} is over. */
    static void forAnswer(
            Live live,
            Watched ticket,
            String url,
            HttpServletRequest request,
            HttpServletResponse response,
            Duration patience) {
        live.watch(new TicketWatch(live, ticket, url, false, request, response, patience));
    }

    /** Sends an event at each change until the ticket no longer waits, or until {@code patience} is over. */
    static void forEvents(
            Live live,
            Watched ticket,
            String url,
            HttpServletRequest request,
            HttpServletResponse response,
            Duration patience)
            throws IOException {
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-store, no-transform");
        response.setHeader("X-Accel-Buffering", "no");
        TicketWatch watch = new TicketWatch(live, ticket, url, true, request, response, patience);
        live.watch(watch);
        watch.isWriting = true;
        live.executeWatch(watch::write);
    }

    /** Called every now and then. */
    void tick(long nowNanos) {
        if (isOver || isWriting || !isDue(nowNanos)) {
            return;
        }
        isWriting = true;
        live.executeWatch(this::write);
    }

    private boolean isDue(long nowNanos) {
        if (ticket.state() != TicketView.State.QUEUED || nowNanos - untilNanos >= 0 || live.isDraining()) {
            return true;
        }
        long silent = nowNanos - lastNanos;
        return streams
                && (silent >= heartbeatNanos || (silent >= MIN_INTERVAL_NANOS && ticket.position() != lastPosition));
    }

    private void write() {
        lock.lock();
        try {
            if (isOver) {
                return;
            }
            TicketView view = ticket.view(url);
            boolean isLast =
                    view.state() != TicketView.State.QUEUED || System.nanoTime() - untilNanos >= 0 || live.isDraining();
            if (streams) {
                lastPosition = ticket.position();
                lastNanos = System.nanoTime();
                OutputStream out = response.getOutputStream();
                out.write(StatusDocuments.event(view));
                out.flush();
            } else {
                Replies.send(request, response, StatusDocuments.ticket(view));
            }
            if (isLast || !streams) {
                end();
                context.complete();
            }
        } catch (IOException | IllegalStateException e) {
            Log.debug("nobody watches ticket any more", e);
            if (!isOver) {
                end();
                complete();
            }
        } finally {
            lock.unlock();
            isWriting = false;
        }
    }

    private void complete() {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            Log.debug("a watch was complete already", e);
        }
    }

    private void end() {
        if (!isOver) {
            isOver = true;
            live.ended(this);
            ticket.unwatched();
        }
    }

    private void containerEnded() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        containerEnded();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        containerEnded();
        complete();
    }

    @Override
    public void onError(AsyncEvent event) {
        containerEnded();
        complete();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
