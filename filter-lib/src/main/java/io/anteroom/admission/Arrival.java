// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks for a slot.
 *
 * @param caller whose it is
 * @param priority its level
 * @param longestWait how long it may wait, or null for its level's; at most a day
 * @param bytes what its buffered body takes while it waits
 * @param cost how long it will hold a slot, if somebody knows; null lets the pool learn it from the flow's past
 * @param onFull what to do when the queue is full, or null for the pool's answer
 * @param mayQueue whether it may wait at all
 * @param batch the batch that it belongs to, at most 256 characters, or null
 * @param claimWithin how long its slot is reserved once it has one, at most an hour: for a caller that does not wait
 *     but comes back to {@linkplain Lease#claim() claim} it; null for one that is there
 * @param notBefore how long it may not run yet, at most a day, because something else than a slot is not free for it:
 *     it has a place meanwhile, its turn is passed over, and others go on; null for one that may run now
 */
public record Arrival(
        Caller caller,
        Priority priority,
        @Nullable Duration longestWait,
        long bytes,
        @Nullable Duration cost,
        @Nullable OnFull onFull,
        boolean mayQueue,
        @Nullable String batch,
        @Nullable Duration claimWithin,
        @Nullable Duration notBefore) {

    /** Checks all bounds. */
    public Arrival {
        Bounds.check("bytes", bytes, 0, Long.MAX_VALUE);
        if (longestWait != null) {
            Bounds.check("longest-wait", longestWait, Bounds.LONGEST);
        }
        if (batch != null) {
            Bounds.check("batch length", batch.length(), 0, 256);
        }
        if (cost != null) {
            Bounds.check("cost", cost, Bounds.LONGEST);
        }
        if (claimWithin != null) {
            Bounds.check("claim-within", claimWithin, Duration.ofHours(1));
        }
        if (notBefore != null) {
            Bounds.check("not-before", notBefore, Bounds.LONGEST);
        }
    }

    /** An arrival with nothing special about it. */
    public static Arrival of(Caller caller, Priority priority) {
        return new Arrival(caller, priority, null, 0, null, null, true, null, null, null);
    }

    /** The same with its own longest wait. */
    public Arrival withLongestWait(Duration longestWait) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same with the size of its buffered body. */
    public Arrival withBytes(long bytes) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same with a known cost, the time that it will hold a slot. */
    public Arrival withCost(Duration cost) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same with its own answer to a full queue. */
    public Arrival withOnFull(OnFull onFull) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same for a caller that would rather be refused than wait. */
    public Arrival withoutQueueing() {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, false, batch, claimWithin, notBefore);
    }

    /** The same as part of a batch. */
    public Arrival withBatch(String batch) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same for a caller that comes back for its slot. */
    public Arrival withReservation(Duration claimWithin) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }

    /** The same for one that may not run yet. */
    public Arrival withNotBefore(Duration notBefore) {
        return new Arrival(caller, priority, longestWait, bytes, cost, onFull, mayQueue, batch, claimWithin, notBefore);
    }
}
