// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What browsers ask before they send a request: without a key, a body or patience. They go straight through, as long as
 * they are not too many at once. Safe from any thread.
 */
final class Preflights {
    /** How many may be under way at once; more of them wait like any request. */
    static final int MOST = 256;

    private final AtomicInteger underWay = new AtomicInteger();
    private final String attribute;

    /**
     * None yet.
     *
     * @param attribute the name of the request attribute by which later passes find theirs
     */
    Preflights(String attribute) {
        this.attribute = attribute;
    }

    static boolean is(HttpServletRequest request) {
        return request.getMethod().equals("OPTIONS")
                && request.getHeader("Origin") != null
                && request.getHeader("Access-Control-Request-Method") != null
                && request.getContentLengthLong() <= 0
                && request.getHeader("Transfer-Encoding") == null
                && !(mayHaveBody(request) && request.getContentType() != null);
    }

    /** Whether only reading would tell: frames need no length. */
    private static boolean mayHaveBody(HttpServletRequest request) {
        return request.getContentLengthLong() < 0 && !request.getProtocol().startsWith("HTTP/1");
    }

    /** Hands it on; false if there are too many, and nothing has been done. */
    boolean pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Preflight known = (Preflight) request.getAttribute(attribute);
        if (known == null && underWay.incrementAndGet() > MOST) {
            underWay.decrementAndGet();
            return false;
        }
        Preflight passing = known == null ? new Preflight() : known;
        request.setAttribute(attribute, passing);
        try {
            chain.doFilter(mayHaveBody(request) ? new Bodiless(request) : request, response);
        } finally {
            passing.passEnds(request);
        }
        return true;
    }

    /** One of them, which counts until it ends. */
    private final class Preflight implements AsyncListener {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicBoolean isHeard = new AtomicBoolean();

        void passEnds(HttpServletRequest request) {
            if (!request.isAsyncStarted()) {
                end();
            } else if (isHeard.compareAndSet(false, true)) {
                try {
                    request.getAsyncContext().addListener(this);
                    JettyCore.onCompletion(request, this::end);
                } catch (IllegalStateException e) {
                    Log.debug("a preflight was complete already", e);
                    end();
                }
            }
        }

        private void end() {
            if (isOver.compareAndSet(false, true)) {
                underWay.decrementAndGet();
            }
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            @Nullable AsyncContext context = event.getAsyncContext();
            if (context != null) {
                context.addListener(this);
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end();
        }

        @Override
        public void onError(AsyncEvent event) {
            // Followed by the completion.
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Followed by the completion.
        }
    }

    /** What has come in frames without a length is nobody's: it has paid for nothing. */
    private static final class Bodiless extends HttpServletRequestWrapper {
        Bodiless(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() {
            return new Empty(this);
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(Reader.nullReader());
        }
    }

    private static final class Empty extends ServletInputStream {
        private final HttpServletRequest request;

        Empty(HttpServletRequest request) {
            this.request = request;
        }

        @Override
        public int read() {
            return -1;
        }

        @Override
        public boolean isFinished() {
            return true;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener told) {
            request.getAsyncContext().start(() -> {
                try {
                    told.onAllDataRead();
                } catch (IOException | RuntimeException e) {
                    told.onError(e);
                }
            });
        }
    }
}
