// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Plays the order of steps in which Tomcat reads one new HTTP/2 connection from two threads, by holding them where they
 * log: the one that has read the preface, just before it looks for frames once more, and the one that has been handed
 * the next frames, before it has put back what it could not use. While they are held so nothing else happens to the
 * server. A server that reads from one thread only is not held at all. Threads are told apart by what they do, as
 * messages depend on the language.
 */
final class TwoReaders extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("org.apache.coyote.http2");

    private final CountDownLatch isReady = new CountDownLatch(1);
    private final CountDownLatch isSent = new CountDownLatch(1);
    private final CountDownLatch isTaken = new CountDownLatch(1);
    private final CountDownLatch isOvertaken = new CountDownLatch(1);
    private @Nullable Thread first;
    private boolean sawNested;
    private int dispatches;
    private volatile boolean isHeld;

    TwoReaders() {
        setLevel(Level.ALL);
        LOGGER.setUseParentHandlers(false);
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(this);
    }

    /** Waits until the server has read the preface, and nothing more has come. */
    void awaitPreface() throws InterruptedException {
        if (!isReady.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the preface was not read");
        }
    }

    /** The request is on its way, all of it. */
    void sent() {
        isSent.countDown();
    }

    @Override
    public void publish(LogRecord entry) {
        String type = String.valueOf(entry.getSourceClassName());
        String method = String.valueOf(entry.getSourceMethodName());
        if (isFirst(type)) {
            if (isHeld) {
                isOvertaken.countDown();
            } else {
                holdFirst(method);
            }
        } else if (isHeld && method.equals("readHeaderPayload")) {
            isTaken.countDown();
            hold(isOvertaken);
        }
    }

    /**
     * The first that knows of the new connection; one that still sees the end of an older one has no settings to set.
     */
    private synchronized boolean isFirst(String type) {
        if (first == null && type.endsWith("ConnectionSettingsBase")) {
            first = Thread.currentThread();
        }
        return first == Thread.currentThread();
    }

    private void holdFirst(String method) {
        boolean isNested = StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().contains("Http2AsyncParser")));
        sawNested |= isNested;
        if (isNested) {
            return;
        }
        if (method.equals("init") && sawNested) {
            isHeld = true;
            isReady.countDown();
            hold(isSent);
            hold(isTaken);
        } else if (method.equals("upgradeDispatch") && ++dispatches == 2) {
            // It has come and goes, and nobody else has read.
            isReady.countDown();
        }
    }

    private static void hold(CountDownLatch until) {
        try {
            if (!until.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the other thread did not come");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setLevel(null);
        LOGGER.setUseParentHandlers(true);
    }
}
