// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Registration;
import java.time.Duration;

/** What the world knows of one of its requests, independently of the machine. */
final class SimRequest {
    final long ticket;
    String node;
    final long arrivedNanos;
    Arrival arrival;
    boolean isRunning;
    long admittedNanos;
    Absence absence;
    long leftNanos;
    /** Its node has let it go, for another to take it over. */
    boolean isLetGo;

    SimRequest(long ticket, String node, Arrival arrival, long nowNanos) {
        this.ticket = ticket;
        this.node = node;
        this.arrival = arrival;
        this.arrivedNanos = nowNanos;
    }

    /** Its caller is gone, or back if there is no absence. */
    void leave(Absence absence, long nowNanos) {
        this.absence = absence;
        leftNanos = nowNanos;
    }

    /** Whether another node may take it over: nobody is at it. */
    boolean mayBeLetGo() {
        return isRunning ? isReserved() : absence != null;
    }

    /** Its caller is there, at whatever node. */
    void isTaken(long bytes, long nowNanos) {
        isLetGo = false;
        claim();
        if (!isRunning) {
            leave(null, nowNanos);
            sends(bytes);
        }
    }

    void sends(long bytes) {
        arrival = arrival.withBytes(bytes);
    }

    boolean isReserved() {
        return arrival.claimWithin() != null;
    }

    void claim() {
        Arrival a = arrival;
        arrival = new Arrival(
                a.caller(),
                a.priority(),
                a.longestWait(),
                a.bytes(),
                a.cost(),
                a.onFull(),
                a.mayQueue(),
                a.batch(),
                null,
                a.notBefore());
    }

    SimRequest run(long nowNanos) {
        isRunning = true;
        admittedNanos = nowNanos;
        return this;
    }

    long dueNanos() {
        Duration cost = arrival.cost();
        return admittedNanos + (cost == null ? 0 : cost.toNanos());
    }

    long longestWaitNanos(PoolSettings settings) {
        Duration own = arrival.longestWait();
        return (own == null ? settings.level(arrival.priority()).longestWait() : own).toNanos();
    }

    long notBeforeNanos() {
        Duration notBefore = arrival.notBefore();
        return notBefore == null ? 0 : notBefore.toNanos();
    }

    Registration registration(long nowNanos) {
        Duration waited = Duration.ofNanos((isRunning ? admittedNanos : nowNanos) - arrivedNanos);
        Duration ran = isRunning ? Duration.ofNanos(nowNanos - admittedNanos) : Duration.ZERO;
        return new Registration(ticket, arrival, waited, isRunning, ran, isRunning ? null : absence);
    }
}
