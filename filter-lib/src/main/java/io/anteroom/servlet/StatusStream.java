// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Ticket;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.StatusFrames;
import io.anteroom.protocol.StatusMode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The status frames of one waiting request: nothing until the grace is over, then one at each change of position, at
 * most one a second or in a twentieth of the wait ahead, and at least one per heartbeat. One thread at a time writes;
 * any thread may ask whether a comment is due.
 */
final class StatusStream {
    private static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Whoever has minutes before it needs no second hand: a position is told for this part of the wait ahead. */
    private static final int PARTS_OF_WAIT = 20;

    private final Passage passage;
    private final Ask ask;
    private final StatusFrames frames;
    private final long sinceNanos;
    private final long graceNanos;
    private final long heartbeatNanos;
    private volatile boolean begun;
    private volatile long lastNanos;
    private volatile int lastPosition;
    private volatile long pauseNanos = MIN_INTERVAL_NANOS;

    StatusStream(Passage passage, Ask ask, long sinceNanos, Live live) {
        DoorSettings settings = live.settings();
        this.passage = passage;
        this.ask = ask;
        this.frames =
                new StatusFrames(ask.manner(), ask.id(), live.clock().instant().getEpochSecond());
        this.sinceNanos = sinceNanos;
        this.graceNanos = settings.commitAfter().toNanos();
        this.heartbeatNanos = settings.heartbeat().toNanos();
    }

    /** Whether the answer has begun, so that status and header fields are sent. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether a comment should be written now. */
    boolean isDue(long nowNanos, Ticket ticket) {
        if (!begun) {
            return nowNanos - sinceNanos >= graceNanos;
        }
        long silent = nowNanos - lastNanos;
        boolean tellsPosition = ask.manner().status() != StatusMode.WHITESPACE;
        return silent >= heartbeatNanos
                || (tellsPosition && silent >= pauseNanos && ticket.status().position() != lastPosition);
    }

    /** How long to wait before asking {@link #isDue} again, for a thread that has nothing else to do. */
    long untilDueNanos(long nowNanos) {
        long due = begun ? lastNanos + Math.min(pauseNanos, heartbeatNanos) : sinceNanos + graceNanos;
        return Math.max(TimeUnit.MILLISECONDS.toNanos(1), due - nowNanos);
    }

    /** Writes a comment; the first one begins the answer. */
    void write(Ticket ticket, int initialPosition) throws IOException {
        if (!begun) {
            Replies.beginStream(passage.request(), passage.response(), ask, initialPosition);
            begun = true;
        }
        QueueStatus status = ticket.status();
        lastNanos = System.nanoTime();
        lastPosition = status.position();
        pauseNanos = pauseNanos(status);
        send(frames.status(status));
    }

    /** How long positions stay untold after this one, however they change. */
    static long pauseNanos(QueueStatus status) {
        long ahead = status.estimate()
                .map(estimate -> estimate.likely().toNanos() / PARTS_OF_WAIT)
                .orElse(0L);
        return Math.max(MIN_INTERVAL_NANOS, ahead);
    }

    /** Writes the comment that ends the wait, if the answer has begun. */
    void admitted(Lease lease) throws IOException {
        if (begun) {
            send(frames.admitted(lease.waited()));
        }
    }

    /** Says that the answer comes from the fallback, where comments say anything. */
    void fallback() throws IOException {
        Fallback to = ask.fallback();
        if (begun && to != null && ask.manner().status() == StatusMode.COMMENT) {
            send((": queue fallback name=" + to.name() + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Writes the dialect's error. */
    void end(Problem problem) throws IOException {
        send(frames.failed(problem, false));
    }

    /** What can be said after the wait. */
    StatusFrames frames() {
        return frames;
    }

    private void send(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        OutputStream out = passage.wrappedResponse().getOutputStream();
        out.write(bytes);
        out.flush();
    }
}
