// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;

/** Local pools on a clock, timers and an executor that stand still until the test moves them. */
final class VirtualHost implements PoolsUnderTest {
    /** Two seconds before the clock wraps: whatever takes longer goes through it. */
    private static final long LATE_NANOS = Long.MAX_VALUE - 2_000_000_000L;

    long nowNanos;
    final List<Due> timers = new ArrayList<>();
    final Queue<Runnable> calls = new ArrayDeque<>();
    private final LocalPools pools;

    VirtualHost() {
        this(LATE_NANOS);
    }

    /** One whose clock begins there. */
    VirtualHost(long startNanos) {
        nowNanos = startNanos;
        pools = new LocalPools(() -> nowNanos, this::arm, calls::add);
    }

    record Due(long nanos, Runnable task) {}

    private void arm(Duration delay, Runnable task) {
        timers.add(new Due(nowNanos + delay.toNanos(), task));
    }

    @Override
    public Pools pools() {
        return pools;
    }

    @Override
    public void advance(Duration by) {
        long until = nowNanos + by.toNanos();
        while (true) {
            Due next = timers.stream()
                    .min(Comparator.comparingLong(due -> due.nanos - nowNanos))
                    .filter(due -> due.nanos - until <= 0)
                    .orElse(null);
            if (next == null) {
                break;
            }
            timers.remove(next);
            nowNanos += Math.max(0, next.nanos - nowNanos);
            next.task.run();
        }
        nowNanos = until;
        runPending();
    }

    @Override
    public void runPending() {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
    }

    @Override
    public void close() {
        pools.close();
        runPending();
    }
}
