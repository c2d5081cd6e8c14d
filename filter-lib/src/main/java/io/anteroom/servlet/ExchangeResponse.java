// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Lease;
import io.anteroom.protocol.Metadata;
import io.anteroom.protocol.RetryAfter;
import io.anteroom.rate.AnswerMeter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The response that the application sees: the container's own, watched for writes that fail or do not end. An answer
 * whose request asked for it tells how it waited, and a {@code Retry-After} leaves in the form that clients understand.
 */
final class ExchangeResponse extends HttpServletResponseWrapper {
    private static final String RETRY_AFTER = "Retry-After";
    private static final String RETRY_AFTER_MS = "retry-after-ms";
    private static final String CONTENT_LENGTH = "Content-Length";
    /** Checksums of a body that must stay as it is. */
    private static final String[] DIGESTS = {"Content-Digest", "Repr-Digest", "Digest", "Content-MD5", "ETag"};

    private final Exchange exchange;
    private @Nullable ServletOutputStream out;
    private @Nullable PrintWriter writer;
    private Duration retryAfter = Duration.ZERO;
    private long length = -1;
    private int grown;

    ExchangeResponse(HttpServletResponse response, Exchange exchange) {
        super(response);
        this.exchange = exchange;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream watched = out;
        if (watched == null) {
            ExchangeOutput output = new ExchangeOutput(super.getOutputStream(), exchange, this);
            watched = tellsWait() ? new SpliceOutput(output, new Splice(this)) : output;
            out = watched;
        }
        return watched;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter watched = writer;
        if (watched == null) {
            Writer output = new ExchangeWriter(super.getWriter(), exchange, this);
            watched = new PrintWriter(tellsWait() ? new SpliceWriter(output, new Splice(this)) : output);
            writer = watched;
        }
        return watched;
    }

    private boolean tellsWait() {
        return exchange.ask().manner().wantsMetadata();
    }

    /** Whether a member may be added: to a whole, readable JSON answer whose length has not been sent. */
    boolean takesMetadata() {
        String type = getContentType();
        String encoding = getHeader("Content-Encoding");
        if (type == null || getStatus() / 100 != 2 || exchange.lease() == null || (isCommitted() && length >= 0)) {
            return false;
        }
        for (String digest : DIGESTS) {
            if (getHeader(digest) != null) {
                return false;
            }
        }
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).trim();
        return bare.equalsIgnoreCase("application/json") && (encoding == null || encoding.equalsIgnoreCase("identity"));
    }

    String metadata() {
        Lease lease = exchange.lease();
        return lease == null
                ? Metadata.member(false, Duration.ZERO, 0)
                : Metadata.member(exchange.wasQueued(), lease.waited(), lease.initialPosition());
    }

    void growsBy(int bytes) {
        grown = bytes;
        if (length >= 0) {
            super.setContentLengthLong(length + bytes);
        }
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        this.length = length;
        super.setContentLengthLong(length < 0 ? length : length + grown);
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (!isOurs(name, value)) {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (!isOurs(name, value)) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        if (!isOurs(name, Integer.toString(value))) {
            super.setIntHeader(name, value);
        }
    }

    @Override
    public void addIntHeader(String name, int value) {
        if (!isOurs(name, Integer.toString(value))) {
            super.addIntHeader(name, value);
        }
    }

    @Override
    public void setDateHeader(String name, long date) {
        if (name.equalsIgnoreCase(RETRY_AFTER)) {
            retryAfter(Duration.between(Instant.now(), Instant.ofEpochMilli(date)));
        } else {
            super.setDateHeader(name, date);
        }
    }

    @Override
    public void addDateHeader(String name, long date) {
        if (name.equalsIgnoreCase(RETRY_AFTER)) {
            setDateHeader(name, date);
        } else {
            super.addDateHeader(name, date);
        }
    }

    /** Sets what cannot go out as the application says it. Its length is looked at first: most names have another. */
    private boolean isOurs(String name, @Nullable String value) {
        int letters = name.length();
        if ((letters != RETRY_AFTER.length() && letters != RETRY_AFTER_MS.length()) || value == null) {
            return false;
        }
        if (exchange.lease() == null) {
            // A refusal of ours.
            return false;
        }
        if (name.equalsIgnoreCase(RETRY_AFTER)) {
            retryAfter(RetryAfter.read(value, Instant.now()));
            return true;
        }
        if (name.equalsIgnoreCase(RETRY_AFTER_MS)) {
            retryAfter(RetryAfter.readMillis(value));
            return true;
        }
        if (tellsWait() && name.equalsIgnoreCase(CONTENT_LENGTH)) {
            try {
                setContentLengthLong(Long.parseLong(value.trim()));
                return true;
            } catch (NumberFormatException e) {
                return false;
            }
        }
        return false;
    }

    /**
     * Says when to come back: the latest of what the application says, in either form, and of what this pool's own
     * queue would take. What the application says unreadably is left out.
     */
    private void retryAfter(@Nullable Duration said) {
        Duration own = exchange.ask()
                .pool()
                .snapshot()
                .estimate()
                .map(Estimate::likely)
                .orElse(Duration.ZERO);
        Duration later = said == null || said.compareTo(own) < 0 ? own : said;
        if (later.compareTo(retryAfter) > 0) {
            retryAfter = later;
        }
        super.setHeader(RETRY_AFTER, Long.toString(RetryAfter.headerSeconds(retryAfter)));
        super.setHeader(RETRY_AFTER_MS, Long.toString(RetryAfter.headerMillis(retryAfter)));
    }

    @Override
    public void flushBuffer() throws IOException {
        exchange.watchWrites();
        exchange.writing(super::flushBuffer);
    }

    @Override
    public void sendError(int status) throws IOException {
        if (status == -1) {
            // Jetty's way for proxies to cut a response short.
            exchange.clientLeft();
        }
        failed(status);
        super.sendError(status);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        failed(status);
        super.sendError(status, message);
    }

    /** An answer that fails before its first byte has used nothing. */
    private void failed(int status) {
        AnswerMeter meter = Tolls.meter(exchange.ask());
        if (meter != null && !meter.hasBegun() && status > 0) {
            meter.begin(status, null, null);
        }
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        grown = 0;
    }

    @Override
    public void reset() {
        super.reset();
        out = null;
        writer = null;
        retryAfter = Duration.ZERO;
        length = -1;
        grown = 0;
    }
}
