// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The output stream of a {@link LateResponse}. */
final class LateOutput extends ServletOutputStream {
    private final LateAnswer answer;
    private final ServletOutputStream out;

    LateOutput(LateAnswer answer, ServletOutputStream out) {
        this.answer = answer;
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        answer.write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        answer.write(bytes, offset, length);
    }

    /** Overrides the method of Servlet 6.1; on 6.0 nobody calls it. */
    public void write(ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        write(bytes, 0, bytes.length);
    }

    @Override
    public void flush() throws IOException {
        answer.flush();
    }

    @Override
    public void close() throws IOException {
        // The stream is ended by the exchange, after what may have to be said at last.
        if (!answer.isEnded()) {
            answer.flush();
        }
    }

    @Override
    public boolean isReady() {
        return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        answer.becomesAsync();
        out.setWriteListener(listener);
    }
}
