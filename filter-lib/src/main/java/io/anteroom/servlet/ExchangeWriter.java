// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.io.PrintWriter;
import java.io.Writer;

/** A container's writer, which swallows failures, watched for writes that fail or do not end. */
final class ExchangeWriter extends Writer {
    private final PrintWriter out;
    private final Exchange exchange;

    ExchangeWriter(PrintWriter out, Exchange exchange) {
        super(out);
        this.out = out;
        this.exchange = exchange;
        exchange.watchWrites();
    }

    @Override
    public void write(char[] text, int offset, int length) {
        exchange.writeBegins();
        out.write(text, offset, length);
        exchange.writeEnds(true);
    }

    @Override
    public void write(String text, int offset, int length) {
        exchange.writeBegins();
        out.write(text, offset, length);
        exchange.writeEnds(true);
    }

    @Override
    public void flush() {
        exchange.writeBegins();
        out.flush();
        exchange.writeEnds(!out.checkError());
    }

    @Override
    public void close() {
        exchange.writeBegins();
        out.close();
        exchange.writeEnds(!out.checkError());
    }
}
