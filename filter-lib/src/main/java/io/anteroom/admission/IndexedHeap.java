// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A heap whose elements know their place, so that any of them can be moved or removed in O(log n). The subclass gives
 * the order, which must be total, and one int of each element to keep the place in (-1: not in the heap).
 *
 * <p>The ranks lie in an array of their own and each element has four below it: of 100,000 who wait few are in the
 * processor's cache, and comparing must not fetch them.
 */
abstract class IndexedHeap<T> {
    static final int ABSENT = -1;
    private static final int CHILDREN = 4;

    private @Nullable Object[] items = new Object[16];
    private long[] ranks = new long[16];
    private int size;

    /** What orders the element: the least is first. */
    abstract long rankOf(T item);

    /** Decides between two of the same rank. */
    abstract boolean isBefore(T one, T other);

    abstract int placeOf(T item);

    abstract void setPlace(T item, int place);

    final int size() {
        return size;
    }

    final boolean isEmpty() {
        return size == 0;
    }

    final boolean contains(T item) {
        return placeOf(item) != ABSENT;
    }

    final @Nullable T first() {
        return size == 0 ? null : at(0);
    }

    /** The element at a place from 0 to size - 1, in no useful order but the first. */
    @SuppressWarnings("unchecked")
    final T at(int place) {
        T item = (T) items[place];
        if (item == null) {
            throw new IllegalStateException("nothing at " + place + " of " + size);
        }
        return item;
    }

    final void add(T item) {
        if (size == items.length) {
            resize(size * 2);
        }
        size++;
        up(item, rankOf(item), size - 1);
    }

    final void remove(T item) {
        int place = placeOf(item);
        if (place == ABSENT) {
            return;
        }
        setPlace(item, ABSENT);
        size--;
        T last = at(size);
        items[size] = null;
        if (place < size) {
            settle(last, ranks[size], place);
        }
        shrink();
    }

    /** To be called after what orders {@code item} has changed. */
    final void update(T item) {
        int place = placeOf(item);
        if (place != ABSENT) {
            settle(item, rankOf(item), place);
        }
    }

    private void settle(T item, long rank, int from) {
        if (up(item, rank, from) == from) {
            down(item, rank, from);
        }
    }

    private int up(T item, long rank, int from) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / CHILDREN;
            if (!goesBefore(item, rank, parent)) {
                break;
            }
            put(at(parent), ranks[parent], place);
            place = parent;
        }
        put(item, rank, place);
        return place;
    }

    private void down(T item, long rank, int from) {
        int place = from;
        for (int child = leastBelow(place); child < size; child = leastBelow(place)) {
            if (goesBefore(item, rank, child)) {
                break;
            }
            put(at(child), ranks[child], place);
            place = child;
        }
        put(item, rank, place);
    }

    /** The place of the first of those right below; {@code size} or more if there are none. */
    private int leastBelow(int place) {
        int least = CHILDREN * place + 1;
        int end = Math.min(size, least + CHILDREN);
        for (int child = least + 1; child < end; child++) {
            if (ranks[child] < ranks[least] || (ranks[child] == ranks[least] && isBefore(at(child), at(least)))) {
                least = child;
            }
        }
        return least;
    }

    private boolean goesBefore(T item, long rank, int place) {
        return rank != ranks[place] ? rank < ranks[place] : isBefore(item, at(place));
    }

    private void put(T item, long rank, int place) {
        items[place] = item;
        ranks[place] = rank;
        setPlace(item, place);
    }

    /** A burst must not keep its memory for ever. */
    private void shrink() {
        if (items.length > 1024 && size < items.length / 4) {
            resize(items.length / 2);
        }
    }

    private void resize(int length) {
        items = Arrays.copyOf(items, length);
        ranks = Arrays.copyOf(ranks, length);
    }
}
