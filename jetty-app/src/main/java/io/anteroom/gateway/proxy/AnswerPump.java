// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * Carries an answer to the client. What the backend has sent so far is flushed whenever there is nothing more at the
 * moment, so each token leaves when it comes; the backend is read only as fast as the client reads, so nothing piles
 * up.
 */
final class AnswerPump extends IteratingCallback implements WriteListener {
    private static final String EVENT_STREAM = "text/event-stream";

    private final Exchange exchange;
    private final Content.Source source;
    private final ServletOutputStream out;
    private final String contentType;
    private Content.@Nullable Chunk written;
    private boolean unflushed;
    private boolean last;
    private boolean ended;
    private boolean isShort;
    private volatile boolean isBegun;
    private volatile @Nullable Throwable failure;

    /**
     * @param exchange told how it ends
     * @param source what the backend sends
     * @param out where the client reads
     * @param contentType what the backend sends; the head of a stream is worth sending before its first piece
     */
    AnswerPump(Exchange exchange, Content.Source source, ServletOutputStream out, String contentType) {
        this.exchange = exchange;
        this.source = source;
        this.out = out;
        this.contentType = contentType;
        this.unflushed = contentType.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
    }

    @Override
    public void onWritePossible() {
        isBegun = true;
        iterate();
    }

    @Override
    public void onError(Throwable broken) {
        exchange.clientGone();
        abort(broken);
    }

    /** The backend's answer broke off; tells the client, even one that does not read. */
    void brokenOff(Throwable cause) {
        failure = cause;
        if (isBegun) {
            iterate();
        }
    }

    @Override
    protected Action process() throws IOException {
        while (true) {
            if (!out.isReady()) {
                return stuck();
            }
            release();
            if (last && ended && unflushed) {
                unflushed = false;
                out.flush();
                continue;
            }
            if (last) {
                return ended ? stopped() : whole();
            }
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                if (unflushed) {
                    unflushed = false;
                    exchange.head();
                    out.flush();
                    continue;
                }
                exchange.awaitingBackend(true);
                source.demand(this::more);
                return Action.IDLE;
            }
            take(chunk);
        }
    }

    private void more() {
        exchange.awaitingBackend(false);
        iterate();
    }

    private void take(Content.Chunk chunk) throws IOException {
        if (Content.Chunk.isFailure(chunk)) {
            Throwable cause = chunk.getFailure();
            breakOff(cause == null ? new IOException("no cause") : cause);
            return;
        }
        last = chunk.isLast();
        ByteBuffer bytes = chunk.getByteBuffer();
        exchange.head();
        if (!bytes.hasRemaining()) {
            chunk.release();
            return;
        }
        // The bytes must stay as they are until the stream is ready again.
        written = chunk;
        unflushed = true;
        if (bytes.hasArray()) {
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } else {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.write(copy);
        }
    }

    /** A stream never ends bare; anything else must not look complete. */
    private void breakOff(Throwable cause) throws IOException {
        last = true;
        boolean isHeadPending = exchange.isHeadPending();
        byte[] words = isHeadPending ? exchange.problem(cause) : exchange.brokenOff(cause, contentType);
        if (words.length > 0) {
            out.write(words);
        } else {
            ended = true;
            unflushed &= !isHeadPending;
        }
    }

    /** The last bytes leave here and now, and not when the container comes round to it. */
    private Action whole() throws IOException {
        out.close();
        return Action.SUCCEEDED;
    }

    private Action stuck() {
        return failure == null ? Action.IDLE : stopped();
    }

    private Action stopped() {
        release();
        isShort = true;
        return Action.SUCCEEDED;
    }

    private void release() {
        Content.Chunk chunk = written;
        if (chunk != null) {
            written = null;
            chunk.release();
        }
    }

    @Override
    protected void onCompleteSuccess() {
        if (isShort) {
            exchange.cut();
        } else {
            exchange.answered();
        }
    }

    @Override
    protected void onCompleteFailure(Throwable broken) {
        exchange.clientGone();
        exchange.cut();
    }
}
