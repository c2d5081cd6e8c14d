// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.idempotency.IdempotencyHandler;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies that the filter is going to read, without a thread, before the filter sees their requests: it reads
 * them blocking, and a few hundred clients that send a byte now and then would hold every thread there is. What is held
 * here in all is bounded; beyond that bodies are read as if this handler were not there.
 */
final class BodyHandler extends Handler.Wrapper {
    private static final int CHUNK = 8192;
    private static final long LEAST_BUDGET = 64L << 20;

    private final int max;
    private final Duration within;
    private final long budget = Math.max(LEAST_BUDGET, Runtime.getRuntime().maxMemory() / 8);
    private final AtomicLong held = new AtomicLong();

    /**
     * A handler before another.
     *
     * @param max how much of a body the filter reads, in bytes; longer ones are not touched
     * @param within how long a body may take
     */
    BodyHandler(Handler next, int max, Duration within) {
        super(next);
        this.max = max;
        this.within = within;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!isReadFirst(request)) {
            return super.handle(request, response, callback);
        }
        Reading reading = new Reading(request, response, callback);
        if (reading.readOn()) {
            return super.handle(reading.rewound(), response, callback);
        }
        reading.waitForMore();
        return true;
    }

    private boolean isReadFirst(Request request) {
        long length = request.getLength();
        String method = request.getMethod();
        boolean mayHaveBody = length > 0 || (length < 0 && !method.equals("GET") && !method.equals("HEAD"));
        return mayHaveBody && length <= max && !isForm(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
    }

    /** The filter leaves forms alone. */
    private static boolean isForm(@Nullable String type) {
        return type != null
                && (type.regionMatches(true, 0, "multipart/form-data", 0, 19)
                        || type.regionMatches(true, 0, "application/x-www-form-urlencoded", 0, 33));
    }

    private void goOn(Reading reading) {
        Request request = reading.request;
        try {
            if (!super.handle(reading.rewound(), reading.response, reading.callback)) {
                Response.writeError(request, reading.response, reading.callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, reading.response, reading.callback, e);
        }
    }

    /** One body. Used by one thread at a time, but for its end, which is once. */
    private final class Reading {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(CHUNK);
        private final AtomicBoolean isOver = new AtomicBoolean();
        private Scheduler.@Nullable Task deadline;
        private boolean isWhole;
        private Content.@Nullable Chunk failure;

        Reading(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        /** Reads what is there; whether that is all that is read first. */
        boolean readOn() {
            while (true) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    return false;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    failure = chunk;
                    return true;
                }
                take(chunk);
                if (isWhole || bytes.size() > max || held.get() > budget) {
                    return true;
                }
            }
        }

        private void take(Content.Chunk chunk) {
            ByteBuffer buffer = chunk.getByteBuffer();
            byte[] piece = new byte[buffer.remaining()];
            buffer.get(piece);
            bytes.write(piece, 0, piece.length);
            held.addAndGet(piece.length);
            isWhole = chunk.isLast();
            chunk.release();
        }

        void waitForMore() {
            deadline = request.getComponents()
                    .getScheduler()
                    .schedule(this::tooSlow, within.toMillis(), TimeUnit.MILLISECONDS);
            request.demand(this::more);
        }

        private void more() {
            if (isOver.get()) {
                return;
            }
            if (!readOn()) {
                request.demand(this::more);
            } else if (isOver.compareAndSet(false, true)) {
                Scheduler.Task timer = deadline;
                if (timer != null) {
                    timer.cancel();
                }
                Content.Chunk failed = failure;
                if (failed != null && failed.getFailure() instanceof TimeoutException) {
                    refuse();
                    return;
                }
                // Not on this thread: no more of the body would be announced before it has returned.
                try {
                    request.getContext().execute(() -> goOn(this));
                } catch (RejectedExecutionException e) {
                    released();
                    callback.failed(e);
                }
            }
        }

        private void tooSlow() {
            if (isOver.compareAndSet(false, true)) {
                refuse();
            }
        }

        private void refuse() {
            released();
            if (request.getConnectionMetaData().getHttpVersion().getVersion() < 20) {
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
            }
            Response.writeError(request, response, callback, 408);
        }

        private void released() {
            held.addAndGet(-bytes.size());
        }

        Request rewound() {
            released();
            byte[] read = bytes.toByteArray();
            if (isWhole && failure == null && IdempotencyHandler.wantsBody(request)) {
                request.setAttribute(IdempotencyHandler.BODY, read);
            }
            return new Rewound(request, ByteBuffer.wrap(read), isWhole, failure);
        }
    }

    /** A request whose body begins with what has been read of it. */
    private static final class Rewound extends Request.Wrapper {
        private final boolean isWhole;
        private final Content.@Nullable Chunk failure;
        private Content.@Nullable Chunk first;

        Rewound(Request request, ByteBuffer bytes, boolean isWhole, Content.@Nullable Chunk failure) {
            super(request);
            this.isWhole = isWhole;
            this.failure = failure;
            this.first = bytes.hasRemaining() ? Content.Chunk.from(bytes, isWhole) : null;
        }

        @Override
        public Content.@Nullable Chunk read() {
            Content.Chunk begin = first;
            if (begin != null) {
                first = null;
                return begin;
            }
            if (isWhole) {
                return Content.Chunk.EOF;
            }
            return failure != null ? failure : super.read();
        }

        @Override
        public void demand(Runnable available) {
            if (first != null || isWhole || failure != null) {
                getContext().execute(available);
            } else {
                super.demand(available);
            }
        }
    }
}
