// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Carries a request's body to the backend, a piece at a time: the next is read when the one before has been sent. A
 * client that sends next to nothing is given up: it would hold its slot for as long as it likes.
 */
final class BodyPump extends IteratingCallback implements ReadListener {
    private static final int PIECE = 16 * 1024;

    private final ServletInputStream in;
    private final Body content;
    private final Pace pace;
    private final Runnable whenRead;
    private final Consumer<Throwable> whenBroken;
    private byte @Nullable [] before;
    private volatile boolean clientBroke;
    private volatile boolean isOver;
    private volatile long awaitingSinceNanos;
    private final AtomicLong awaitedNanos = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    /** A body whose length may be known. */
    static final class Body extends AsyncRequestContent {
        private final long length;
        private volatile long offeredSinceNanos;

        Body(long length) {
            this.length = length;
        }

        @Override
        public long getLength() {
            return length;
        }

        /** Since when a piece has waited for the backend to take it, or 0: the client is to send the next one. */
        long offeredSinceNanos() {
            return offeredSinceNanos;
        }
    }

    /**
     * How fast clients must send.
     *
     * @param bytes how many in a second at least, on average over each window; 0 for any
     * @param windowNanos how long a window is
     * @param scheduler what measures it
     */
    record Pace(long bytes, long windowNanos, Scheduler scheduler) {}

    /**
     * A pump that does nothing yet.
     *
     * @param in where the client sends
     * @param before what has been read of it already
     * @param length how much it is in all, or -1
     * @param whenRead run when all has been read
     * @param whenBroken told when the client broke off or is too slow; not when the backend broke off
     */
    BodyPump(
            ServletInputStream in,
            byte[] before,
            long length,
            Pace pace,
            Runnable whenRead,
            Consumer<Throwable> whenBroken) {
        this.in = in;
        this.before = before.length == 0 ? null : before;
        this.content = new Body(length);
        this.pace = pace;
        this.whenRead = whenRead;
        this.whenBroken = whenBroken;
    }

    Body content() {
        return content;
    }

    /** Begins to hold the client to its pace. */
    void watchPace() {
        if (pace.bytes() > 0) {
            awaitingSinceNanos = System.nanoTime() | 1;
            checkLater();
        }
    }

    private void checkLater() {
        pace.scheduler().schedule(this::checkPace, pace.windowNanos(), TimeUnit.NANOSECONDS);
    }

    /** Only the time counts in which nothing was there to be read: a slow backend is not the client's fault. */
    private void checkPace() {
        if (isOver) {
            return;
        }
        long now = System.nanoTime();
        long since = awaitingSinceNanos;
        long awaited = awaitedNanos.getAndSet(0) + (since == 0 ? 0 : now - since);
        double bytes = read.getAndSet(0);
        boolean isSlow =
                awaited >= pace.windowNanos() / 2 && bytes / awaited * TimeUnit.SECONDS.toNanos(1) < pace.bytes();
        if (since != 0) {
            awaitingSinceNanos = now | 1;
        }
        if (!isSlow) {
            checkLater();
        } else if (!isOver) {
            onError(new HttpException.RuntimeException(408, "The body comes too slowly"));
        }
    }

    @Override
    public void onDataAvailable() {
        long since = awaitingSinceNanos;
        if (since != 0) {
            awaitedNanos.addAndGet(System.nanoTime() - since);
            awaitingSinceNanos = 0;
        }
        iterate();
    }

    @Override
    public void onAllDataRead() {
        iterate();
    }

    @Override
    public void onError(Throwable failure) {
        clientBroke = true;
        abort(failure);
    }

    @Override
    protected Action process() throws IOException {
        content.offeredSinceNanos = System.nanoTime() | 1;
        byte[] first = before;
        if (first != null) {
            before = null;
            content.write(ByteBuffer.wrap(first), this);
            return Action.SCHEDULED;
        }
        while (in.isFinished() || in.isReady()) {
            byte[] piece = new byte[PIECE];
            int length = in.isFinished() ? -1 : read(piece);
            if (length < 0) {
                content.close();
                return Action.SUCCEEDED;
            }
            if (length > 0) {
                read.addAndGet(length);
                content.write(ByteBuffer.wrap(piece, 0, length), this);
                return Action.SCHEDULED;
            }
        }
        content.offeredSinceNanos = 0;
        awaitingSinceNanos = System.nanoTime() | 1;
        return Action.IDLE;
    }

    private int read(byte[] piece) throws IOException {
        try {
            return in.read(piece);
        } catch (IOException | RuntimeException e) {
            clientBroke = true;
            throw e;
        }
    }

    @Override
    protected void onCompleteSuccess() {
        isOver = true;
        whenRead.run();
    }

    @Override
    protected void onCompleteFailure(Throwable failure) {
        isOver = true;
        if (clientBroke) {
            whenBroken.accept(failure);
        }
        content.fail(failure);
    }
}
