// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admin.preview.PastRequest.End;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the requests of the last hour that are over, by pool: at most {@value #MOST} in all, and of each pool the
 * latest. Only in memory, and nothing of what was asked. Safe from any thread; what it does on the way of a request is
 * a few field accesses under a short lock.
 */
public final class PastRequests implements QueueListener {
    /** How far back it remembers. */
    public static final Duration SPAN = Duration.ofHours(1);

    static final int MOST = 100_000;
    private static final int LEAST_OF_A_POOL = 1_000;
    private static final int MOST_POOLS = 256;

    private final LongSupplier nanoClock;
    private final ConcurrentMap<String, Deque<PastRequest>> byPool = new ConcurrentHashMap<>();

    /** Remembers from now on. */
    public PastRequests() {
        this(System::nanoTime);
    }

    PastRequests(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public void on(QueueEvent event) {
        End end = end(event);
        if (end == null) {
            return;
        }
        boolean isServed = end == End.SERVED;
        long now = nanoClock.getAsLong();
        long before = event.waited().toNanos() + (isServed ? event.ran().toNanos() : 0);
        Duration ran = isServed ? event.ran() : null;
        Deque<PastRequest> requests = of(event.pool());
        if (requests != null) {
            add(requests, new PastRequest(now - before, event.caller(), event.priority(), end, event.waited(), ran));
        }
    }

    private @Nullable Deque<PastRequest> of(String pool) {
        Deque<PastRequest> known = byPool.get(pool);
        return known != null || byPool.size() >= MOST_POOLS
                ? known
                : byPool.computeIfAbsent(pool, name -> new ArrayDeque<>());
    }

    private void add(Deque<PastRequest> requests, PastRequest request) {
        int most = Math.max(LEAST_OF_A_POOL, MOST / byPool.size());
        synchronized (requests) {
            requests.addLast(request);
            // Two at most, so that a bound that shrinks because of a new pool holds nobody up.
            for (int i = 0; i < 2 && requests.size() > most; i++) {
                requests.removeFirst();
            }
        }
    }

    /** One that is sent away with its place kept goes on: only what becomes of the place counts. */
    private static @Nullable End end(QueueEvent event) {
        return switch (event.kind()) {
            case RELEASED -> End.SERVED;
            case REFUSED -> isOfThePool(event) ? End.REFUSED : null;
            case EXPIRED -> End.EXPIRED;
            case SHED -> End.SHED;
            case ABANDONED, GIVEN_UP -> End.ABANDONED;
            default -> null;
        };
    }

    /** What a rate limit refuses never came to the pool. */
    private static boolean isOfThePool(QueueEvent event) {
        if (event.refusal() == null) {
            return false;
        }
        return switch (event.refusal()) {
            case RATE_LIMITED, QUOTA, LIMITS_UNAVAILABLE, SHUTTING_DOWN -> false;
            default -> true;
        };
    }

    /** Those of a pool who came within the last hour, in the order in which they came. */
    List<PastRequest> recent(String pool) {
        Deque<PastRequest> requests = byPool.get(pool);
        if (requests == null) {
            return List.of();
        }
        long since = nanoClock.getAsLong() - SPAN.toNanos();
        synchronized (requests) {
            return requests.stream()
                    .filter(request -> request.arrivedNanos() - since >= 0)
                    .sorted(Comparator.comparingLong(PastRequest::arrivedNanos))
                    .toList();
        }
    }
}
