// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.net.ClientWatch;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are under way to backends, with a slot and without, each until its container has ended it. Safe
 * from any thread.
 */
final class Running {
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Set<Stay> stays = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private volatile boolean isDraining;
    private volatile boolean isStopping;

    /** One of them. */
    final class Stay {
        private volatile @Nullable Exchange exchange;

        /** It is on its way to a backend now, unless the gateway stops at this moment. */
        void goesOn(Exchange begun) {
            exchange = begun;
            if (isStopping) {
                begun.shutDown();
            }
        }

        private void shutDown() {
            Exchange begun = exchange;
            if (begun != null) {
                begun.shutDown();
            }
        }

        private boolean isToBeTold() {
            return exchange != null;
        }
    }

    /**
     * One more.
     *
     * @param watch tells when it has ended; one without counts as ended
     */
    Stay begins(@Nullable ClientWatch watch) {
        Stay stay = new Stay();
        if (watch != null) {
            stays.add(stay);
            watch.onOver(() -> ends(stay));
        }
        return stay;
    }

    private void ends(Stay stay) {
        stays.remove(stay);
        if (isDraining) {
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** From now on those that need no slot are to be refused, once they have begun here. */
    void drain() {
        isDraining = true;
    }

    boolean isDraining() {
        return isDraining;
    }

    /** Waits for all of them; false if the time is over before. */
    boolean awaitEnd(Duration timeout) {
        return await(stays::isEmpty, timeout);
    }

    /** Ends all of them, and gives those that have gone to a backend a moment to tell their clients. */
    void stop(Duration timeout) {
        isDraining = true;
        isStopping = true;
        stays.forEach(Stay::shutDown);
        boolean unused = await(() -> stays.stream().noneMatch(Stay::isToBeTold), timeout);
    }

    /** Looks again after a while at the latest, so that it does not matter who ends before it is waited for. */
    private boolean await(BooleanSupplier condition, Duration timeout) {
        long remaining = timeout.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean() && remaining > 0) {
                long round = Math.min(remaining, ROUND_NANOS);
                remaining += ended.awaitNanos(round) - round;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return condition.getAsBoolean();
    }
}
