// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One request that waits or runs. */
final class Entry extends Ranked {
    static final long NO_TURN = 0;
    static final long CLAIMED = -1;
    static final Comparator<Entry> BY_ARRIVAL = (one, other) -> one == other ? 0 : one.isBefore(other) ? -1 : 1;

    final long id;
    final Flow flow;
    final Party ip;
    /** The name of the node that holds its connection. */
    String node;

    final long arrivedNanos;
    final @Nullable String batch;
    /** What its body takes; nothing while its caller is away, because a refused request keeps no body. */
    long bytes;
    /** Its own longest wait in nanoseconds, or -1 for its level's. */
    final long ownWaitNanos;

    boolean running;
    /** Waits without a caller, until {@link #awayUntilNanos} at the latest. */
    boolean away;

    long awayUntilNanos;
    /** How long it stays first once its turn has come while it was away. */
    long graceNanos;
    /** The number of the turn at which it was passed over, or {@link #NO_TURN}. */
    long turn = NO_TURN;

    int readyPlace = IndexedHeap.ABSENT;
    /** May not run yet: not before {@link #heldUntilNanos}. */
    boolean held;

    long heldUntilNanos;
    /** How long its slot stays reserved from admission on until it is claimed, or -1 once it is, or needs not be. */
    long claimNanos = CLAIMED;

    /** End of the wait, of the reservation or of the longest run. */
    long deadlineNanos;

    int deadlinePlace = IndexedHeap.ABSENT;
    long admittedNanos;

    @Nullable Entry previous;

    int initialPosition;
    /** What the estimator made of the work ahead on arrival, before calibration; nanoseconds. */
    long rawWaitNanos;
    /** What a request cost on average when that was made of it; microseconds. */
    long rawMeanMicros;
    /** Place among the waiting of its own flow on arrival, for the calibration's bucket. */
    int placeInFlow;

    /** The range announced on arrival, in nanoseconds; both 0 if none was. */
    long lowNanos;

    long highNanos;

    /** What its flow and its group had been lifted by when they were charged for it, and in which era; see Group. */
    long flowLifted;

    long groupLifted;
    int era;

    Entry(long id, Flow flow, Party ip, String node, long seq, long arrivedNanos, long costMicros, Arrival arrival) {
        this(id, flow, ip, node, seq, arrivedNanos, costMicros, ownWait(arrival), arrival.bytes(), arrival.batch());
        Duration claimWithin = arrival.claimWithin();
        if (claimWithin != null) {
            claimNanos = claimWithin.toNanos();
        }
        Duration notBefore = arrival.notBefore();
        if (notBefore != null && !notBefore.isZero()) {
            held = true;
            heldUntilNanos = arrivedNanos + notBefore.toNanos();
        }
    }

    Entry(
            long id,
            Flow flow,
            Party ip,
            String node,
            long seq,
            long arrivedNanos,
            long costMicros,
            long ownWaitNanos,
            long bytes,
            @Nullable String batch) {
        super(seq, costMicros);
        this.id = id;
        this.flow = flow;
        this.ip = ip;
        this.node = node;
        this.arrivedNanos = arrivedNanos;
        this.ownWaitNanos = ownWaitNanos;
        this.bytes = bytes;
        this.batch = batch;
    }

    /** Whether it arrived before {@code other}; the number decides between two that nodes registered for one moment. */
    boolean isBefore(Entry other) {
        return seq != other.seq ? seq < other.seq : id < other.id;
    }

    /** Whether its turn came and it was passed over: it stands in {@link Aside}, not in its flow. */
    boolean isAside() {
        return turn != NO_TURN;
    }

    /** Whether it could use a slot now: its caller is there, and nothing but a slot is missing. */
    boolean canRun() {
        return !away && !held;
    }

    /** Whether it has a slot, or will have one, that nobody has claimed yet. */
    boolean isReserved() {
        return claimNanos != CLAIMED;
    }

    private static long ownWait(Arrival arrival) {
        return arrival.longestWait() == null ? -1 : arrival.longestWait().toNanos();
    }
}
