// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.client.Patience;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread will bring about. */
public final class Await {
    /** Long enough for a busy machine; a test that passes does not take it. */
    public static final Duration LIMIT = Patience.LIMIT;

    private static final long PAUSE_NANOS = 2_000_000;

    private Await() {}

    /** Returns once {@code condition} holds; fails after {@link #LIMIT}, telling {@code state}. */
    public static void until(String what, BooleanSupplier condition, Supplier<?> state) {
        if (!within(LIMIT, condition)) {
            throw new AssertionError("waited " + LIMIT + " for " + what + ", but: " + state.get());
        }
    }

    /** Whether {@code condition} holds within {@code limit}. */
    public static boolean within(Duration limit, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }
}
