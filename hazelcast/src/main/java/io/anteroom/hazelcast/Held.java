// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Registration;
import io.anteroom.admission.Waiter;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request whose connection this node holds. Guarded by its pool's lock, but for the last standing. */
final class Held {
    final long id;
    Arrival arrival;
    Waiter waiter;
    State state = State.ASKING;

    private final long sinceNanos;
    private long admittedNanos;
    private @Nullable Absence absence;
    private long awaySinceNanos;
    /** Somebody is on the way back to it. */
    boolean isRejoining;
    /** Its caller, or whoever speaks for it, takes it or gives it up, and the cluster has not answered yet. */
    boolean isEnding;

    private volatile QueueStatus last;

    /** How far it has come. */
    enum State {
        /** The cluster has not answered. */
        ASKING,
        /** It waits. */
        WAITING,
        /** It has a slot. */
        RUNNING,
        /** It has ended. */
        OVER
    }

    Held(long id, Arrival arrival, Waiter waiter, long nowNanos) {
        this.id = id;
        this.arrival = arrival;
        this.waiter = waiter;
        this.sinceNanos = nowNanos;
        this.last = new QueueStatus(1, 1, 1, Optional.empty(), Duration.ZERO, QueueStatus.Limit.SLOTS);
    }

    void run(long nowNanos) {
        state = State.RUNNING;
        admittedNanos = nowNanos;
        absence = null;
    }

    /** Its reserved slot is its own now. */
    void claimed() {
        arrival = new Arrival(
                arrival.caller(),
                arrival.priority(),
                arrival.longestWait(),
                arrival.bytes(),
                arrival.cost(),
                arrival.onFull(),
                arrival.mayQueue(),
                arrival.batch(),
                null,
                arrival.notBefore());
    }

    void leaves(Absence kept, Waiter absent, long nowNanos) {
        absence = kept;
        awaySinceNanos = nowNanos;
        waiter = absent;
    }

    void comesBack(Waiter present, long bytes) {
        absence = null;
        waiter = present;
        arrival = arrival.withBytes(bytes);
    }

    /** Whether another node may take it over: nobody is at it here. */
    boolean mayBeLetGo() {
        boolean isAlone = state == State.RUNNING ? arrival.claimWithin() != null : isAway() && !isRejoining;
        return isAlone && !isEnding;
    }

    boolean isAway() {
        return absence != null;
    }

    Duration waited(long nowNanos) {
        return Duration.ofNanos(Math.max(0, (state == State.RUNNING ? admittedNanos : nowNanos) - sinceNanos));
    }

    QueueStatus last() {
        return last;
    }

    void last(QueueStatus status) {
        last = status;
    }

    /** What this node tells of it to whoever does not know it. */
    Registration registration(long nowNanos) {
        boolean isRunning = state == State.RUNNING;
        Duration ran = isRunning ? Duration.ofNanos(Math.max(0, nowNanos - admittedNanos)) : Duration.ZERO;
        return new Registration(id, arrival, waited(nowNanos), isRunning, ran, absenceLeft(nowNanos));
    }

    private @Nullable Absence absenceLeft(long nowNanos) {
        Absence kept = absence;
        if (kept == null) {
            return null;
        }
        Duration left = kept.hold().minusNanos(nowNanos - awaySinceNanos);
        return new Absence(left.isNegative() ? Duration.ZERO : left, kept.grace(), kept.most());
    }
}
