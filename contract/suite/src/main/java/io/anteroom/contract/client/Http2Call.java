// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import io.anteroom.contract.client.Answer.End;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection. It asks for data only while somebody reads, so a test that does not read closes
 * the flow-control window.
 */
public final class Http2Call implements Call, Stream.Listener {
    private static final long AFTER_CLOSE_NANOS = 15_000_000_000L;

    private final RawHttp2 connection;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable Stream stream;
    private boolean closesSession;
    private boolean isReading;
    private boolean hasData;
    private boolean isClosed;
    private int status;
    private @Nullable End end;
    private String why = "";

    Http2Call(RawHttp2 connection) {
        this.connection = connection;
    }

    Http2Call on(Stream opened) {
        stream = opened;
        return this;
    }

    Http2Call closingSession() {
        closesSession = true;
        return this;
    }

    @Override
    public void onHeaders(Stream from, HeadersFrame frame) {
        lock.lock();
        try {
            if (frame.getMetaData() instanceof MetaData.Response response && response.getStatus() >= 200) {
                status = response.getStatus();
                for (HttpField field : response.getHttpFields()) {
                    headers.computeIfAbsent(field.getName().toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                            .add(String.valueOf(field.getValue()));
                }
            }
            if (frame.isEndStream()) {
                end = End.COMPLETE;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!frame.isEndStream()) {
            from.demand();
        }
    }

    @Override
    public void onDataAvailable(Stream from) {
        lock.lock();
        try {
            hasData = true;
        } finally {
            lock.unlock();
        }
        drain(from);
    }

    @Override
    public void onReset(Stream from, ResetFrame frame, Callback callback) {
        finish(End.RESET, "RST_STREAM " + ErrorCode.toString(frame.getError(), "error " + frame.getError()));
        callback.succeeded();
    }

    @Override
    public void onFailure(Stream from, int error, String reason, Throwable failure, Callback callback) {
        finish(End.TRUNCATED, "failure " + error + " " + reason + ": " + failure);
        callback.succeeded();
    }

    @Override
    public void onClosed(Stream from) {
        // Can come before the last frames have been handed over, so it does not end the answer by itself.
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void finish(End how, String what) {
        lock.lock();
        try {
            if (end == null) {
                end = how;
                why = what;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void drain(Stream from) {
        lock.lock();
        try {
            if (!isReading || !hasData) {
                return;
            }
            hasData = false;
            Stream.Data data = from.readData();
            if (data == null) {
                from.demand();
                return;
            }
            body.append(StandardCharsets.ISO_8859_1.decode(data.frame().getByteBuffer()));
            boolean isLast = data.frame().isEndStream();
            data.release();
            if (isLast) {
                end = End.COMPLETE;
            } else {
                from.demand();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Answer answer() {
        await(() -> end != null, "the end of the answer");
        End how = end;
        if (how == null) {
            throw new IllegalStateException();
        }
        String cause = how == End.COMPLETE ? "" : why + ", on " + connection;
        return new Answer(status, headers, body.toString(), how, cause);
    }

    @Override
    public void awaitText(String text) {
        await(() -> body.indexOf(text) >= 0 || end != null, "'" + text + "'");
        if (body.indexOf(text) < 0) {
            throw new AssertionError("the answer ended (" + end + ") before '" + text + "': " + status + body);
        }
    }

    private void await(BooleanSupplier condition, String what) {
        Stream from = stream;
        if (from == null) {
            throw new IllegalStateException("not sent");
        }
        lock.lock();
        try {
            isReading = true;
            drain(from);
            long left = Patience.LIMIT.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited too long for " + what + ", so far: " + status + headers + body);
                }
                if (isClosed) {
                    // Whoever has not seen END_STREAM or a reset a moment after the stream was closed was cut off.
                    if (changed.awaitNanos(AFTER_CLOSE_NANOS) <= 0 && end == null) {
                        end = End.TRUNCATED;
                        why = "closed without an end";
                    }
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            isReading = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void leave(Departure how) {
        Stream from = stream;
        if (how == Departure.RST_STREAM && from != null) {
            from.reset(new ResetFrame(from.getId(), ErrorCode.CANCEL_STREAM_ERROR.code), Callback.NOOP);
        } else {
            connection.cut(how == Departure.RST);
        }
    }

    @Override
    public void close() {
        if (closesSession) {
            connection.close();
        }
    }
}
