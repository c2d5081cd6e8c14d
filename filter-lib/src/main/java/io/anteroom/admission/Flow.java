// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/** One key's traffic in one level: a FIFO list with a virtual start. */
final class Flow {
    final Party key;
    final Priority priority;

    /** Virtual start of the next to be admitted; see the package. */
    long start;

    /** By how much {@link #start} has ever been raised on becoming backlogged again. */
    long lifted;

    @Nullable Entry first;

    @Nullable Entry last;

    int waiting;
    long waitingMicros;

    int orderPlace = IndexedHeap.ABSENT;
    int lengthPlace = IndexedHeap.ABSENT;
    /** Place in {@link Group#backlogged}, or -1. */
    int backlogPlace = -1;

    /** The party whose running limit holds this flow back, or null. */
    @Nullable Party parkedBy;

    @Nullable Flow nextParked;

    @Nullable Flow previousParked;

    Flow(Party key, Priority priority) {
        this.key = key;
        this.priority = priority;
    }

    /** The one admitted next. */
    Entry head() {
        Entry head = first;
        if (head == null) {
            throw new IllegalStateException("nobody waits in " + key.name + "/" + priority);
        }
        return head;
    }

    /** Puts an entry where its moment of arrival belongs; at the end unless it was moved here or registered again. */
    void insert(Entry entry) {
        // One that was passed over and is put back belongs to the front, far from the end.
        Entry before = first != null && entry.isBefore(first) ? null : last;
        while (before != null && entry.isBefore(before)) {
            before = before.previous;
        }
        Entry after = before == null ? first : before.next;
        entry.previous = before;
        entry.next = after;
        if (before == null) {
            first = entry;
        } else {
            before.next = entry;
        }
        if (after == null) {
            last = entry;
        } else {
            after.previous = entry;
        }
        waiting++;
        waitingMicros += entry.costMicros;
    }

    void remove(Entry entry) {
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
        waiting--;
        waitingMicros -= entry.costMicros;
    }
}
