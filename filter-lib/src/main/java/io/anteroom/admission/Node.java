// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What one node holds connections for. */
final class Node {
    final String name;
    private @Nullable Entry first;
    private int size;

    Node(String name) {
        this.name = name;
    }

    void add(Entry entry) {
        Entry second = first;
        entry.nextOfNode = second;
        entry.previousOfNode = null;
        if (second != null) {
            second.previousOfNode = entry;
        }
        first = entry;
        size++;
    }

    void remove(Entry entry) {
        Entry before = entry.previousOfNode;
        Entry after = entry.nextOfNode;
        if (before == null) {
            first = after;
        } else {
            before.nextOfNode = after;
        }
        if (after != null) {
            after.previousOfNode = before;
        }
        entry.nextOfNode = null;
        entry.previousOfNode = null;
        size--;
    }

    /** Its entries by order of arrival: replicas must work through them in the same order. */
    Entry[] inOrder() {
        Entry[] all = new Entry[size];
        int n = 0;
        for (Entry entry = first; entry != null; entry = entry.nextOfNode) {
            all[n++] = entry;
        }
        Arrays.sort(all, Entry.BY_ARRIVAL);
        return all;
    }
}
