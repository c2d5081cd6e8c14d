// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** How long an answer has been waiting for its client to take something, or for its end. Safe from any thread. */
final class WriteClock {
    private volatile long sinceNanos;
    /** Whether the application waits to be told that it may write. */
    private volatile boolean isAwaited;
    /** When the application completed. */
    private volatile long completedNanos;

    private volatile boolean isCutOff;

    /** A write begins, or waits to be allowed; whether none did before. */
    boolean begins() {
        boolean isFirst = sinceNanos == 0;
        if (isFirst) {
            sinceNanos = System.nanoTime() | 1;
        }
        return isFirst;
    }

    /** What has just begun was allowed at once. */
    void goesOn() {
        sinceNanos = 0;
    }

    /** The write is over, or may go on. */
    void ends() {
        isAwaited = false;
        sinceNanos = 0;
    }

    /**
     * The container is to say when the application may write, which it does not before its thread has left. One that
     * never says so, as of a client that has gone unnoticed, has blocked the write.
     */
    void isAwaited(BooleanSupplier isInPass) {
        // In this order: a pass that ends meanwhile sees it, or is seen to have ended.
        isAwaited = true;
        if (!isInPass.getAsBoolean()) {
            boolean unused = begins();
        }
    }

    /** The container's thread leaves the application. */
    void passEnds() {
        if (isAwaited) {
            boolean unused = begins();
            if (!isAwaited) {
                sinceNanos = 0;
            }
        }
    }

    /** Whether that has lasted for longer than this. */
    boolean isLonger(long nanos, long nowNanos) {
        long since = sinceNanos;
        return since != 0 && nowNanos - since > nanos;
    }

    /** The application has completed. */
    void completes() {
        completedNanos = System.nanoTime() | 1;
    }

    /** Whether it has for longer than this, and no write is under way that has its own limit. */
    boolean isUntold(long nanos, long nowNanos) {
        long since = completedNanos;
        return since != 0 && sinceNanos == 0 && nowNanos - since > nanos;
    }

    /** From now on nothing may be written. */
    void cutsOff() {
        isCutOff = true;
    }

    boolean isCutOff() {
        return isCutOff;
    }

    /** Has the application end at its next write where the container cannot end the exchange from outside. */
    void checkCutOff() throws IOException {
        if (isCutOff) {
            throw new IOException("cut off: the client did not read");
        }
    }
}
