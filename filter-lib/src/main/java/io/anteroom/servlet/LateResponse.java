// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.StatusFrames;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The response of an application whose client has been sent a status and comments already: its status and header fields
 * go nowhere but into the decision that {@link LateAnswer} takes. Used by one thread at a time.
 */
final class LateResponse extends HttpServletResponseWrapper {
    private static final int BUFFER = 64 << 10;

    private final Ask ask;
    private final LateHead head;
    private final LateAnswer answer;
    private @Nullable LateOutput out;
    private @Nullable PrintWriter writer;
    private @Nullable String charset;

    LateResponse(HttpServletResponse response, Exchange exchange, StatusFrames frames) {
        super(response);
        this.ask = exchange.ask();
        this.head = new LateHead(ask.manner());
        this.answer = new LateAnswer(response, exchange, head, frames);
    }

    LateAnswer answer() {
        return answer;
    }

    /** The application has ended normally. */
    void finish() {
        if (writer != null) {
            writer.flush();
        }
        answer.end();
    }

    /** The application has failed; what it meets when its client leaves is none of its faults. */
    void fail(Throwable failure, boolean isClientGone) {
        if (isClientGone) {
            Log.debug("request " + ask.id() + " left while it was answered", null);
        } else {
            Log.warn("request " + ask.id() + " failed after its answer had begun", failure);
        }
        answer.fail();
    }

    /** The application has let its asynchronous time run out. */
    void failTimedOut() {
        Log.warn("request " + ask.id() + " timed out in the application after its answer had begun");
        answer.fail();
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (out == null) {
            out = new LateOutput(answer, super.getOutputStream());
        }
        return out;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (writer == null) {
            writer =
                    new PrintWriter(new OutputStreamWriter(getOutputStream(), Charset.forName(getCharacterEncoding())));
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (writer != null) {
            writer.flush();
        }
        answer.flush();
    }

    @Override
    public boolean isCommitted() {
        return answer.isCommitted();
    }

    @Override
    public void reset() {
        resetBuffer();
        head.clear();
        out = null;
        writer = null;
        charset = null;
    }

    @Override
    public void resetBuffer() {
        answer.reset();
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        if (status == -1) {
            super.sendError(status);
            return;
        }
        answer.error(message == null ? new byte[0] : message.getBytes(StandardCharsets.UTF_8));
        head.status(status);
        head.set("Content-Type", "text/plain");
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        sendError(SC_FOUND, "a redirect, which cannot be followed here");
    }

    /** Overrides the method of Servlet 6.1; on 6.0 nobody calls it. */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        sendError(status, "a redirect, which cannot be followed here");
    }

    @Override
    public int getBufferSize() {
        return BUFFER;
    }

    @Override
    public void setBufferSize(int size) {
        // Nothing is buffered that could be sized.
    }

    @Override
    public void setStatus(int status) {
        head.status(status);
    }

    @Override
    public int getStatus() {
        return head.status();
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        head.set(name, value);
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        head.add(name, value);
    }

    @Override
    public void setIntHeader(String name, int value) {
        head.set(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        head.add(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long date) {
        head.set(name, Long.toString(date));
    }

    @Override
    public void addDateHeader(String name, long date) {
        head.add(name, Long.toString(date));
    }

    @Override
    public void addCookie(Cookie cookie) {
        head.add("Set-Cookie", cookie.getName());
    }

    @Override
    public boolean containsHeader(String name) {
        return head.contains(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return head.get(name);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return head.all(name);
    }

    @Override
    public Collection<String> getHeaderNames() {
        return head.names();
    }

    @Override
    public void setContentType(@Nullable String type) {
        head.set("Content-Type", type);
    }

    @Override
    public @Nullable String getContentType() {
        return head.get("Content-Type");
    }

    @Override
    public void setContentLength(int length) {
        // Meaningless in a stream that has begun.
    }

    @Override
    public void setContentLengthLong(long length) {
        // Meaningless in a stream that has begun.
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        this.charset = charset;
    }

    @Override
    public String getCharacterEncoding() {
        return charset == null ? "UTF-8" : charset;
    }

    @Override
    public void setLocale(@Nullable Locale locale) {
        // Would set a header field.
    }
}
