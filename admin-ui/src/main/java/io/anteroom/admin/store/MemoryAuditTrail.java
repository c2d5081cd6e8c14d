// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The last {@value #MOST} entries, which a restart forgets. Safe from any thread. */
public final class MemoryAuditTrail implements AuditTrail {
    /** How many entries are kept. */
    static final int MOST = 2000;

    private static final int LONGEST_DETAIL = 4 << 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<AuditEntry> newestFirst = new ArrayDeque<>();
    private long last;

    @Override
    public void add(AuditEntry entry) {
        lock.lock();
        try {
            newestFirst.addFirst(new AuditEntry(
                    ++last,
                    entry.at(),
                    entry.actor(),
                    entry.deed(),
                    entry.subject(),
                    AuditEntry.cut(entry.detail(), LONGEST_DETAIL),
                    entry.outcome(),
                    entry.origin()));
            if (newestFirst.size() > MOST) {
                newestFirst.removeLast();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<AuditEntry> page(AuditFilter filter, long before, int most) {
        lock.lock();
        try {
            return newestFirst.stream()
                    .filter(entry -> entry.id() < before && filter.fits(entry))
                    .limit(Math.max(1, Math.min(most, MOST_PER_PAGE)))
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
