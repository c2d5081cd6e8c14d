// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.LateErrors;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.StatusFrames;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What goes out behind the frames that a client has been sent while it waited. The application's first byte decides: a
 * 2xx stream of the same form follows, anything else is kept (up to 64 KiB, for at most 10 s) and told as the dialect's
 * error event. Until then frames go on, so that nobody on the way takes the stream for dead. The stream always ends
 * normally. Safe from any thread: the lock is held by whoever writes.
 */
final class LateAnswer {
    private static final int MAX_KEPT = 64 << 10;
    private static final long KEEPING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What has become of the answer. */
    private enum Stage {
        /** Nothing has been written: everything can still change. */
        OPEN,
        /** A stream of the right form: its bytes go through. */
        STREAMING,
        /** Something else: its bytes are kept. */
        KEEPING,
        /** Over. */
        ENDED
    }

    private final HttpServletResponse response;
    private final Exchange exchange;
    private final Ask ask;
    private final LateHead head;
    private final StatusFrames frames;
    private final ReentrantLock lock = new ReentrantLock();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private volatile Stage stage = Stage.OPEN;
    private volatile long lastNanos = System.nanoTime();
    private volatile boolean isAsync;
    private boolean isFlushed;
    private boolean hasTimedOut;

    LateAnswer(HttpServletResponse response, Exchange exchange, LateHead head, StatusFrames frames) {
        this.response = response;
        this.exchange = exchange;
        this.ask = exchange.ask();
        this.head = head;
        this.frames = frames;
    }

    boolean isStreaming() {
        return stage == Stage.STREAMING;
    }

    boolean isEnded() {
        return stage == Stage.ENDED;
    }

    boolean isCommitted() {
        return isFlushed || isStreaming() || isEnded();
    }

    /** The application writes without blocking, so that nobody else may write any more. */
    void becomesAsync() {
        lock.lock();
        try {
            isAsync = true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes bytes of the application. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            decide();
            if (stage == Stage.STREAMING) {
                hasTimedOut = false;
                response.getOutputStream().write(bytes, offset, length);
                return;
            }
            checkKeeping();
            kept.write(bytes, offset, Math.min(length, MAX_KEPT - kept.size()));
        } finally {
            lock.unlock();
        }
    }

    void flush() throws IOException {
        lock.lock();
        try {
            decide();
            isFlushed = true;
            if (stage == Stage.STREAMING) {
                response.flushBuffer();
            } else {
                checkKeeping();
            }
        } finally {
            lock.unlock();
        }
    }

    private void decide() {
        if (stage == Stage.OPEN) {
            stage = head.canFollow() ? Stage.STREAMING : Stage.KEEPING;
            lastNanos = System.nanoTime();
            if (head.contains("Set-Cookie")) {
                Log.info("request " + ask.id() + ": a cookie was lost, because the answer had begun");
            }
        }
    }

    /**
     * Nobody hears an application that goes on without an event stream, so it would never notice that its client is
     * gone: it is stopped in the way that a client that left would stop it.
     */
    private void checkKeeping() throws IOException {
        boolean isTooMuch = kept.size() >= MAX_KEPT || System.nanoTime() - lastNanos > KEEPING_NANOS;
        if (stage == Stage.KEEPING && isTooMuch) {
            end();
        }
        if (stage == Stage.ENDED) {
            throw new IOException(
                    "the answer is over: it was no event stream, and could not follow what had been sent");
        }
    }

    /** Starts again, as long as nothing has been committed. */
    void reset() {
        lock.lock();
        try {
            if (isCommitted()) {
                throw new IllegalStateException("the response is committed");
            }
            kept.reset();
            stage = Stage.OPEN;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps this as the whole answer. */
    void error(byte[] text) {
        lock.lock();
        try {
            reset();
            kept.writeBytes(text);
            stage = Stage.KEEPING;
            isFlushed = true;
        } finally {
            lock.unlock();
        }
    }

    /** The application's time is over: one that ends now without another word has failed. */
    void timesOut() {
        lock.lock();
        try {
            hasTimedOut = true;
        } finally {
            lock.unlock();
        }
    }

    /** The application has ended normally. */
    void end() {
        lock.lock();
        try {
            if (hasTimedOut && stage != Stage.KEEPING && head.status() < 400) {
                fail();
            } else if (stage != Stage.ENDED) {
                boolean isWhole = stage == Stage.STREAMING || (stage == Stage.OPEN && head.canEndEmpty());
                stage = Stage.ENDED;
                if (!isWhole) {
                    send(
                            LateErrors.answered(
                                    head.status(), head.get("Content-Type"), kept.toByteArray(), head.retryAfter()),
                            false);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The application has failed. */
    void fail() {
        lock.lock();
        try {
            if (stage != Stage.ENDED) {
                boolean isInside = stage == Stage.STREAMING;
                stage = Stage.ENDED;
                send(LateErrors.failed(), isInside);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The container has ended the exchange: the response is not ours any more. */
    void containerEnded() {
        lock.lock();
        try {
            stage = Stage.ENDED;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has heard nothing for that long, and may be sent a comment. */
    boolean isSilent(long nanos, long nowNanos) {
        return stage == Stage.OPEN && !isAsync && nowNanos - lastNanos >= nanos;
    }

    /** Sends a comment, unless the application has come before. */
    void heartbeat() {
        if (lock.tryLock()) {
            try {
                if (stage == Stage.OPEN && !isAsync) {
                    lastNanos = System.nanoTime();
                    response.getOutputStream().write(frames.running());
                    response.flushBuffer();
                }
            } catch (IOException | IllegalStateException e) {
                Log.debug("request " + ask.id() + " left while it ran", e);
            } finally {
                lock.unlock();
            }
        }
    }

    private void send(Problem problem, boolean isInside) {
        try {
            exchange.endsShort("error");
            ServletOutputStream out = response.getOutputStream();
            if (isAsync && !out.isReady()) {
                return;
            }
            out.write(frames.failed(problem, isInside));
            if (!isAsync || out.isReady()) {
                out.flush();
            }
        } catch (IOException | IllegalStateException e) {
            Log.debug("request " + ask.id() + " left before it was told of the error", e);
        }
    }
}
