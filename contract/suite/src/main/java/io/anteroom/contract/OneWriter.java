// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An application that writes to one client without blocking, and leaves the rest to its test. */
@SuppressWarnings("serial") // Never serialized.
final class OneWriter extends HttpServlet implements AsyncListener {
    private final CompletableFuture<AsyncContext> written = new CompletableFuture<>();
    private final AtomicInteger told = new AtomicInteger();

    /** Its context, once it has written and is not called any more. */
    CompletableFuture<AsyncContext> written() {
        return written;
    }

    /** How often it has been told of an end. */
    int told() {
        return told.get();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        context.addListener(this);
        ServletOutputStream out = response.getOutputStream();
        out.setWriteListener(new WriteListener() {
            private boolean hasWritten;

            @Override
            public void onWritePossible() throws IOException {
                if (!hasWritten) {
                    hasWritten = true;
                    out.write("data: first\n\n".getBytes(StandardCharsets.US_ASCII));
                    if (out.isReady()) {
                        out.flush();
                    }
                    written.complete(context);
                }
            }

            @Override
            public void onError(Throwable failure) {
                told.incrementAndGet();
            }
        });
    }

    @Override
    public void onComplete(AsyncEvent event) {
        told.incrementAndGet();
    }

    @Override
    public void onError(AsyncEvent event) {
        told.incrementAndGet();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        told.incrementAndGet();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Never.
    }
}
