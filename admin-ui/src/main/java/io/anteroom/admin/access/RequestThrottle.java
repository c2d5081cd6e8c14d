// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** A bucket of requests for each token, session or network. Safe from any thread. */
final class RequestThrottle {
    private static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LongSupplier nanoClock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    private static final class Bucket {
        private double left;
        private long sinceNanos;

        Bucket(double left, long sinceNanos) {
            this.left = left;
            this.sinceNanos = sinceNanos;
        }
    }

    RequestThrottle(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private Bucket filled(String key, int perMinute) {
        long now = nanoClock.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(key, unknown -> new Bucket(perMinute, now));
        double refill = (double) (now - bucket.sinceNanos) * perMinute / TimeUnit.MINUTES.toNanos(1);
        bucket.left = Math.min(perMinute, bucket.left + refill);
        bucket.sinceNanos = now;
        return bucket;
    }

    /** Whether there is one, which is not taken. */
    boolean has(String key, int perMinute) {
        lock.lock();
        try {
            return filled(key, perMinute).left >= 1;
        } finally {
            lock.unlock();
        }
    }

    /** Takes one; answers how long to wait if there is none, else zero. */
    Duration take(String key, int perMinute) {
        lock.lock();
        try {
            Bucket bucket = filled(key, perMinute);
            if (bucket.left >= 1) {
                bucket.left--;
                return Duration.ZERO;
            }
            return Duration.ofNanos((long) ((1 - bucket.left) * TimeUnit.MINUTES.toNanos(1) / perMinute) + 1);
        } finally {
            lock.unlock();
        }
    }
}
