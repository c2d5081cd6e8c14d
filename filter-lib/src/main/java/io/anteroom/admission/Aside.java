// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * Those whose turn came when they could not take it: passed over, so that no slot idles for them, and first as soon as
 * they can. They still wait and count as such, but are in no flow's list any more, so whoever comes after them in their
 * flow may go on. Their flow has been charged when their turn came, as if they had run: what they take later they take
 * out of order, but not out of their share.
 *
 * <p>Whoever is passed over, and why, is the gate's business; today those whose caller is away, and those that may not
 * run yet.
 */
final class Aside {
    private final IndexedHeap<Entry> ready = new Ready();
    /** In the order of their turns. */
    private @Nullable Entry first;

    private @Nullable Entry last;
    long lastTurn;
    int size;
    long micros;

    /** The turn of {@code entry} came. */
    void add(Entry entry) {
        entry.turn = ++lastTurn;
        append(entry);
    }

    /** Takes an entry in as it was saved; the order is that of the turns. */
    void restore(Entry entry) {
        append(entry);
        if (entry.canRun()) {
            ready.add(entry);
        }
    }

    private void append(Entry entry) {
        Entry before = last;
        entry.previous = before;
        entry.next = null;
        if (before == null) {
            first = entry;
        } else {
            before.next = entry;
        }
        last = entry;
        size++;
        micros += entry.costMicros;
    }

    /** It can run now. */
    void ready(Entry entry) {
        ready.add(entry);
    }

    /** It cannot run after all. */
    void unready(Entry entry) {
        ready.remove(entry);
    }

    void remove(Entry entry) {
        ready.remove(entry);
        Entry before = entry.previous;
        Entry after = entry.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        entry.previous = null;
        entry.next = null;
        entry.turn = Entry.NO_TURN;
        size--;
        micros -= entry.costMicros;
    }

    /** The one with the earliest turn of those who can run, or null. */
    @Nullable Entry next() {
        return ready.first();
    }

    /** The one with the earliest turn; the others follow by {@link Entry#next}. */
    @Nullable Entry first() {
        return first;
    }

    private static final class Ready extends IndexedHeap<Entry> {
        @Override
        long rankOf(Entry entry) {
            return entry.turn;
        }

        @Override
        boolean isBefore(Entry one, Entry other) {
            return one.isBefore(other);
        }

        @Override
        int placeOf(Entry entry) {
            return entry.readyPlace;
        }

        @Override
        void setPlace(Entry entry, int place) {
            entry.readyPlace = place;
        }
    }
}
