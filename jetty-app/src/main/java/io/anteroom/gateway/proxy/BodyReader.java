// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body into memory without blocking. One that turns out to be longer than it may be goes on piece by
 * piece. Used by one thread at a time.
 */
final class BodyReader implements ReadListener {
    private static final int PIECE = 16 * 1024;

    private final ServletInputStream in;
    private final int most;
    private final Consumer<byte[]> whole;
    private final Function<byte[], BodyPump> tooLong;
    private final Consumer<Throwable> broken;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream(PIECE);
    private final byte[] piece = new byte[PIECE];
    private @Nullable BodyPump pump;
    private boolean isOver;

    /**
     * A reader that has read nothing.
     *
     * @param most how much it keeps
     * @param whole given the body
     * @param tooLong given the beginning of one that is longer; answers what carries on
     * @param broken told when the client broke off
     */
    BodyReader(
            ServletInputStream in,
            int most,
            Consumer<byte[]> whole,
            Function<byte[], BodyPump> tooLong,
            Consumer<Throwable> broken) {
        this.in = in;
        this.most = most;
        this.whole = whole;
        this.tooLong = tooLong;
        this.broken = broken;
    }

    /** Reads what is there already of a body of known length; whether that was all. */
    boolean readNow(long length) throws IOException {
        while (read.size() < length) {
            int there = (int) Math.min(in.available(), length - read.size());
            if (there <= 0) {
                return false;
            }
            int n = in.read(piece, 0, Math.min(there, piece.length));
            if (n < 0) {
                return false;
            }
            read.write(piece, 0, n);
        }
        isOver = true;
        whole.accept(read.toByteArray());
        return true;
    }

    @Override
    public void onDataAvailable() throws IOException {
        BodyPump further = pump;
        if (further != null) {
            further.onDataAvailable();
            return;
        }
        while (!isOver && !in.isFinished() && in.isReady()) {
            int n = in.read(piece);
            if (n < 0) {
                return;
            }
            read.write(piece, 0, n);
            if (read.size() > most) {
                isOver = true;
                further = tooLong.apply(read.toByteArray());
                pump = further;
                read.reset();
                further.onDataAvailable();
            }
        }
    }

    @Override
    public void onAllDataRead() throws IOException {
        BodyPump further = pump;
        if (further != null) {
            further.onAllDataRead();
        } else if (!isOver) {
            isOver = true;
            whole.accept(read.toByteArray());
        }
    }

    @Override
    public void onError(Throwable failure) {
        BodyPump further = pump;
        if (further != null) {
            further.onError(failure);
        } else if (!isOver) {
            isOver = true;
            broken.accept(failure);
        }
    }
}
