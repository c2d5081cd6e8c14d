// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Ticket;
import io.anteroom.protocol.Answers;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.StatusFrames;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * The status comments of one waiting request: nothing until the grace is over, then one at each change of position, at
 * most one a second, and at least one per heartbeat. One thread at a time writes; any thread may ask whether a comment
 * is due.
 */
final class StatusStream {
    private static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Passage passage;
    private final Ask ask;
    private final long sinceNanos;
    private final long graceNanos;
    private final long heartbeatNanos;
    private volatile boolean begun;
    private volatile long lastNanos;
    private volatile int lastPosition;

    StatusStream(Passage passage, Ask ask, long sinceNanos, DoorSettings settings) {
        this.passage = passage;
        this.ask = ask;
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
        return silent >= heartbeatNanos
                || (silent >= MIN_INTERVAL_NANOS && ticket.status().position() != lastPosition);
    }

    /** How long to wait before asking {@link #isDue} again, for a thread that has nothing else to do. */
    long untilDueNanos(long nowNanos) {
        long due = begun ? lastNanos + Math.min(MIN_INTERVAL_NANOS, heartbeatNanos) : sinceNanos + graceNanos;
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
        send(StatusFrames.comment(status));
    }

    /** Writes the comment that ends the wait, if the answer has begun. */
    void admitted(Lease lease) throws IOException {
        if (begun) {
            send(StatusFrames.admitted(lease.waited()));
        }
    }

    /** Writes the dialect's error. */
    void end(Problem problem) throws IOException {
        send(Answers.event(problem, ask.dialect(), ask.id()));
    }

    private void send(byte[] bytes) throws IOException {
        OutputStream out = passage.wrappedResponse().getOutputStream();
        out.write(bytes);
        out.flush();
    }
}
