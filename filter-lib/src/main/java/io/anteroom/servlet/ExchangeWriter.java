// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.rate.AnswerMeter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/** A container's writer, which swallows failures, watched for writes that fail or do not end. */
final class ExchangeWriter extends Writer {
    /** A client that reads slowly, but reads, takes a piece of this size in time. */
    private static final int PIECE = 8 << 10;

    private final PrintWriter out;
    private final Exchange exchange;
    private final HttpServletResponse response;
    private final @Nullable AnswerMeter meter;

    ExchangeWriter(PrintWriter out, Exchange exchange, HttpServletResponse response) {
        super(out);
        this.out = out;
        this.exchange = exchange;
        this.response = response;
        this.meter = Tolls.meter(exchange.ask());
        exchange.watchWrites();
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        if (meter != null) {
            Tolls.begin(meter, response);
            for (int i = offset; i < offset + length; i++) {
                meter.feed(text[i]);
            }
        }
        for (int done = 0; done < length; done += PIECE) {
            int from = offset + done;
            int piece = Math.min(length - done, PIECE);
            exchange.writing(() -> out.write(text, from, piece));
        }
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        if (meter != null) {
            Tolls.begin(meter, response);
            for (int i = offset; i < offset + length; i++) {
                meter.feed(text.charAt(i));
            }
        }
        for (int done = 0; done < length; done += PIECE) {
            int from = offset + done;
            int piece = Math.min(length - done, PIECE);
            exchange.writing(() -> out.write(text, from, piece));
        }
    }

    @Override
    public void flush() {
        boolean unused = exchange.writes().begins();
        out.flush();
        exchange.writeEnds(!out.checkError());
    }

    @Override
    public void close() {
        boolean unused = exchange.writes().begins();
        out.close();
        exchange.writeEnds(!out.checkError());
    }
}
