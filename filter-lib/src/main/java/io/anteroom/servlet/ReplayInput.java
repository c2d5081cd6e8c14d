// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hands a body out again that has been read before, then, if that was only its beginning, the container's rest. A
 * {@link ReadListener} is called like a container does: after the application's pass has ended, never inside of
 * {@code setReadListener}.
 */
final class ReplayInput extends ServletInputStream {
    private final byte[] bytes;
    private final @Nullable ServletInputStream rest;
    private final HttpServletRequest request;
    private final Exchange exchange;
    private int at;
    private @Nullable ReadListener listener;
    private boolean isTelling;
    private boolean isTold;

    ReplayInput(byte[] bytes, @Nullable ServletInputStream rest, HttpServletRequest request, Exchange exchange) {
        this.bytes = bytes;
        this.rest = rest;
        this.request = request;
        this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
        if (at < bytes.length) {
            int value = bytes[at++] & 0xff;
            endReached();
            return value;
        }
        return rest == null ? -1 : rest.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (at < bytes.length) {
            int n = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, into, offset, n);
            at += n;
            endReached();
            return n;
        }
        if (length == 0) {
            return 0;
        }
        return rest == null ? -1 : rest.read(into, offset, length);
    }

    @Override
    public int available() throws IOException {
        return at < bytes.length ? bytes.length - at : rest == null ? 0 : rest.available();
    }

    @Override
    public boolean isFinished() {
        return at >= bytes.length && (rest == null || rest.isFinished());
    }

    @Override
    public boolean isReady() {
        return at < bytes.length || rest == null || rest.isReady();
    }

    @Override
    public void setReadListener(ReadListener wanted) {
        if (listener != null) {
            throw new IllegalStateException("there is a ReadListener already");
        }
        AsyncContext context = request.getAsyncContext();
        listener = wanted;
        if (rest == null) {
            exchange.afterPass(() -> tell(wanted), context);
        } else {
            rest.setReadListener(new Rest(wanted));
        }
    }

    /** The application has read on by itself after its listener was called: somebody must tell it of the end. */
    private void endReached() {
        ReadListener told = listener;
        if (told != null && rest == null && !isTelling && !isTold && at >= bytes.length) {
            isTold = true;
            request.getAsyncContext().start(() -> allRead(told));
        }
    }

    private void tell(ReadListener told) {
        isTelling = true;
        try {
            if (at < bytes.length) {
                told.onDataAvailable();
            }
            if (at >= bytes.length && !isTold) {
                isTold = true;
                told.onAllDataRead();
            }
        } catch (IOException | RuntimeException e) {
            told.onError(e);
        } finally {
            isTelling = false;
        }
    }

    private static void allRead(ReadListener told) {
        try {
            told.onAllDataRead();
        } catch (IOException | RuntimeException e) {
            told.onError(e);
        }
    }

    /** Between the container's rest and the application: what was read before comes first. */
    private final class Rest implements ReadListener {
        private final ReadListener told;

        Rest(ReadListener told) {
            this.told = told;
        }

        @Override
        public void onDataAvailable() throws IOException {
            told.onDataAvailable();
        }

        @Override
        public void onAllDataRead() throws IOException {
            while (at < bytes.length) {
                int before = at;
                told.onDataAvailable();
                if (at == before) {
                    break;
                }
            }
            told.onAllDataRead();
        }

        @Override
        public void onError(Throwable failure) {
            told.onError(failure);
        }
    }
}
