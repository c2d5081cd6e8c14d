// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How long those waited who were admitted in the last minute, by level. */
final class RecentWaits implements QueueListener {
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Priority, Deque<Wait>> waits = new EnumMap<>(Priority.class);

    private record Wait(long atNanos, Duration waited) {}

    RecentWaits() {
        for (Priority priority : Priority.values()) {
            waits.put(priority, new ArrayDeque<>());
        }
    }

    @Override
    public void on(QueueEvent event) {
        if (event.kind() != QueueEvent.Kind.ADMITTED) {
            return;
        }
        lock.lock();
        try {
            recent(event.priority()).add(new Wait(System.nanoTime(), event.waited()));
        } finally {
            lock.unlock();
        }
    }

    private Deque<Wait> recent(Priority priority) {
        Deque<Wait> recent = waits.getOrDefault(priority, new ArrayDeque<>());
        long now = System.nanoTime();
        while (!recent.isEmpty() && now - recent.getFirst().atNanos() > KEPT_NANOS) {
            recent.removeFirst();
        }
        return recent;
    }

    /** The wait above which one in twenty lies; zero if nobody was admitted. */
    Duration p95(Priority priority) {
        Duration[] sorted;
        lock.lock();
        try {
            sorted = recent(priority).stream().map(Wait::waited).toArray(Duration[]::new);
        } finally {
            lock.unlock();
        }
        Arrays.sort(sorted);
        return sorted.length == 0 ? Duration.ZERO : sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
    }
}
