// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The naive estimate that others give: the position by the rate of the completions in the last minute. Ours has to be
 * better. Threads may share it.
 */
final class CompletionRate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Long> completions = new ArrayDeque<>();
    private final long windowNanos;

    /** By how much time is sped up: a minute of the trace is shorter here. */
    CompletionRate(double speed) {
        windowNanos = (long) (60e9 / speed);
    }

    void completed(long nowNanos) {
        lock.lock();
        try {
            completions.add(nowNanos);
            forget(nowNanos);
        } finally {
            lock.unlock();
        }
    }

    /** How long somebody at that position waits; 0 if nothing is known. */
    long estimateNanos(int position, long nowNanos) {
        lock.lock();
        try {
            forget(nowNanos);
            return completions.isEmpty() ? 0 : position * windowNanos / completions.size();
        } finally {
            lock.unlock();
        }
    }

    private void forget(long nowNanos) {
        while (!completions.isEmpty() && nowNanos - completions.peek() > windowNanos) {
            completions.remove();
        }
    }
}
