// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

/** How long an answer has been waiting for its client to take something. Safe from any thread. */
final class WriteClock {
    private volatile long sinceNanos;
    /** Whether the application waits to be told that it may write. */
    private volatile boolean isAwaited;

    /** A write begins, or waits to be allowed. */
    void begins() {
        if (sinceNanos == 0) {
            sinceNanos = System.nanoTime() | 1;
        }
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
    void isAwaited(boolean isInPass) {
        isAwaited = true;
        if (!isInPass) {
            begins();
        }
    }

    /** The container's thread leaves the application. */
    void passEnds() {
        if (isAwaited) {
            begins();
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
}
