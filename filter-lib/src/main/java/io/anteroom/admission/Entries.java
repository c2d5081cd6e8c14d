// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All requests that wait or run, by number: open addressing, because the common path looks here twice. */
final class Entries {
    private @Nullable Entry[] table = new Entry[64];
    private int size;

    int size() {
        return size;
    }

    @Nullable Entry find(long id) {
        int mask = table.length - 1;
        for (int i = slot(id, mask); ; i = (i + 1) & mask) {
            Entry entry = table[i];
            if (entry == null || entry.id == id) {
                return entry;
            }
        }
    }

    /** Adds one that is not there yet. */
    void add(Entry entry) {
        if (2 * (size + 1) > table.length) {
            resize(table.length * 2);
        }
        put(table, entry);
        size++;
    }

    void remove(Entry entry) {
        int mask = table.length - 1;
        int hole = slot(entry.id, mask);
        while (table[hole] != entry) {
            if (table[hole] == null) {
                throw new IllegalStateException("no entry " + entry.id);
            }
            hole = (hole + 1) & mask;
        }
        closeHole(hole, mask);
        size--;
        if (table.length > 1024 && size < table.length / 8) {
            resize(table.length / 2);
        }
    }

    /** Moves those up that had to step aside for the one removed, so that no tombstones gather. */
    private void closeHole(int removed, int mask) {
        int hole = removed;
        int next = hole;
        while (true) {
            next = (next + 1) & mask;
            Entry moved = table[next];
            if (moved == null) {
                break;
            }
            int home = slot(moved.id, mask);
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = moved;
                hole = next;
            }
        }
        table[hole] = null;
    }

    /** All of them, in no order. */
    Entry[] toArray() {
        Entry[] all = new Entry[size];
        int n = 0;
        for (Entry entry : table) {
            if (entry != null) {
                all[n++] = entry;
            }
        }
        return all;
    }

    /**
     * Those whose connections a node holds, by order of arrival: replicas must work through them in the same order.
     * They are looked for among all, because a node is rarely lost, while to keep a list of them costs every request.
     */
    List<Entry> ofNode(String node) {
        List<Entry> found = new ArrayList<>();
        for (Entry entry : table) {
            if (entry != null && entry.node.equals(node)) {
                found.add(entry);
            }
        }
        found.sort(Entry.BY_ARRIVAL);
        return found;
    }

    private void resize(int length) {
        Entry[] bigger = new Entry[length];
        for (Entry entry : table) {
            if (entry != null) {
                put(bigger, entry);
            }
        }
        table = bigger;
    }

    private static void put(@Nullable Entry[] table, Entry entry) {
        int mask = table.length - 1;
        int i = slot(entry.id, mask);
        while (table[i] != null) {
            i = (i + 1) & mask;
        }
        table[i] = entry;
    }

    private static int slot(long id, int mask) {
        long mixed = id * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & mask;
    }
}
