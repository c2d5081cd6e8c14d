// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;

/** An output stream into which a {@link Splice} goes. */
final class SpliceOutput extends ServletOutputStream {
    private final ExchangeOutput out;
    private final Splice splice;

    SpliceOutput(ExchangeOutput out, Splice splice) {
        this.out = out;
        this.splice = splice;
    }

    @Override
    public void write(int value) throws IOException {
        if (splice.isDecided()) {
            out.write(value);
        } else {
            write(new byte[] {(byte) value}, 0, 1);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        IntUnaryOperator piece = at -> bytes[at];
        int end = offset + length;
        int place = splice.isDecided() ? -1 : splice.place(piece, offset, end);
        if (place < 0) {
            out.write(bytes, offset, length);
            return;
        }
        byte[] text = splice.text(piece, place, end).getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[length + text.length];
        int before = place - offset;
        System.arraycopy(bytes, offset, whole, 0, before);
        System.arraycopy(text, 0, whole, before, text.length);
        System.arraycopy(bytes, place, whole, before + text.length, length - before);
        // At once: without blocking there is one write to each time that the container is ready.
        out.write(whole, 0, whole.length);
    }

    /** Overrides the method of Servlet 6.1; on 6.0 nobody calls it. */
    public void write(ByteBuffer buffer) throws IOException {
        if (splice.isDecided()) {
            out.write(buffer);
            return;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        write(bytes, 0, bytes.length);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    @Override
    public boolean isReady() {
        return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        out.setWriteListener(listener);
    }
}
