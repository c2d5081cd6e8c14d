// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request that the application sees: the container's own, with its body handed out again, the members that were
 * ours cut out of it, and the facts of the wait as attributes.
 */
final class ExchangeRequest extends HttpServletRequestWrapper {
    private static final String CONTENT_LENGTH = "Content-Length";
    /** What would change the form of an answer whose beginning has been sent. */
    private static final Set<String> SHAPES_ANSWER = Set.of(
            "accept-encoding",
            "range",
            "if-range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since");

    private final Exchange exchange;
    private final boolean isMetered;
    private @Nullable BufferedBody body;
    private @Nullable HttpServletResponse response;
    private @Nullable LateResponse late;
    private @Nullable LateAsyncContext cycle;
    private @Nullable ReplayInput input;
    private @Nullable BufferedReader reader;

    ExchangeRequest(HttpServletRequest request, Exchange exchange) {
        super(request);
        this.exchange = exchange;
        this.body = exchange.ask().body();
        this.isMetered = Tolls.meter(exchange.ask()) != null;
    }

    void replays(BufferedBody read) {
        body = read;
    }

    void respondsWith(HttpServletResponse wrapped) {
        response = wrapped;
    }

    void respondsLate(LateResponse wrapped) {
        response = wrapped;
        late = wrapped;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (body == null) {
            return super.getInputStream();
        }
        if (reader != null) {
            throw new IllegalStateException("the body is being read by getReader()");
        }
        return replay(body);
    }

    @Override
    public BufferedReader getReader() throws IOException {
        if (body == null) {
            return super.getReader();
        }
        if (reader == null) {
            if (input != null) {
                throw new IllegalStateException("the body is being read by getInputStream()");
            }
            String charset = getCharacterEncoding();
            reader = new BufferedReader(new InputStreamReader(
                    replay(body), charset == null ? StandardCharsets.UTF_8 : Charset.forName(charset)));
        }
        return reader;
    }

    private ReplayInput replay(BufferedBody read) throws IOException {
        if (input == null) {
            input = new ReplayInput(read.bytes(), read.isWhole() ? null : super.getInputStream(), this, exchange);
        }
        return input;
    }

    @Override
    public long getContentLengthLong() {
        long length = super.getContentLengthLong();
        return length < 0 || body == null ? length : length - body.removed();
    }

    @Override
    public int getContentLength() {
        long length = getContentLengthLong();
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (hides(name)) {
            return null;
        }
        String value = super.getHeader(name);
        return value != null && isCut() && name.equalsIgnoreCase(CONTENT_LENGTH)
                ? Long.toString(getContentLengthLong())
                : value;
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        if (hides(name)) {
            return Collections.emptyEnumeration();
        }
        String value = isCut() && name.equalsIgnoreCase(CONTENT_LENGTH) ? getHeader(name) : null;
        return value == null ? super.getHeaders(name) : Collections.enumeration(Set.of(value));
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        if (late == null && !isMetered) {
            return super.getHeaderNames();
        }
        return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                .filter(name -> !hides(name))
                .toList());
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        return hides(name) ? -1 : super.getDateHeader(name);
    }

    private boolean isCut() {
        return body != null && body.removed() != 0;
    }

    private boolean hides(String name) {
        if (late != null) {
            return SHAPES_ANSWER.contains(name.toLowerCase(Locale.ROOT));
        }
        // What is compressed cannot be read along.
        return isMetered && name.equalsIgnoreCase("Accept-Encoding");
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return name.startsWith(Facts.PREFIX) && Facts.knows(name) ? Facts.of(name, exchange) : super.getAttribute(name);
    }

    @Override
    public AsyncContext startAsync() {
        HttpServletResponse current = response;
        if (current == null) {
            throw new IllegalStateException("no response");
        }
        return startAsync(this, current);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        int registered = exchange.listener().registered();
        AsyncContext context = watched(super.startAsync(request, response));
        Long timeout = exchange.asyncTimeout;
        if (timeout != null) {
            context.setTimeout(timeout);
        }
        if (exchange.listener().registered() == registered) {
            exchange.asyncStarted(context);
        } else {
            exchange.watchCompletion();
        }
        return late == null ? context : begin(context, late);
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext context = watched(super.getAsyncContext());
        if (late == null) {
            return context;
        }
        LateAsyncContext begun = cycle;
        return begun == null || begun.isPast() ? begin(context, late) : begun;
    }

    private LateAsyncContext begin(AsyncContext context, LateResponse answer) {
        LateAsyncContext begun = LateAsyncContext.begun(context, answer, cycle);
        cycle = begun;
        return begun;
    }

    private AsyncContext watched(AsyncContext context) {
        return JettyCore.tellsEnd(getRequest()) ? context : new WatchedAsyncContext(context, exchange);
    }
}
