// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.live;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one watcher is told, as server-sent events. Never blocks: while the watcher has not taken what was sent, newer
 * news take the place of older ones, and one that takes nothing for a while is cut off. Safe from any thread.
 */
public final class LiveStream implements WriteListener, AsyncListener {
    /** What it is. */
    public static final String TYPE = "text/event-stream; charset=utf-8";

    /** How long somebody may take nothing. */
    public static final Duration STALLED_AFTER = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(LiveStream.class.getName());
    /** When to come back after the stream has ended. */
    private static final byte[] HELLO = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final ReentrantLock lock = new ReentrantLock();
    private final Terms terms;
    private final long openedNanos;
    private @Nullable AsyncContext context;
    private @Nullable ServletOutputStream out;
    private byte @Nullable [] hello = HELLO;
    private byte @Nullable [] next;
    private boolean hasBegun;
    private boolean needsFlush;
    private boolean isOver;
    /** Since when news have waited to be taken. */
    private long waitingSinceNanos;

    /**
     * On what terms somebody watches.
     *
     * @param lasts whether it still may; may throw if that cannot be found out
     * @param stalledAfter how long it may take nothing
     * @param nanoClock tells the time
     * @param whenOver run once when the stream has ended, or could not begin
     */
    public record Terms(BooleanSupplier lasts, Duration stalledAfter, LongSupplier nanoClock, Runnable whenOver) {}

    private LiveStream(Terms terms) {
        this.terms = terms;
        this.openedNanos = terms.nanoClock().getAsLong();
    }

    /**
     * Begins a stream on a request that nobody has answered.
     *
     * @throws IOException if the container does not let it begin; what is to be run when it is over has been then
     */
    public static LiveStream open(HttpServletRequest request, HttpServletResponse response, Terms terms)
            throws IOException {
        LiveStream stream = new LiveStream(terms);
        boolean hasBegun = false;
        try {
            stream.begin(request, response);
            hasBegun = true;
        } finally {
            if (!hasBegun) {
                stream.end();
            }
        }
        return stream;
    }

    private void begin(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(TYPE);
        // Proxies that keep answers back until they are complete would keep all of it.
        response.setHeader("X-Accel-Buffering", "no");
        ServletOutputStream stream = response.getOutputStream();
        AsyncContext started = request.startAsync();
        lock.lock();
        try {
            context = started;
            out = stream;
        } finally {
            lock.unlock();
        }
        started.setTimeout(0);
        started.addListener(this);
        stream.setWriteListener(this);
    }

    /** Whether its watcher may still be told. */
    public boolean lasts() {
        return terms.lasts().getAsBoolean();
    }

    /** How long it has been open. */
    public Duration age() {
        return Duration.ofNanos(terms.nanoClock().getAsLong() - openedNanos);
    }

    /** Whether it has ended. */
    public boolean isOver() {
        lock.lock();
        try {
            return isOver;
        } finally {
            lock.unlock();
        }
    }

    /** Sends an event as soon as the watcher takes it, unless a newer one comes before. */
    public void offer(byte[] event) {
        long now = terms.nanoClock().getAsLong();
        lock.lock();
        try {
            if (isOver) {
                return;
            }
            if (next == null) {
                waitingSinceNanos = now;
            } else if (now - waitingSinceNanos > terms.stalledAfter().toNanos()) {
                end();
                return;
            }
            next = event;
            if (hasBegun) {
                drain();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onWritePossible() {
        lock.lock();
        try {
            hasBegun = true;
            drain();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what there is, as long as that does not block; called again when it would no more. */
    private void drain() {
        ServletOutputStream to = out;
        try {
            while (!isOver && to != null && to.isReady()) {
                byte[] event = hello != null ? hello : next;
                if (needsFlush) {
                    needsFlush = false;
                    to.flush();
                } else if (event == null) {
                    return;
                } else {
                    next = hello != null ? next : null;
                    hello = null;
                    needsFlush = true;
                    to.write(event);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.TRACE, "a watcher is gone", e);
            end();
        }
    }

    /** Ends the stream; the watcher comes back if it may. */
    public void end() {
        AsyncContext ended;
        lock.lock();
        try {
            if (isOver) {
                return;
            }
            isOver = true;
            ended = context;
            context = null;
            out = null;
            next = null;
        } finally {
            lock.unlock();
        }
        terms.whenOver().run();
        try {
            if (ended != null) {
                ended.complete();
            }
        } catch (IllegalStateException e) {
            // The container has ended it already.
            LOG.log(Level.TRACE, "a stream was over", e);
        }
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    @Override
    public void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
