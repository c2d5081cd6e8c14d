// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.rate.AnswerMeter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A container's output stream, watched for writes that fail or do not end. */
final class ExchangeOutput extends ServletOutputStream {
    /** {@code write(ByteBuffer)} of Servlet 6.1, or null on 6.0. */
    private static final @Nullable MethodHandle WRITE_BUFFER = findWriteBuffer();

    private static final int SURELY_BUFFERED = 4096;
    /** A client that reads slowly, but reads, takes a piece of this size in time. */
    private static final int PIECE = 32 << 10;

    private final ServletOutputStream out;
    private final Exchange exchange;
    private final HttpServletResponse response;
    private final @Nullable AnswerMeter meter;
    private int unwatched = SURELY_BUFFERED;
    private boolean isAsync;

    ExchangeOutput(ServletOutputStream out, Exchange exchange, HttpServletResponse response) {
        this.out = out;
        this.exchange = exchange;
        this.response = response;
        this.meter = Tolls.meter(exchange.ask());
    }

    @Override
    public void write(int value) throws IOException {
        count(1);
        if (meter != null) {
            Tolls.begin(meter, response);
            meter.feed(value & 0xff);
        }
        exchange.writing(() -> out.write(value));
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        boolean isBuffered = count(length);
        if (meter != null) {
            Tolls.begin(meter, response);
            meter.feed(bytes, offset, length);
        }
        if (isBuffered) {
            buffer(bytes, offset, length);
            return;
        }
        // Without blocking there is one write to each time that the container is ready.
        int most = isAsync ? length : PIECE;
        int done = 0;
        do {
            int from = offset + done;
            int piece = Math.min(length - done, most);
            exchange.writing(() -> out.write(bytes, from, piece));
            done += piece;
        } while (done < length);
    }

    /** Nobody has to watch how long that takes. */
    private void buffer(byte[] bytes, int offset, int length) throws IOException {
        exchange.writes().checkCutOff();
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            exchange.clientLeft();
            throw e;
        }
    }

    /** Overrides the method of Servlet 6.1; on 6.0 nobody calls it. */
    public void write(ByteBuffer buffer) throws IOException {
        count(buffer.remaining());
        if (meter != null) {
            Tolls.begin(meter, response);
            for (int i = buffer.position(); i < buffer.limit(); i++) {
                meter.feed(buffer.get(i) & 0xff);
            }
        }
        exchange.writing(() -> writeBuffer(buffer));
    }

    /** Whether everything so far fits into the container's buffer: as long as it does, nothing can block. */
    private boolean count(int length) {
        if (unwatched >= length) {
            unwatched -= length;
            return true;
        }
        unwatched = 0;
        exchange.watchWrites();
        return false;
    }

    private void writeBuffer(ByteBuffer buffer) throws IOException {
        if (WRITE_BUFFER == null) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            out.write(bytes);
            return;
        }
        try {
            WRITE_BUFFER.invokeExact(out, buffer);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    @Override
    public void flush() throws IOException {
        exchange.watchWrites();
        exchange.writing(out::flush);
    }

    @Override
    public void close() throws IOException {
        exchange.watchWrites();
        exchange.writing(out::close);
    }

    @Override
    public boolean isReady() {
        // Before it is asked: that a write is possible may be told on another thread before the answer is here.
        boolean isFirst = exchange.writes().begins();
        boolean isReady = out.isReady();
        if (isReady && isFirst) {
            exchange.writes().goesOn();
        }
        return isReady;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        exchange.watchWrites();
        isAsync = true;
        exchange.awaitsWrite();
        out.setWriteListener(new Watched(listener, exchange));
    }

    private record Watched(WriteListener listener, Exchange exchange) implements WriteListener {
        @Override
        public void onWritePossible() throws IOException {
            exchange.writeEnds(true);
            exchange.writes().checkCutOff();
            listener.onWritePossible();
        }

        @Override
        public void onError(Throwable failure) {
            exchange.writeEnds(false);
            listener.onError(failure);
        }
    }

    private static @Nullable MethodHandle findWriteBuffer() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(
                            ServletOutputStream.class, "write", MethodType.methodType(void.class, ByteBuffer.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
