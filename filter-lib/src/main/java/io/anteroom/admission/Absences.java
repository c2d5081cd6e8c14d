// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * The rules for those who wait without being there: their place is kept for a while, their turn is passed over without
 * idling the slot, and whoever comes back after that is first.
 */
final class Absences {
    private final PoolState state;
    private final Refusals refusals;

    Absences(PoolState state, Refusals refusals) {
        this.state = state;
        this.refusals = refusals;
    }

    /** The caller goes and means to come back. False if as many are away as may be. */
    boolean keep(Entry entry, Absence absence) {
        if (entry.away) {
            return true;
        }
        if (state.line.away >= absence.most() || absence.hold().isZero()) {
            return false;
        }
        leave(entry, absence);
        state.tally.kept++;
        return true;
    }

    private void leave(Entry entry, Absence absence) {
        if (entry.isAside()) {
            state.line.aside.unready(entry);
        }
        entry.away = true;
        state.line.away++;
        entry.graceNanos = absence.grace().toNanos();
        long hold = entry.isAside()
                ? Math.min(absence.hold().toNanos(), entry.graceNanos)
                : absence.hold().toNanos();
        entry.awayUntilNanos = state.nowNanos + hold;
        state.line.setBytes(entry, 0);
        state.deadlineChanged(entry);
    }

    /** The turn of one that cannot run has come: it is first once it can, for its grace if it is away. */
    void passOver(Entry entry) {
        state.estimator.observeAdmitted(entry, state.nowNanos - entry.arrivedNanos);
        state.line.passOver(entry);
        state.rebaseIfDue();
        if (entry.away) {
            entry.awayUntilNanos = Math.min(entry.awayUntilNanos, state.nowNanos + entry.graceNanos);
            state.deadlineChanged(entry);
        }
    }

    /** One that could not run yet can from now on. */
    void letGo(Entry entry) {
        entry.held = false;
        if (entry.isAside() && entry.canRun()) {
            state.line.aside.ready(entry);
        }
        state.deadlineChanged(entry);
    }

    /**
     * The caller of a waiting entry is back.
     *
     * @param bytes what its body takes while it waits on
     * @return why not, or null; a refusal leaves its place as it is
     */
    @Nullable Refusal rejoin(Entry entry, long bytes) {
        if (!entry.away) {
            return null;
        }
        if (state.lacksBytes(bytes) && !mayRunNow(entry)) {
            return refusals.refuse(entry, Refusal.Code.QUEUE_BYTES_FULL, state.settings.maxWaitingBytes());
        }
        comeBack(entry, bytes);
        return null;
    }

    /** Somebody comes at another node to a kept place or a reserved slot. False if there is neither. */
    boolean moveTo(String node, long ticket) {
        Entry entry = state.entries.find(ticket);
        if (entry == null || !(entry.running ? entry.isReserved() : entry.away)) {
            return false;
        }
        entry.node = node;
        claim(entry);
        return true;
    }

    /** Somebody is there who will use its slot, now or when its turn comes. */
    private void claim(Entry entry) {
        if (entry.running) {
            state.claim(entry);
        } else {
            entry.claimNanos = Entry.CLAIMED;
        }
    }

    private void comeBack(Entry entry, long bytes) {
        entry.away = false;
        state.line.away--;
        state.line.setBytes(entry, bytes);
        if (entry.isAside() && entry.canRun()) {
            state.line.aside.ready(entry);
        }
        state.deadlineChanged(entry);
    }

    /** A node says whether somebody is there, which is the truth; limits are not asked. */
    void register(Entry entry, Registration registration) {
        Absence absence = registration.absence();
        if (entry.isReserved() && registration.arrival().claimWithin() == null) {
            claim(entry);
        }
        if (entry.running) {
            return;
        }
        if (absence == null && entry.away) {
            comeBack(entry, registration.arrival().bytes());
        } else if (absence != null && !entry.away) {
            leave(entry, absence);
        }
    }

    /** Whether one that was passed over finds a free slot; nobody else who could have it waits then. */
    boolean mayRunNow(Entry entry) {
        return entry.isAside()
                && !entry.held
                && state.running < state.slots()
                && (state.mode == PoolMode.OPEN || state.mode == PoolMode.DRAINING)
                && state.holderOf(entry) == null;
    }
}
