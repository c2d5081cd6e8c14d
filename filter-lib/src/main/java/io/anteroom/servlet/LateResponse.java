// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.Answers;
import io.anteroom.protocol.LateErrors;
import io.anteroom.protocol.Problem;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The response of an application whose client has been sent a status and comments already. The application works with a
 * status and header fields that go nowhere; its first byte decides: a 2xx event stream follows what has been sent,
 * anything else is kept (up to 64 KiB) and told as the dialect's error event at the end. The stream then ends normally.
 */
final class LateResponse extends HttpServletResponseWrapper {
    private static final int MAX_KEPT = 64 << 10;

    /** What has become of the answer. */
    private enum Stage {
        /** Nothing has been written: everything can still change. */
        OPEN,
        /** An event stream: its bytes go through. */
        STREAMING,
        /** Something else: its bytes are kept. */
        KEEPING,
        /** Over. */
        ENDED
    }

    private final Ask ask;
    private final LateHead head = new LateHead();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private Stage stage = Stage.OPEN;
    private boolean isFlushed;
    private @Nullable LateOutput out;
    private @Nullable PrintWriter writer;
    private @Nullable String charset;

    LateResponse(HttpServletResponse response, Ask ask) {
        super(response);
        this.ask = ask;
    }

    /** The first byte, or a flush, decides what becomes of the answer. */
    private void decide() {
        if (stage == Stage.OPEN) {
            stage = head.isEventStream() ? Stage.STREAMING : Stage.KEEPING;
            if (head.contains("Set-Cookie")) {
                Log.info("request " + ask.id() + ": a cookie was lost, because the answer had begun");
            }
        }
    }

    /** Takes bytes of the application. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        decide();
        if (stage == Stage.STREAMING) {
            super.getOutputStream().write(bytes, offset, length);
        } else if (stage == Stage.KEEPING) {
            kept.write(bytes, offset, Math.min(length, MAX_KEPT - kept.size()));
        }
    }

    /** The application has ended normally. */
    void finish() {
        if (stage == Stage.ENDED) {
            return;
        }
        if (writer != null) {
            writer.flush();
        }
        boolean isWhole = stage == Stage.STREAMING || (stage == Stage.OPEN && head.isEventStream());
        stage = Stage.ENDED;
        if (!isWhole) {
            end(LateErrors.answered(head.status(), head.get("Content-Type"), kept.toByteArray()), "");
        }
    }

    /** The application has failed. */
    void fail(Throwable failure) {
        Log.warn("request " + ask.id() + " failed after its answer had begun", failure);
        if (stage != Stage.ENDED) {
            // An event may have been cut in the middle: the blank line keeps it apart from ours.
            String apart = stage == Stage.STREAMING ? "\n\n" : "";
            stage = Stage.ENDED;
            end(LateErrors.failed(), apart);
        }
    }

    private void end(Problem problem, String apart) {
        try {
            ServletOutputStream stream = super.getOutputStream();
            if (out != null && out.isAsync() && !stream.isReady()) {
                return;
            }
            stream.write(apart.getBytes(StandardCharsets.US_ASCII));
            stream.write(Answers.event(problem, ask.dialect(), ask.id()));
            if (out == null || !out.isAsync() || stream.isReady()) {
                stream.flush();
            }
        } catch (IOException | IllegalStateException e) {
            Log.debug("request " + ask.id() + " left before it was told of the error", e);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (out == null) {
            out = new LateOutput(this, super.getOutputStream());
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
        flushOutput();
    }

    /** What the output stream's flush means. */
    void flushOutput() throws IOException {
        decide();
        isFlushed = true;
        if (stage == Stage.STREAMING) {
            super.flushBuffer();
        }
    }

    @Override
    public boolean isCommitted() {
        return isFlushed || stage == Stage.STREAMING || stage == Stage.ENDED;
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
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
        kept.reset();
        stage = Stage.OPEN;
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
        resetBuffer();
        head.status(status);
        head.set("Content-Type", "text/plain");
        if (message != null) {
            kept.writeBytes(message.getBytes(StandardCharsets.UTF_8));
        }
        stage = Stage.KEEPING;
        isFlushed = true;
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
        return MAX_KEPT;
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
