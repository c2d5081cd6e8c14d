// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.proxy.UpstreamProblem.Ended;
import io.anteroom.protocol.Answer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a backend and back. Ends once: with the whole answer, with an error that names its cause,
 * or because the client left, in which case the backend is told at once.
 */
final class Exchange {
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final Request upstream;
    private final AsyncContext async;
    private final HttpServletResponse client;
    private final Client manner;
    private final Timeouts timeouts;
    private final Scheduler scheduler;
    private final Runnable whenOver;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final long startNanos = System.nanoTime();
    private volatile @Nullable Response answer;
    private volatile boolean clientGone;
    private volatile int refusal;
    private volatile boolean begun;
    private volatile long awaitingSinceNanos = System.nanoTime() | 1;
    private volatile @Nullable AnswerPump pump;
    private volatile Scheduler.@Nullable Task timer;

    /**
     * What an exchange is made of.
     *
     * @param upstream the request to the backend
     * @param async the client's side
     * @param client where the answer goes
     * @param manner how its client is told of failures
     * @param timeouts how long the backend may take
     * @param scheduler what measures them
     */
    record Sides(
            Request upstream,
            AsyncContext async,
            HttpServletResponse client,
            Client manner,
            Timeouts timeouts,
            Scheduler scheduler) {}

    Exchange(Sides sides, Runnable whenOver) {
        this.upstream = sides.upstream();
        this.async = sides.async();
        this.client = sides.client();
        this.manner = sides.manner();
        this.timeouts = sides.timeouts();
        this.scheduler = sides.scheduler();
        this.whenOver = whenOver;
    }

    void send() {
        upstream.onResponseContentSource(this::begin);
        checkLater(startNanos);
        upstream.send(this::completed);
    }

    void watch(@Nullable ClientWatch watch) {
        if (watch != null) {
            watch.onGone(this::clientGone);
        }
    }

    private void begin(Response response, Content.Source source) {
        if (over.get()) {
            source.fail(new Ended(UpstreamProblem.FAILED));
            return;
        }
        try {
            answer = response;
            String type = response.getHeaders().get("Content-Type");
            AnswerPump carrier = new AnswerPump(this, source, client.getOutputStream(), type == null ? "" : type);
            awaitingBackend(false);
            begun = true;
            pump = carrier;
            cancelTimer();
            checkLater(System.nanoTime());
            client.getOutputStream().setWriteListener(carrier);
        } catch (IOException | IllegalStateException e) {
            clientGone();
            source.fail(e);
            answered();
        }
    }

    /**
     * Gives the backend's status and headers to the client, when it is certain that something of its answer follows.
     */
    void head() {
        Response response = answer;
        if (response == null) {
            return;
        }
        answer = null;
        client.setStatus(response.getStatus());
        for (HttpField field : HeaderRules.toClient(response.getHeaders())) {
            if (HeaderRules.isSingle(field)) {
                client.setHeader(field.getName(), field.getValue());
            } else {
                client.addHeader(field.getName(), field.getValue());
            }
        }
    }

    /** Whether the client can still be told of a failure by a status. */
    boolean isHeadPending() {
        return answer != null;
    }

    /** Both sides of the upstream exchange are over. A whole answer ends with its last byte, not here. */
    private void completed(Result result) {
        if (!result.isFailed()) {
            return;
        }
        Throwable cause = result.getResponseFailure() != null ? result.getResponseFailure() : result.getFailure();
        AnswerPump carrier = pump;
        if (carrier != null) {
            carrier.brokenOff(cause);
        } else {
            refuse(cause);
        }
    }

    private void refuse(Throwable cause) {
        if (over.get() || !refusing.compareAndSet(false, true)) {
            return;
        }
        try {
            if (refusal != 0) {
                client.sendError(refusal);
                answered();
                return;
            }
            byte[] body = problem(cause);
            if (body.length > 0) {
                client.getOutputStream().write(body);
            }
        } catch (IOException | IllegalStateException e) {
            clientGone = true;
        }
        answered();
    }

    /** Sets the status of a failure and answers the body that belongs to it. */
    byte[] problem(Throwable cause) {
        answer = null;
        if (clientGone) {
            client.setStatus(CLIENT_CLOSED_REQUEST);
            return new byte[0];
        }
        UpstreamProblem problem = UpstreamProblem.of(cause);
        Answer told = manner.answer(problem);
        client.setStatus(told.status());
        client.setHeader("Content-Type", told.contentType());
        client.setHeader("Queue-Upstream-Error", problem.code());
        return told.body();
    }

    /** The end of an answer that the backend broke off; empty if it must not look complete. */
    byte[] brokenOff(Throwable cause, String contentType) {
        return clientGone ? new byte[0] : manner.brokenOff(UpstreamProblem.of(cause), contentType);
    }

    /** The client left: so does our request. */
    void clientGone() {
        clientGone = true;
        abort(UpstreamProblem.FAILED);
    }

    /** The client's side broke off: a body that is too large or too slow, or the client itself. */
    void clientFailed(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http && http.getCode() < 500) {
                refusal = http.getCode();
            }
        }
        if (refusal == 0) {
            clientGone();
            return;
        }
        if (pump == null) {
            refuse(new Ended(UpstreamProblem.FAILED));
        }
        abort(UpstreamProblem.FAILED);
    }

    private void abort(UpstreamProblem problem) {
        CompletableFuture<Boolean> unused = upstream.abort(new Ended(problem));
    }

    /** Whether the ball is in the backend's field, which is what its time is measured by. */
    void awaitingBackend(boolean waiting) {
        awaitingSinceNanos = waiting ? System.nanoTime() | 1 : 0;
    }

    /** Breaks the client's connection, so that what it has got does not look complete. */
    void cut() {
        if (over.get() || clientGone) {
            return;
        }
        try {
            client.sendError(-1);
        } catch (IOException | IllegalStateException e) {
            clientGone = true;
        }
    }

    /** Nothing more will be written. */
    void answered() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        cancelTimer();
        whenOver.run();
        try {
            async.complete();
        } catch (IllegalStateException e) {
            // The container has ended it already: a client that left while we wrote.
            clientGone = true;
        }
    }

    private void cancelTimer() {
        Scheduler.Task pending = timer;
        if (pending != null) {
            pending.cancel();
        }
    }

    private void checkLater(long now) {
        long due = Math.min(due(now, timeouts.total(), startNanos), stepDue(now));
        if (due != Long.MAX_VALUE) {
            timer = scheduler.schedule(this::check, Math.max(1, due), TimeUnit.NANOSECONDS);
        }
    }

    private void check() {
        if (over.get()) {
            return;
        }
        long now = System.nanoTime();
        if (due(now, timeouts.total(), startNanos) <= 0) {
            abort(UpstreamProblem.TOTAL_TIMEOUT);
        } else if (stepDue(now) <= 0) {
            abort(begun ? UpstreamProblem.IDLE_TIMEOUT : UpstreamProblem.FIRST_BYTE_TIMEOUT);
        } else {
            checkLater(now);
        }
    }

    private long stepDue(long now) {
        Duration limit = begun ? timeouts.idle() : timeouts.firstByte();
        long since = awaitingSinceNanos;
        return since == 0 ? limit.toNanos() : due(now, limit, since);
    }

    /** How long until a limit is over, or never. */
    private static long due(long now, Duration limit, long since) {
        return limit.isZero() ? Long.MAX_VALUE : limit.toNanos() - (now - since);
    }
}
