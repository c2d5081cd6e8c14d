// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup.Retry;
import java.util.concurrent.TimeUnit;

/**
 * How many retries there may be: a share of the requests of the last ten seconds, and a few for times with little to
 * do. So a backend that fails is met with little more than it would have been anyway. Safe from any thread.
 */
final class RetryBudget {
    static final int SECONDS = 10;
    private static final long CELL = TimeUnit.SECONDS.toNanos(1);

    private final long[] requests = new long[SECONDS];
    private final long[] retries = new long[SECONDS];
    private final long startNanos;
    private long cell;
    private long allRequests;
    private long allRetries;
    private long denied;

    RetryBudget(long nowNanos) {
        startNanos = nowNanos;
    }

    /** A request has come. */
    synchronized void request(long nowNanos) {
        at(nowNanos);
        requests[(int) (cell % SECONDS)]++;
        allRequests++;
    }

    /** Takes one retry, if there is one left. */
    synchronized boolean tryTake(Retry settings, long nowNanos) {
        at(nowNanos);
        long earned = allRequests * settings.budgetPercent() / 100 + (long) settings.budgetLeast() * SECONDS;
        if (allRetries >= earned) {
            denied++;
            return false;
        }
        retries[(int) (cell % SECONDS)]++;
        allRetries++;
        return true;
    }

    /** How many were asked for in vain. */
    synchronized long denied() {
        return denied;
    }

    private void at(long nowNanos) {
        long now = Math.max(cell, (nowNanos - startNanos) / CELL);
        long gone = Math.min(SECONDS, now - cell);
        for (long i = 1; i <= gone; i++) {
            int old = (int) ((cell + i) % SECONDS);
            allRequests -= requests[old];
            allRetries -= retries[old];
            requests[old] = 0;
            retries[old] = 0;
        }
        cell = now;
    }
}
