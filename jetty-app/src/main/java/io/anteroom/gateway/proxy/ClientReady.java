// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hears from the container that the client can be written to, before there is anything to write: whoever has the answer
 * then writes at once, and no thread of the container has to be woken for it. Safe from any thread.
 */
final class ClientReady implements WriteListener {
    private final Exchange exchange;
    private boolean isReady;
    private @Nullable WriteListener writer;

    /** @param exchange told of a client that leaves before there is an answer */
    ClientReady(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Has one write as soon as the container is ready, whether or not it has been asked for that before. */
    static void begin(@Nullable ClientReady asked, ServletOutputStream out, WriteListener next) throws IOException {
        if (asked == null) {
            out.setWriteListener(next);
        } else {
            asked.writes(next);
        }
    }

    private void writes(WriteListener next) throws IOException {
        boolean now;
        synchronized (this) {
            writer = next;
            now = isReady;
        }
        if (now) {
            next.onWritePossible();
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        WriteListener next;
        synchronized (this) {
            isReady = true;
            next = writer;
        }
        if (next != null) {
            next.onWritePossible();
        }
    }

    @Override
    public void onError(Throwable failure) {
        WriteListener next;
        synchronized (this) {
            next = writer;
        }
        if (next == null) {
            exchange.clientGone();
        } else {
            next.onError(failure);
        }
    }
}
