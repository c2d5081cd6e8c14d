// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.proxy.UpstreamProblem.Ended;
import io.anteroom.gateway.upstream.Call;
import io.anteroom.gateway.upstream.Journey;
import io.anteroom.gateway.upstream.Journey.Enough;
import io.anteroom.gateway.upstream.Journey.Go;
import io.anteroom.gateway.upstream.Journey.Nowhere;
import io.anteroom.gateway.upstream.Journey.Outcome;
import io.anteroom.gateway.upstream.Journey.Step;
import io.anteroom.gateway.upstream.Journey.Wait;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a backend and back, at as many backends as it takes until one of them begins to answer.
 * Ends once: with the whole answer, with an error that names its cause, or because the client left, in which case the
 * backend is told at once.
 */
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private final AsyncContext async;
    private final HttpServletResponse client;
    private final Reply reply;
    private final Outgoing outgoing;
    private final Journey journey;
    private final Scheduler scheduler;
    private final Executor executor;
    private final Runnable whenOver;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean refusing = new AtomicBoolean();
    private volatile boolean clientGone;
    private volatile boolean isStopping;
    private volatile int refusal;
    private volatile @Nullable Attempt current;
    private volatile @Nullable AnswerPump pump;
    private volatile @Nullable ClientReady ready;
    private volatile @Nullable Throwable lastFailure;
    private volatile Scheduler.@Nullable Task pause;

    /**
     * What an exchange is made of.
     *
     * @param async the client's side
     * @param client where the answer goes
     * @param manner how its client is told of failures
     * @param outgoing the request to the backends
     * @param journey where it goes
     * @param scheduler what measures time
     * @param executor whose threads may wait
     */
    record Sides(
            AsyncContext async,
            HttpServletResponse client,
            Client manner,
            Outgoing outgoing,
            Journey journey,
            Scheduler scheduler,
            Executor executor) {}

    Exchange(Sides sides, Runnable whenOver) {
        this.async = sides.async();
        this.client = sides.client();
        this.outgoing = sides.outgoing();
        this.journey = sides.journey();
        this.reply = new Reply(client, sides.manner(), journey);
        this.scheduler = sides.scheduler();
        this.executor = sides.executor();
        this.whenOver = whenOver;
    }

    void start() {
        if (isStopping) {
            refuse(ended());
        } else {
            step(journey.begin());
        }
    }

    /**
     * Has the answer be written by whoever brings it, which must be said on the container's thread. Not for clients
     * that have been sent something: their comments go on until there is an answer.
     */
    void writesAtOnce() throws IOException {
        ClientReady listener = new ClientReady(this);
        client.getOutputStream().setWriteListener(listener);
        ready = listener;
    }

    void watch(@Nullable ClientWatch watch) {
        if (watch != null) {
            watch.onGone(this::clientGone);
        }
    }

    long startNanos() {
        return startNanos;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    boolean isOver() {
        return over.get();
    }

    private void step(Step step) {
        if (step instanceof Go go) {
            go(go.call());
        } else if (step instanceof Wait wait) {
            pause = scheduler.schedule(this::resume, wait.pause().toNanos(), TimeUnit.NANOSECONDS);
            if (!isBackendsFault()) {
                resume();
            }
        } else if (step instanceof Nowhere nowhere) {
            refuse(new UpstreamProblem.Nowhere(nowhere));
        } else if (step instanceof Enough) {
            Throwable last = lastFailure;
            refuse(last == null ? new Ended(UpstreamProblem.FAILED) : last);
        }
    }

    private void resume() {
        if (refusing.get() || over.get()) {
            return;
        }
        if (!isBackendsFault()) {
            refuse(ended());
        } else {
            step(journey.resume());
        }
    }

    private void go(Call call) {
        Attempt attempt;
        try {
            attempt = new Attempt(this, call, outgoing.to(call));
        } catch (IllegalArgumentException e) {
            call.left();
            refusal = HttpServletResponse.SC_BAD_REQUEST;
            refuse(e);
            return;
        } catch (RuntimeException e) {
            // A mistake of ours: whatever it is, neither the stay nor the slot may be lost by it.
            LOG.log(System.Logger.Level.ERROR, "a request could not be made", e);
            call.left();
            refuse(new Ended(UpstreamProblem.FAILED));
            return;
        }
        current = attempt;
        attempt.send();
        if (!isBackendsFault()) {
            attempt.abort(why());
        }
    }

    /** Whether there may be another try, as far as that can be known before. */
    boolean mayTryAgain() {
        return outgoing.isReplayable() && isBackendsFault() && pump == null && !over.get();
    }

    /** Has another backend try it, if there is one and nothing forbids it; the one before is over then. */
    boolean triesAgain(Attempt before, Outcome outcome, Throwable failure) {
        boolean isSafe = !outcome.cause().mayHaveBegun()
                || outgoing.mayBeDoneTwice(before.call().retry());
        if (!mayTryAgain() || !isSafe) {
            return false;
        }
        Step next = journey.after(outcome);
        if (next instanceof Enough) {
            return false;
        }
        lastFailure = failure;
        before.dismiss();
        step(next);
        return true;
    }

    /** The answer is for the client now, whatever it is. */
    @Nullable AnswerPump deliver(Attempt attempt, Response response, Content.Source source) {
        try {
            reply.takes(response);
            String type = response.getHeaders().get("Content-Type");
            AnswerPump carrier = new AnswerPump(this, source, client.getOutputStream(), type == null ? "" : type);
            pump = carrier;
            Runnable begin = () -> begin(carrier, source);
            if (ready != null && !HeaderRules.takesTime(response.getHeaders())) {
                begin.run();
            } else {
                elsewhere(begin);
            }
            return carrier;
        } catch (IOException | IllegalStateException e) {
            undeliverable(source, e);
            return null;
        }
    }

    private void begin(AnswerPump carrier, Content.Source source) {
        try {
            ClientReady.begin(ready, client.getOutputStream(), carrier);
        } catch (IOException | IllegalStateException e) {
            undeliverable(source, e);
        }
    }

    private void undeliverable(Content.Source source, Exception why) {
        clientGone();
        source.fail(why);
        cut();
    }

    /**
     * Does what may take a while on a thread that has time for it, as answers come on those that read for many: a
     * comment to a slow client may be under way, and the moment to come back may have to be asked of the cluster.
     */
    private void elsewhere(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The end of the gateway: nobody is held up any more.
            task.run();
        }
    }

    /** Gives the head of the answer to the client, when it is certain that something of it follows. */
    void head() {
        reply.head(servedBy());
    }

    private @Nullable Call servedBy() {
        Attempt attempt = current;
        return attempt == null ? null : attempt.call();
    }

    /** Whether the client can still be told of a failure by a status. */
    boolean isHeadPending() {
        return reply.isHeadPending();
    }

    /** Tells the client what went wrong. */
    void refuse(Throwable cause) {
        if (!over.get() && refusing.compareAndSet(false, true)) {
            elsewhere(() -> tell(cause));
        }
    }

    private void tell(Throwable cause) {
        boolean isTold = false;
        try {
            if (refusal != 0) {
                client.sendError(refusal);
                isTold = true;
            } else {
                byte[] body = problem(cause);
                if (body.length > 0) {
                    client.getOutputStream().write(body);
                    isTold = true;
                }
            }
        } catch (IOException | IllegalStateException e) {
            clientGone = true;
            isTold = false;
        }
        end(isTold);
    }

    /** Sets the status of a failure and answers the body that belongs to it; none for a client that is gone. */
    byte[] problem(Throwable cause) {
        if (clientGone) {
            reply.toNobody();
            return new byte[0];
        }
        return reply.problem(cause, servedBy());
    }

    /** The end of an answer that the backend broke off; empty if it must not look complete. */
    byte[] brokenOff(Throwable cause, String contentType) {
        if (clientGone) {
            return new byte[0];
        }
        // Its status does not tell that it is nothing to be kept for the next one who asks for the same.
        async.getRequest().setAttribute("io.anteroom.ends-short", "error");
        return reply.brokenOff(cause, contentType);
    }

    /** The client left: so does our request. */
    void clientGone() {
        clientGone = true;
        stop();
    }

    /** The gateway stops: an answer that has begun ends with an error, or is cut off, and any other is a refusal. */
    void shutDown() {
        isStopping = true;
        stop();
    }

    /** Whether a failure is the backend's, and not the client's or ours. */
    boolean isBackendsFault() {
        return !clientGone && refusal == 0 && !isStopping;
    }

    private UpstreamProblem why() {
        return isStopping ? UpstreamProblem.SHUTTING_DOWN : UpstreamProblem.FAILED;
    }

    private Ended ended() {
        return new Ended(why());
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
        stop();
    }

    private void stop() {
        Scheduler.Task waiting = pause;
        if (waiting != null && waiting.cancel()) {
            resume();
        }
        Attempt attempt = current;
        if (attempt != null) {
            attempt.abort(why());
        }
    }

    /** Whether the ball is in the backend's field, which is what its time is measured by. */
    void awaitingBackend(boolean waiting) {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.awaitingBackend(waiting);
        }
    }

    /**
     * Nothing more will be written, though the answer is not whole. What its client has got of it, and whoever else
     * reads along, must not take it for complete: the connection breaks off, or the HTTP/2 stream is reset. The
     * container ends the request then, and may not be told to once more.
     */
    void cut() {
        end(false);
    }

    /** Nothing more will be written: the answer is whole. */
    void answered() {
        end(true);
    }

    private void end(boolean isWhole) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Attempt attempt = current;
        if (attempt != null) {
            attempt.answered();
        }
        whenOver.run();
        try {
            if (isWhole) {
                async.complete();
            } else if (reply.hasBegun()) {
                client.sendError(-1);
            } else {
                reply.toNobody();
                async.complete();
            }
        } catch (IOException | IllegalStateException e) {
            // The container has ended it already: a client that left while we wrote.
            clientGone = true;
        }
    }
}
