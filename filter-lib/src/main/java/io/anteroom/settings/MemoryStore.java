// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Revisions in memory, gone with the JVM: for tests, and for hosts that keep the settings themselves. */
public final class MemoryStore implements SettingsStore {
    private final TreeMap<Long, Revision> revisions = new TreeMap<>();

    @Override
    public synchronized @Nullable Revision latest() {
        return revisions.isEmpty() ? null : revisions.lastEntry().getValue();
    }

    @Override
    public synchronized long latestNumber() {
        return revisions.isEmpty() ? 0 : revisions.lastKey();
    }

    @Override
    public synchronized @Nullable Revision find(long number) {
        return revisions.get(number);
    }

    @Override
    public synchronized List<Revision.Note> history(long before, int most) {
        return revisions.headMap(before, false).descendingMap().values().stream()
                .limit(most)
                .map(Revision::note)
                .toList();
    }

    @Override
    public synchronized boolean append(Revision revision) {
        if (revision.number() != latestNumber() + 1) {
            return false;
        }
        revisions.put(revision.number(), revision);
        long first = revision.number() - revision.settings().retention().revisions() + 1;
        revisions.headMap(first).clear();
        return true;
    }

    @Override
    public void close() {
        // Nothing is held but memory.
    }
}
