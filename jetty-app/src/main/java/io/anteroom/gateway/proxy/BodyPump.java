// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.util.IteratingCallback;

/** Carries a request's body to the backend, a piece at a time: the next is read when the one before has been sent. */
final class BodyPump extends IteratingCallback implements ReadListener {
    private static final int PIECE = 16 * 1024;

    private final ServletInputStream in;
    private final Body content;
    private final Runnable whenRead;
    private final Consumer<Throwable> whenBroken;
    private volatile boolean clientBroke;

    /** A body whose length may be known. */
    static final class Body extends AsyncRequestContent {
        private final long length;

        Body(long length) {
            this.length = length;
        }

        @Override
        public long getLength() {
            return length;
        }
    }

    /**
     * @param in where the client sends
     * @param length how much that is, or -1
     * @param whenRead run when all has been read
     * @param whenBroken told when the client broke off; not when the backend did
     */
    BodyPump(ServletInputStream in, long length, Runnable whenRead, Consumer<Throwable> whenBroken) {
        this.in = in;
        this.content = new Body(length);
        this.whenRead = whenRead;
        this.whenBroken = whenBroken;
    }

    Body content() {
        return content;
    }

    @Override
    public void onDataAvailable() {
        iterate();
    }

    @Override
    public void onAllDataRead() {
        iterate();
    }

    @Override
    public void onError(Throwable failure) {
        clientBroke = true;
        abort(failure);
    }

    @Override
    protected Action process() throws IOException {
        while (in.isFinished() || in.isReady()) {
            byte[] piece = new byte[PIECE];
            int read = in.isFinished() ? -1 : read(piece);
            if (read < 0) {
                content.close();
                return Action.SUCCEEDED;
            }
            if (read > 0) {
                content.write(ByteBuffer.wrap(piece, 0, read), this);
                return Action.SCHEDULED;
            }
        }
        return Action.IDLE;
    }

    private int read(byte[] piece) throws IOException {
        try {
            return in.read(piece);
        } catch (IOException | RuntimeException e) {
            clientBroke = true;
            throw e;
        }
    }

    @Override
    protected void onCompleteSuccess() {
        whenRead.run();
    }

    @Override
    protected void onCompleteFailure(Throwable failure) {
        if (clientBroke) {
            whenBroken.accept(failure);
        }
        content.fail(failure);
    }
}
