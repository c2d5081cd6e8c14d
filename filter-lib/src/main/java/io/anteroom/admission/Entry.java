// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One request that waits or runs. */
final class Entry {
    static final Comparator<Entry> BY_ARRIVAL = (one, other) -> one == other ? 0 : one.isBefore(other) ? -1 : 1;

    final long id;
    final Flow flow;
    final Party ip;
    final Node node;
    /** Order of arrival: the time of arrival, raised where two would share one. */
    final long seq;

    final long arrivedNanos;
    final @Nullable String batch;
    final long bytes;
    /** What it is expected to cost, and what its flow has been charged for it once it runs; microseconds of a slot. */
    final long costMicros;
    /** Its own longest wait in nanoseconds, or -1 for its level's. */
    final long ownWaitNanos;

    boolean running;
    /** End of the wait, or of the longest run. */
    long deadlineNanos;

    int deadlinePlace = IndexedHeap.ABSENT;
    long admittedNanos;

    @Nullable Entry next;

    @Nullable Entry previous;

    @Nullable Entry nextOfNode;

    @Nullable Entry previousOfNode;

    int initialPosition;
    /** What the estimator made of the work ahead on arrival, before calibration; nanoseconds. */
    long rawWaitNanos;
    /** Place among the waiting of its own flow on arrival, for the calibration's bucket. */
    int placeInFlow;

    /** The range announced on arrival, in nanoseconds; both 0 if none was. */
    long lowNanos;

    long highNanos;

    /** What its flow and its group had been lifted by when they were charged for it, and in which era; see Group. */
    long flowLifted;

    long groupLifted;
    int era;

    /** Set by the last pass of {@link Ranking}. */
    int position;

    long aheadMicros;
    int passPlaceInFlow;

    Entry(long id, Flow flow, Party ip, Node node, long seq, long arrivedNanos, long costMicros, Arrival arrival) {
        this(id, flow, ip, node, seq, arrivedNanos, costMicros, ownWait(arrival), arrival.bytes(), arrival.batch());
    }

    Entry(
            long id,
            Flow flow,
            Party ip,
            Node node,
            long seq,
            long arrivedNanos,
            long costMicros,
            long ownWaitNanos,
            long bytes,
            @Nullable String batch) {
        this.id = id;
        this.flow = flow;
        this.ip = ip;
        this.node = node;
        this.seq = seq;
        this.arrivedNanos = arrivedNanos;
        this.costMicros = costMicros;
        this.ownWaitNanos = ownWaitNanos;
        this.bytes = bytes;
        this.batch = batch;
    }

    /** Whether it arrived before {@code other}; the number decides between two that nodes registered for one moment. */
    boolean isBefore(Entry other) {
        return seq != other.seq ? seq < other.seq : id < other.id;
    }

    private static long ownWait(Arrival arrival) {
        return arrival.longestWait() == null ? -1 : arrival.longestWait().toNanos();
    }
}
