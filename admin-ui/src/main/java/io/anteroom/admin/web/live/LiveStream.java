// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one window is told. Never blocks: while the window has not read what was sent, newer news take the place of
 * older ones, and a window that reads nothing for ten seconds is cut off. Safe from any thread.
 */
final class LiveStream implements WriteListener, AsyncListener {
    static final String TYPE = "text/event-stream; charset=utf-8";
    private static final long STALLED_NANOS = Duration.ofSeconds(10).toNanos();
    private static final byte[] HELLO = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final ReentrantLock lock = new ReentrantLock();
    private final BooleanSupplier lasts;
    private final String user;
    private final long openedNanos;
    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Consumer<LiveStream> whenOver;
    private byte @Nullable [] next = HELLO;
    private boolean needsFlush;
    private boolean isIdle;
    private boolean isOver;
    private long busySinceNanos;

    private LiveStream(
            HttpServletRequest request,
            HttpServletResponse response,
            BooleanSupplier lasts,
            String user,
            long nowNanos,
            Consumer<LiveStream> whenOver)
            throws IOException {
        this.lasts = lasts;
        this.user = user;
        this.openedNanos = nowNanos;
        this.busySinceNanos = nowNanos;
        this.whenOver = whenOver;
        this.context = request.startAsync();
        context.setTimeout(0);
        context.addListener(this);
        this.out = response.getOutputStream();
    }

    /** Begins a stream on a request that nobody has answered. */
    static LiveStream open(
            HttpServletRequest request,
            HttpServletResponse response,
            BooleanSupplier lasts,
            String user,
            long nowNanos,
            Consumer<LiveStream> whenOver)
            throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(TYPE);
        // Proxies that keep answers back until they are complete would keep all of it.
        response.setHeader("X-Accel-Buffering", "no");
        LiveStream stream = new LiveStream(request, response, lasts, user, nowNanos, whenOver);
        stream.out.setWriteListener(stream);
        return stream;
    }

    /** Whether its window may still be told. */
    boolean lasts() {
        return lasts.getAsBoolean();
    }

    String user() {
        return user;
    }

    long openedNanos() {
        return openedNanos;
    }

    boolean isOver() {
        lock.lock();
        try {
            return isOver;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a message as soon as the window takes it, unless a newer one comes before. */
    void offer(byte[] message, long nowNanos) {
        lock.lock();
        try {
            if (isOver) {
                return;
            }
            next = message;
            if (isIdle) {
                isIdle = false;
                busySinceNanos = nowNanos;
                drain();
            } else if (nowNanos - busySinceNanos > STALLED_NANOS) {
                end();
            }
        } catch (IOException e) {
            end();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onWritePossible() {
        lock.lock();
        try {
            drain();
        } catch (IOException e) {
            end();
        } finally {
            lock.unlock();
        }
    }

    private void drain() throws IOException {
        while (!isOver && out.isReady()) {
            byte[] message = next;
            if (needsFlush) {
                needsFlush = false;
                out.flush();
            } else if (message == null) {
                isIdle = true;
                return;
            } else {
                next = null;
                needsFlush = true;
                out.write(message);
            }
        }
    }

    /** Ends the stream; the browser comes back if it may. */
    void end() {
        lock.lock();
        try {
            if (!isOver) {
                isOver = true;
                whenOver.accept(this);
                context.complete();
            }
        } catch (IllegalStateException e) {
            System.getLogger(LiveStream.class.getName())
                    .log(System.Logger.Level.DEBUG, "the stream has ended by itself", e);
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            if (!isOver) {
                isOver = true;
                whenOver.accept(this);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
