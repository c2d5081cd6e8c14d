// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which sessions and tokens have been found before, by their hashes, up to {@value #MOST}: whoever makes them up must
 * not make us ask the database as often as he likes, and whoever has one must not be kept out for what others of his
 * network do. It only says who is looked up without asking for his network's share; what is true, the database says
 * each time. Safe from any thread.
 */
final class Lookups {
    static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Boolean> found = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST;
        }
    };

    boolean isKnown(String hash) {
        lock.lock();
        try {
            return found.get(hash) != null;
        } finally {
            lock.unlock();
        }
    }

    void wasFound(String hash) {
        lock.lock();
        try {
            found.put(hash, true);
        } finally {
            lock.unlock();
        }
    }

    void wasNotFound(String hash) {
        lock.lock();
        try {
            found.remove(hash);
        } finally {
            lock.unlock();
        }
    }
}
