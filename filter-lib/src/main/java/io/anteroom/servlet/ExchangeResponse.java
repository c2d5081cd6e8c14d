// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.rate.AnswerMeter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** The response that the application sees: the container's own, watched for writes that fail or do not end. */
final class ExchangeResponse extends HttpServletResponseWrapper {
    private final Exchange exchange;
    private @Nullable ServletOutputStream out;
    private @Nullable PrintWriter writer;

    ExchangeResponse(HttpServletResponse response, Exchange exchange) {
        super(response);
        this.exchange = exchange;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream watched = out;
        if (watched == null) {
            watched = new ExchangeOutput(super.getOutputStream(), exchange, this);
            out = watched;
        }
        return watched;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter watched = writer;
        if (watched == null) {
            watched = new PrintWriter(new ExchangeWriter(super.getWriter(), exchange, this));
            writer = watched;
        }
        return watched;
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
    public void reset() {
        super.reset();
        out = null;
        writer = null;
    }
}
