// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.BucketStore.Claim;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Buckets by limit and subject. A chained hash table whose links are the buckets themselves, because a bucket is small
 * and there are many: an entry of the JDK's maps, and a key to ask for it, would weigh as much again. Not thread-safe.
 */
final class MeterTable {
    private static final int SMALLEST = 16;

    private @Nullable Meter[] chains = new Meter[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    @Nullable Meter find(Claim claim) {
        Meter meter = chains[claim.hash() & (chains.length - 1)];
        while (meter != null && !meter.isOf(claim)) {
            meter = meter.next;
        }
        return meter;
    }

    /** Adds one that is not there. */
    void add(Meter meter) {
        if (size >= chains.length) {
            resize(chains.length * 2);
        }
        link(meter);
        size++;
    }

    private void link(Meter meter) {
        int place = meter.hash & (chains.length - 1);
        meter.next = chains[place];
        chains[place] = meter;
    }

    /** Drops those that are full. */
    void sweep(long now) {
        @Nullable Meter[] before = chains;
        @Nullable Meter[] kept = Arrays.copyOf(before, before.length);
        Arrays.fill(before, null);
        size = 0;
        for (Meter chain : kept) {
            Meter meter = chain;
            while (meter != null) {
                Meter next = meter.next;
                if (!meter.isFull(now)) {
                    link(meter);
                    size++;
                }
                meter = next;
            }
        }
        if (size < chains.length / 8 && chains.length > SMALLEST) {
            resize(Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, size)) * 2));
        }
    }

    private void resize(int length) {
        @Nullable Meter[] before = chains;
        chains = new Meter[length];
        for (Meter chain : before) {
            Meter meter = chain;
            while (meter != null) {
                Meter next = meter.next;
                link(meter);
                meter = next;
            }
        }
    }
}
