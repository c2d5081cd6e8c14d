// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import io.anteroom.contract.client.Patience;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the application saw of each request, and the gates at which a test holds it. Safe from any thread. */
public final class AppLog {
    private final Map<String, AtomicInteger> entered = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> left = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();

    void enter(String id) {
        count(entered, id).incrementAndGet();
    }

    void leave(String id) {
        count(left, id).incrementAndGet();
    }

    /** One more is at work. */
    void beginWork() {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
    }

    void endWork() {
        inside.decrementAndGet();
    }

    /** How often the application was entered for a request: 0 means that it never ran. */
    public int entered(String id) {
        return count(entered, id).get();
    }

    /** How often the application returned, with or without an exception. */
    public int left(String id) {
        return count(left, id).get();
    }

    /**
     * The most requests that were inside the application at the same time, counted here and not by the filter. Floods
     * do not count: their slot is taken back while the container still holds them in a write that nobody reads.
     */
    public int mostInside() {
        return mostInside.get();
    }

    /** Lets a request past its gate, now or when it comes there. */
    public void open(String id) {
        gate(id).countDown();
    }

    /** Holds the calling request until its gate is open. */
    void pass(String id) {
        try {
            if (!gate(id).await(2 * Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody opened the gate of " + id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private CountDownLatch gate(String id) {
        return gates.computeIfAbsent(id, i -> new CountDownLatch(1));
    }

    private static AtomicInteger count(Map<String, AtomicInteger> counts, String id) {
        return counts.computeIfAbsent(id, i -> new AtomicInteger());
    }
}
