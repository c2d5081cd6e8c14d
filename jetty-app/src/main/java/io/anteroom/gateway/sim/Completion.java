// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import io.anteroom.gateway.net.ClientWatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One answer in the making. The slot is free again at the moment at which the service time is over, before the last
 * byte is on its way: whoever has seen the end of an answer may count on it. No thread waits.
 */
final class Completion {
    private final Work work;
    private final ModelDialect dialect;
    private final ModelText text;
    private final Response response;
    private final Callback callback;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Future<?> next;
    private long begunNanos;
    private int sent;
    private boolean writing;
    private State state = State.WAITING;

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    /**
     * What all completions of a server share, and what makes this one.
     *
     * @param slots where it runs
     * @param scheduler what measures its time
     * @param observer who is told
     * @param id the number that the request gave itself
     * @param request what was asked
     * @param serviceNanos how long it takes
     * @param everyNanos how often it sends at most
     */
    record Work(
            ModelSlots slots,
            ScheduledExecutorService scheduler,
            SlotObserver observer,
            long id,
            CompletionRequest request,
            long serviceNanos,
            long everyNanos) {
        int tokensAfter(long nanos) {
            double prefill = ServiceTime.prefillShare(request.prompt(), request.output()) * serviceNanos;
            double share = (nanos - prefill) / (serviceNanos - prefill);
            return (int) Math.max(0, Math.min(request.output(), Math.floor(share * request.output())));
        }

        /** When the next chunk is due, counted from the beginning: the next token, but not before the pause is over. */
        long chunkDue(long nanos, int sent) {
            double prefill = ServiceTime.prefillShare(request.prompt(), request.output()) * serviceNanos;
            double token = prefill + (sent + 1) * (serviceNanos - prefill) / request.output();
            return Math.min(serviceNanos, Math.max((long) Math.ceil(token), nanos + (sent == 0 ? 0 : everyNanos)));
        }
    }

    Completion(Work work, ModelDialect dialect, long number, Response response, Callback callback) {
        this.work = work;
        this.dialect = dialect;
        this.text = dialect.text(number, work.request());
        this.response = response;
        this.callback = callback;
    }

    void watch(ClientWatch watch) {
        watch.onGone(this::gone);
    }

    /** The slot is ours from now on. */
    void begin() {
        lock.lock();
        try {
            if (state == State.WAITING) {
                state = State.RUNNING;
                begunNanos = System.nanoTime();
                work.observer().started(work.id(), begunNanos);
                answer();
                return;
            }
        } finally {
            lock.unlock();
        }
        work.slots().leave(false, 0);
    }

    private void answer() {
        response.getHeaders().put("Sim-Service-Micros", work.serviceNanos() / 1000);
        CompletionRequest request = work.request();
        if (request.stream() && !request.fails()) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, dialect.streamType());
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
            chunkLater(0);
            return;
        }
        response.setStatus(request.fails() ? 500 : 200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Runnable step = request.breaksOff() ? this::half : this::finish;
        next = work.scheduler().schedule(step, work.serviceNanos(), TimeUnit.NANOSECONDS);
    }

    private void chunkLater(long nowNanos) {
        long due = work.chunkDue(nowNanos, sent);
        Runnable step = due >= work.serviceNanos() ? this::finish : this::chunk;
        if (work.request().breaksOff()
                && (due >= work.serviceNanos() || 2 * sent >= work.request().output())) {
            step = this::gone;
        }
        next = work.scheduler().schedule(step, begunNanos + due - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void chunk() {
        lock.lock();
        try {
            if (state == State.OVER) {
                return;
            }
            long elapsed = System.nanoTime() - begunNanos;
            int made = Math.min(work.request().output() - 1, work.tokensAfter(elapsed));
            if (made > sent && !writing) {
                String event = text.chunk(sent, made);
                sent = made;
                writing = true;
                response.write(false, bytes(event), Callback.from(this::written, failure -> gone()));
            }
            chunkLater(elapsed);
        } finally {
            lock.unlock();
        }
    }

    private void written() {
        boolean ended;
        lock.lock();
        try {
            writing = false;
            ended = state == State.OVER;
        } finally {
            lock.unlock();
        }
        if (ended) {
            writeLast();
        }
    }

    private void finish() {
        boolean held;
        lock.lock();
        try {
            if (state == State.OVER) {
                return;
            }
            state = State.OVER;
            held = writing;
        } finally {
            lock.unlock();
        }
        leave(true, work.request().output());
        if (!held) {
            writeLast();
        }
    }

    /** The first half of an answer, and then nothing. */
    private void half() {
        String whole = text.whole();
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes(whole).remaining());
        ByteBuffer half = bytes(whole.substring(0, whole.length() / 2));
        response.write(false, half, Callback.from(this::gone, failure -> gone()));
    }

    private void writeLast() {
        response.write(true, bytes(last()), callback);
    }

    private String last() {
        CompletionRequest request = work.request();
        if (request.fails()) {
            return dialect.error("The simulated model has failed.", false);
        }
        return request.stream() ? text.chunk(sent, request.output()) + text.end() : text.whole();
    }

    /** The client left, an answer could not be written, or is meant to break off. */
    private void gone() {
        State before;
        lock.lock();
        try {
            before = state;
            state = State.OVER;
            if (next != null) {
                next.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        if (before == State.OVER) {
            return;
        }
        if (before == State.RUNNING) {
            leave(false, sent);
        } else {
            work.slots().giveUp(this);
        }
        callback.failed(new EofException("broken off"));
    }

    private void leave(boolean whole, int made) {
        work.observer().ended(work.id(), System.nanoTime());
        work.slots().leave(whole, made);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
