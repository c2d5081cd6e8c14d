// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.proxy.BodyPump.Body;
import io.anteroom.gateway.proxy.UpstreamProblem.Ended;
import io.anteroom.gateway.upstream.Call;
import io.anteroom.gateway.upstream.Journey.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One try of a request at one backend, until its answer is given to the client, or another try takes its place. What it
 * has come to is settled once.
 */
final class Attempt {
    /** An answer that nobody wants is read to its end if it is not longer: its connection can be used again. */
    private static final long WORTH_READING = 16 * 1024;

    private static final long LONGEST_READING_SECONDS = 5;

    private static final int FIRST_FINAL = 200;
    private static final int LAST_FINAL = 599;

    private final Exchange exchange;
    private final Call call;
    private final Request upstream;
    private final @Nullable Body piecewise;
    private final Timeouts timeouts;
    private final Scheduler scheduler;
    private final long beganNanos = System.nanoTime();
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile boolean isDismissed;
    private volatile boolean isConnected;
    private volatile boolean isSent;
    private volatile boolean hasBegun;
    private volatile boolean isOver;
    private volatile long awaitingSinceNanos = System.nanoTime() | 1;
    private volatile @Nullable AnswerPump pump;
    private volatile @Nullable Throwable failure;
    private volatile Scheduler.@Nullable Task timer;
    private volatile long timerNanos;

    Attempt(Exchange exchange, Call call, Request upstream) {
        this.exchange = exchange;
        this.call = call;
        this.upstream = upstream;
        this.piecewise = upstream.getBody() instanceof Body body ? body : null;
        this.timeouts = call.timeouts();
        this.scheduler = exchange.scheduler();
    }

    Call call() {
        return call;
    }

    void send() {
        upstream.onRequestListener(new Progress());
        upstream.onResponseContentSource(this::begin);
        checkLater(beganNanos);
        upstream.send(this::completed);
    }

    /** How far the request itself is. */
    private final class Progress implements Request.Listener {
        @Override
        public void onBegin(Request request) {
            isConnected = true;
            awaitingBackend(true);
            checkAnew();
        }

        @Override
        public void onSuccess(Request request) {
            if (piecewise != null && !hasBegun) {
                awaitingBackend(true);
            }
            isSent = true;
        }
    }

    private void begin(Response response, Content.Source source) {
        if (exchange.isOver() || isDismissed) {
            source.fail(new Ended(UpstreamProblem.FAILED));
            return;
        }
        hasBegun = true;
        awaitingBackend(true);
        checkAnew();
        if (response.getStatus() < FIRST_FINAL || response.getStatus() > LAST_FINAL) {
            // Nobody has asked for another protocol, and what is no status means nothing to anybody.
            Throwable bad = new Ended(UpstreamProblem.BAD_ANSWER);
            failed(bad);
            source.fail(bad);
            return;
        }
        Cause cause = UpstreamProblem.cause(response.getStatus());
        if (cause != null) {
            unwelcome(response, source, cause);
        } else if (!exchange.mayTryAgain() || call.retry().most() == 0) {
            welcome(response, source);
        } else {
            new Peek(this, response, source, call.retry(), scheduler).begin();
        }
    }

    /** A status that says that the backend is busy, or has failed. */
    private void unwelcome(Response response, Content.Source source, Cause cause) {
        if (!settled.compareAndSet(false, true)) {
            source.fail(new Ended(UpstreamProblem.FAILED));
            return;
        }
        Duration retryAfter = HeaderRules.retryAfter(response.getHeaders(), Instant.now());
        String code = "status_" + response.getStatus();
        if (cause == Cause.BUSY && response.getStatus() != 503) {
            call.busy(code);
        } else {
            call.failed(code, false, took());
        }
        call.cools(retryAfter);
        Throwable told = new UpstreamProblem.Busy(response.getStatus(), retryAfter);
        if (exchange.triesAgain(this, new Outcome(cause, retryAfter), told)) {
            discard(response, source);
        } else {
            deliver(response, source);
        }
    }

    /** An answer that the client gets. */
    void welcome(Response response, Content.Source source) {
        if (settled.compareAndSet(false, true)) {
            if (UpstreamProblem.isFailure(response.getStatus())) {
                call.failed("status_" + response.getStatus(), false, took());
            } else {
                call.answered(took());
            }
            deliver(response, source);
        } else {
            source.fail(new Ended(UpstreamProblem.FAILED));
        }
    }

    /** A stream that has begun with an error. */
    void unwelcome(Response response, Content.Source source, String error) {
        if (!settled.compareAndSet(false, true)) {
            source.fail(new Ended(UpstreamProblem.FAILED));
            return;
        }
        call.failed(error, false, took());
        Throwable told = new UpstreamProblem.Busy(503, Duration.ZERO);
        if (exchange.triesAgain(this, new Outcome(Cause.STREAM_ERROR, Duration.ZERO), told)) {
            discard(response, source);
        } else {
            deliver(response, source);
        }
    }

    /** The backend has failed before anything of its answer reached the client. */
    void failed(Throwable cause) {
        if (!settled.compareAndSet(false, true)) {
            return;
        }
        if (!exchange.isBackendsFault()) {
            exchange.refuse(cause);
            return;
        }
        UpstreamProblem problem = UpstreamProblem.of(cause);
        Cause why = problem.cause(isConnected);
        call.failed(problem.code(), why == Cause.CONNECT, took());
        boolean isGivenUp = why == null || !exchange.triesAgain(this, new Outcome(why, Duration.ZERO), cause);
        if (isGivenUp) {
            exchange.refuse(cause);
        }
    }

    private void deliver(Response response, Content.Source source) {
        awaitingBackend(false);
        AnswerPump carrier = exchange.deliver(this, response, source);
        pump = carrier;
        Throwable broken = failure;
        if (carrier != null && broken != null) {
            carrier.brokenOff(broken);
        }
    }

    /** Reads what nobody wants, so that the connection can be used again, unless that takes long. */
    private void discard(Response response, Content.Source source) {
        long length = response.getHeaders().getLongField("Content-Length");
        if (length >= 0 && length <= WORTH_READING) {
            Content.Source.consumeAll(source, Callback.NOOP);
            scheduler.schedule(() -> abort(UpstreamProblem.FAILED), LONGEST_READING_SECONDS, TimeUnit.SECONDS);
        } else {
            source.fail(new Ended(UpstreamProblem.FAILED));
        }
    }

    /** Both sides of the upstream exchange are over. A whole answer ends with its last byte, not here. */
    private void completed(Result result) {
        if (!result.isFailed() || isDismissed || isOver) {
            over();
            return;
        }
        Throwable cause = result.getResponseFailure() != null ? result.getResponseFailure() : result.getFailure();
        failure = cause;
        AnswerPump carrier = pump;
        if (carrier != null) {
            if (exchange.isBackendsFault()) {
                call.failed(UpstreamProblem.of(cause).code(), false, took());
            }
            carrier.brokenOff(cause);
        } else {
            failed(cause);
        }
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    /** Another try takes its place. */
    void dismiss() {
        isDismissed = true;
        over();
        if (!hasBegun) {
            abort(UpstreamProblem.FAILED);
        }
    }

    /** It holds nothing any more. */
    void over() {
        isOver = true;
        cancelTimer();
        call.left();
    }

    /** The client has its answer. A backend that has given it before it had read all of the request gets no more. */
    void answered() {
        over();
        if (!isSent) {
            abort(UpstreamProblem.FAILED);
        }
    }

    void abort(UpstreamProblem problem) {
        CompletableFuture<Boolean> unused = upstream.abort(new Ended(problem));
    }

    /** Whether the ball is in the backend's field, which is what its time is measured by. */
    void awaitingBackend(boolean waiting) {
        awaitingSinceNanos = waiting ? System.nanoTime() | 1 : 0;
    }

    private void cancelTimer() {
        Scheduler.Task pending = timer;
        if (pending != null) {
            pending.cancel();
        }
    }

    /** Another limit counts from now on. A timer that goes off before it is left alone: it looks, and goes on. */
    private void checkAnew() {
        long now = System.nanoTime();
        long due = untilDue(now);
        if (timer == null || (due != Long.MAX_VALUE && now + due - timerNanos < 0)) {
            cancelTimer();
            checkLater(now);
        }
    }

    private void checkLater(long now) {
        long due = untilDue(now);
        if (due != Long.MAX_VALUE && !isOver) {
            timerNanos = now + due;
            timer = scheduler.schedule(this::check, Math.max(1, due), TimeUnit.NANOSECONDS);
        }
    }

    private long untilDue(long now) {
        return Math.min(due(now, timeouts.total(), exchange.startNanos()), stepDue(now));
    }

    private void check() {
        if (isOver) {
            return;
        }
        long now = System.nanoTime();
        if (due(now, timeouts.total(), exchange.startNanos()) <= 0) {
            abort(UpstreamProblem.TOTAL_TIMEOUT);
        } else if (stepDue(now) <= 0) {
            abort(stepProblem());
        } else {
            checkLater(now);
        }
    }

    private UpstreamProblem stepProblem() {
        if (!isConnected) {
            return UpstreamProblem.CONNECT_TIMEOUT;
        }
        return hasBegun ? UpstreamProblem.IDLE_TIMEOUT : UpstreamProblem.FIRST_BYTE_TIMEOUT;
    }

    private long stepDue(long now) {
        Duration limit = !isConnected ? timeouts.connect() : hasBegun ? timeouts.idle() : timeouts.firstByte();
        long since = awaitingSinceNanos();
        return due(now, limit, since == 0 ? now : since);
    }

    /** Since when the backend has been waited for, or 0, as while its client sends what the backend reads at once. */
    private long awaitingSinceNanos() {
        Body sent = piecewise;
        long since = awaitingSinceNanos;
        if (sent == null || !isConnected || isSent || hasBegun) {
            return since;
        }
        long offered = sent.offeredSinceNanos();
        // What was offered before there was a connection has waited for the backend since there is one.
        return offered == 0 || offered - since > 0 ? offered : since;
    }

    /** How long until a limit is over, or never. */
    private static long due(long now, Duration limit, long since) {
        return limit.isZero() ? Long.MAX_VALUE : limit.toNanos() - (now - since);
    }
}
