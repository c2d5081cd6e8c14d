// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Holds the only slot for a while, without a thread, and notes how long it was idle before. With one slot, whoever is
 * called next is the one that the last completion let in.
 */
final class HoldingServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final int HOLD_MILLIS = 2;
    private static final byte[] ANSWER = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "data: {}\n\n".getBytes(StandardCharsets.US_ASCII);

    private final transient ScheduledExecutorService backend = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "backend");
        thread.setDaemon(true);
        return thread;
    });
    private transient Sample sample = new Sample();
    private long releasedNanos;
    private int toSkip = Integer.MAX_VALUE;
    private int toCount = Integer.MAX_VALUE;
    private volatile int holdMillis = HOLD_MILLIS;

    /** How long each holds the slot from now on. */
    void hold(int millis) {
        holdMillis = millis;
    }

    /** Skips so many, a negative number, and then notes so many. */
    synchronized void measure(int skipped, int counted) {
        sample = new Sample();
        toSkip = -skipped;
        toCount = counted;
    }

    synchronized boolean isDone() {
        return sample.size() >= toCount;
    }

    synchronized Sample sample() {
        return sample;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) {
        started(System.nanoTime());
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        boolean stream = "text/event-stream".equals(request.getHeader("Accept"));
        ScheduledFuture<?> unused =
                backend.schedule(() -> answer(async, response, stream), holdMillis, TimeUnit.MILLISECONDS);
    }

    private synchronized void started(long nanos) {
        if (toSkip > 0) {
            toSkip--;
        } else if (sample.size() < toCount) {
            sample.add(nanos - releasedNanos);
        }
    }

    private void answer(AsyncContext async, HttpServletResponse response, boolean stream) {
        byte[] answer = stream ? EVENT : ANSWER;
        try {
            response.setContentType(stream ? "text/event-stream" : "application/json");
            response.setContentLength(answer.length);
            response.getOutputStream().write(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        released(System.nanoTime());
        async.complete();
    }

    private synchronized void released(long nanos) {
        releasedNanos = nanos;
    }

    @Override
    public void destroy() {
        backend.shutdownNow();
    }
}
