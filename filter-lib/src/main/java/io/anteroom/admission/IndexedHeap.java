// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap whose elements know their place, so that any of them can be moved or removed in O(log n). The subclass
 * gives the order, which must be total, and one int of each element to keep the place in (-1: not in the heap).
 */
abstract class IndexedHeap<T> {
    static final int ABSENT = -1;

    private @Nullable Object[] items = new Object[16];
    private int size;

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
            items = Arrays.copyOf(items, size * 2);
        }
        size++;
        up(item, size - 1);
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
            up(last, place);
            down(last, placeOf(last));
        }
        shrink();
    }

    /** To be called after what orders {@code item} has changed. */
    final void update(T item) {
        int place = placeOf(item);
        if (place != ABSENT) {
            up(item, place);
            down(item, placeOf(item));
        }
    }

    private void up(T item, int from) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            T above = at(parent);
            if (!isBefore(item, above)) {
                break;
            }
            put(above, place);
            place = parent;
        }
        put(item, place);
    }

    private void down(T item, int from) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            T below = at(child);
            if (!isBefore(below, item)) {
                break;
            }
            put(below, place);
            place = child;
        }
        put(item, place);
    }

    private void put(T item, int place) {
        items[place] = item;
        setPlace(item, place);
    }

    /** A burst must not keep its memory for ever. */
    private void shrink() {
        if (items.length > 1024 && size < items.length / 4) {
            items = Arrays.copyOf(items, items.length / 2);
        }
    }
}
