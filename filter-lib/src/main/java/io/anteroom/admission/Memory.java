// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** The numbers of the last requests that ended: a command that arrives twice must not begin one of them again. */
final class Memory {
    private final long[] ring;
    private final Set<Long> known = new HashSet<>();
    private int next;

    /** @param size how many to remember; 0 where no command can arrive twice */
    Memory(int size) {
        ring = new long[size];
    }

    void add(long id) {
        if (ring.length == 0) {
            return;
        }
        if (known.size() == ring.length) {
            known.remove(ring[next]);
        }
        if (known.add(id)) {
            ring[next] = id;
            next = (next + 1) % ring.length;
        }
    }

    /** Forgets one, because a node says that it lives. */
    void remove(long id) {
        if (contains(id)) {
            long[] kept = inOrder();
            known.clear();
            next = 0;
            for (long one : kept) {
                if (one != id) {
                    add(one);
                }
            }
        }
    }

    /** From the oldest on. */
    private long[] inOrder() {
        long[] ids = new long[known.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ring[Math.floorMod(next - ids.length + i, ring.length)];
        }
        return ids;
    }

    boolean contains(long id) {
        return ring.length > 0 && known.contains(id);
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(ring.length);
        long[] ids = inOrder();
        out.writeInt(ids.length);
        for (long id : ids) {
            out.writeLong(id);
        }
    }

    static Memory load(DataInput in) throws IOException {
        Memory memory = new Memory(in.readInt());
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            memory.add(in.readLong());
        }
        return memory;
    }
}
