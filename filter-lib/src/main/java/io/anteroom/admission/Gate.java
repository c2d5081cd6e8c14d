// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rules: who is admitted, who waits, who is refused, shed or expired. */
final class Gate {
    private final PoolState state;
    private final Ranking ranking = new Ranking();
    private final Refusals refusals;
    private final Absences absences;

    Gate(PoolState state) {
        this.state = state;
        this.refusals = new Refusals(state);
        this.absences = new Absences(state, refusals);
    }

    Absences absences() {
        return absences;
    }

    static Consumer<Effect> noting(@Nullable String note, Consumer<Effect> effects) {
        return effect -> effects.accept(
                effect instanceof Effect.Ended ended && note != null
                        ? new Effect.Ended(
                                ended.ticket(), ended.node(), ended.refusal().withNote(note))
                        : effect);
    }

    Decision arrive(long ticket, String node, Arrival arrival, Consumer<Effect> effects) {
        Party key = state.keyOf(arrival.caller());
        Party ip = state.ips.get(arrival.caller().ip());
        admitWaiting(effects);
        Entry entry = new Entry(
                ticket,
                PoolState.flowOf(key, arrival.priority()),
                ip,
                node,
                state.nextSeq(),
                state.nowNanos,
                cost(arrival, key),
                arrival);
        if (mayRunNow(entry)) {
            state.add(entry);
            state.run(entry, false, state.nowNanos);
            state.tally.admitted++;
            return new Decision.Admitted(ticket);
        }
        Refusal refusal = takeIntoQueue(entry, arrival, effects);
        if (refusal != null) {
            state.tally.refused[refusal.code().ordinal()]++;
            state.keys.releaseIfUnused(key);
            state.ips.releaseIfUnused(ip);
            return new Decision.Refused(refusal);
        }
        state.tally.queued++;
        if (entry.held) {
            // A free slot is not its own: those behind it are to find its turn passed over.
            admitWaiting(effects);
        }
        return new Decision.Queued(ticket, entry.initialPosition);
    }

    private long cost(Arrival arrival, Party key) {
        Duration told = arrival.cost();
        return told == null ? state.estimator.expectedMicros(key) : Math.max(1, told.toNanos() / 1000);
    }

    /** Nobody eligible waits while a slot is free, so a newcomer with a free slot overtakes only those held back. */
    private boolean mayRunNow(Entry entry) {
        return !entry.held
                && state.mode == PoolMode.OPEN
                && state.running < state.slots()
                && entry.flow.waiting == 0
                && state.holderOf(entry) == null;
    }

    private @Nullable Refusal takeIntoQueue(Entry entry, Arrival arrival, Consumer<Effect> effects) {
        if (state.mode == PoolMode.DRAINING || state.mode == PoolMode.CLOSED) {
            return refusals.shuttingDown(entry);
        }
        state.estimator.place(entry, state, ranking);
        Refusal refusal = refusedByLimit(entry, arrival);
        if (refusal == null) {
            refusal = refusedByWait(entry);
        }
        if (refusal == null) {
            refusal = makeRoom(entry, arrival, effects);
        }
        if (refusal == null) {
            state.add(entry);
            state.wait(entry);
            entry.initialPosition = Math.min(entry.initialPosition, state.line.waiting);
        }
        return refusal;
    }

    private @Nullable Refusal refusedByLimit(Entry entry, Arrival arrival) {
        if (!arrival.mayQueue() || state.longestWaitNanos(entry) == 0) {
            return refusals.refuse(entry, Refusal.Code.NO_SLOT, state.slots());
        }
        int perKey = state.limitsOf(entry.flow.key).maxWaiting();
        if (entry.flow.key.waiting >= perKey) {
            return refusals.keyFull(entry, perKey);
        }
        int perIp = state.settings.perIp().maxWaiting();
        if (entry.ip.waiting >= perIp) {
            return refusals.ipFull(entry, perIp);
        }
        int perLevel = state.settings.level(entry.flow.priority).maxWaiting();
        if (state.line.levelOf(entry.flow).waiting >= perLevel) {
            return refusals.levelFull(entry, perLevel);
        }
        return null;
    }

    /** Where nobody waits nobody is refused early: an estimate that went wrong must be found out by somebody. */
    private @Nullable Refusal refusedByWait(Entry entry) {
        long longest = state.longestWaitNanos(entry);
        state.estimator.announce(entry, longest);
        long likely = state.estimator.medianNanos(entry);
        boolean refuses = state.settings.earlyRefusal() && state.line.levelOf(entry.flow).waiting > 0;
        return refuses && likely > longest ? refusals.tooLong(entry, likely, longest) : null;
    }

    /** Sheds until the newcomer fits, if the settings say so; nobody is shed in vain. */
    private @Nullable Refusal makeRoom(Entry entry, Arrival arrival, Consumer<Effect> effects) {
        Line line = state.line;
        int most = state.settings.maxWaiting();
        OnFull onFull = arrival.onFull() == null ? state.settings.onFull() : arrival.onFull();
        boolean shed = onFull == OnFull.SHED_LOWEST && most > 0;
        boolean sheds = line.waiting >= most;
        Entry victim = shed ? victimFor(entry) : null;
        if (sheds && victim == null) {
            return refusals.refuse(entry, Refusal.Code.QUEUE_FULL, most);
        }
        if (lacksBytes(entry) && !(shed && lowerBytes(entry) >= entry.bytes)) {
            return refusals.refuse(entry, Refusal.Code.QUEUE_BYTES_FULL, state.settings.maxWaitingBytes());
        }
        // One for one: a queue that a lowered limit left over-full drains by itself, no newcomer clears it.
        sheds |= lacksBytes(entry);
        while (sheds && victim != null) {
            refuseWaiting(victim, Refusal.Code.SHED, most, effects);
            sheds = lacksBytes(entry);
            victim = victimFor(entry);
        }
        return null;
    }

    private boolean lacksBytes(Entry entry) {
        return state.lacksBytes(entry.bytes);
    }

    /** The bytes that shedding every lower level would leave free. */
    private long lowerBytes(Entry entry) {
        long free = state.settings.maxWaitingBytes() - state.line.waitingBytes;
        for (int i = entry.flow.priority.ordinal() + 1; i < Priority.COUNT; i++) {
            free += state.line.levels[i].waitingBytes;
        }
        return free;
    }

    /** The newest of the longest flow in the lowest level, if it is lower than the newcomer's or clearly longer. */
    private @Nullable Entry victimFor(Entry newcomer) {
        for (int i = Priority.COUNT - 1; i >= newcomer.flow.priority.ordinal(); i--) {
            Flow longest = state.line.levels[i].longest.first();
            if (longest == null) {
                continue;
            }
            boolean lower = i > newcomer.flow.priority.ordinal();
            return lower || longest.waiting > newcomer.flow.waiting + 1 ? longest.last : null;
        }
        return null;
    }

    /** Lets those in who may run, in order. */
    void admitWaiting(Consumer<Effect> effects) {
        while (state.line.waiting > 0
                && state.running < state.slots()
                && (state.mode == PoolMode.OPEN || state.mode == PoolMode.DRAINING)) {
            Entry returned = state.line.aside.next();
            if (returned != null) {
                admitReturned(returned, effects);
                continue;
            }
            Flow flow = state.line.next(state);
            if (flow == null) {
                return;
            }
            Entry head = flow.head();
            if (!head.canRun()) {
                absences.passOver(head);
                if (head.deadlineNanos <= state.nowNanos) {
                    giveUp(head, effects);
                }
            } else {
                grant(head, effects);
            }
        }
    }

    /** Whoever was passed over is first; one whose key or address runs as many as it may waits in its flow again. */
    private void admitReturned(Entry entry, Consumer<Effect> effects) {
        if (state.holderOf(entry) == null) {
            grant(entry, effects);
        } else {
            state.line.putBack(entry, state);
        }
    }

    private void grant(Entry entry, Consumer<Effect> effects) {
        if (!entry.isAside()) {
            state.estimator.observeAdmitted(entry, state.nowNanos - entry.arrivedNanos);
        }
        state.run(entry, true, state.nowNanos);
        state.tally.admitted++;
        effects.accept(granted(entry));
    }

    private static Effect granted(Entry entry) {
        Duration waited = Duration.ofNanos(entry.admittedNanos - entry.arrivedNanos);
        return new Effect.Granted(entry.id, entry.node, waited, entry.initialPosition);
    }

    /** Ends what is due; whether anything was. */
    boolean expire(Consumer<Effect> effects) {
        boolean any = false;
        for (Entry due = state.deadlines.first();
                due != null && due.deadlineNanos <= state.nowNanos;
                due = state.deadlines.first()) {
            any = true;
            if (due.held && due.heldUntilNanos <= state.nowNanos) {
                absences.letGo(due);
            } else if (due.running) {
                takeBack(due, effects);
            } else {
                giveUp(due, effects);
            }
        }
        return any;
    }

    private void takeBack(Entry due, Consumer<Effect> effects) {
        boolean isReserved = due.isReserved();
        state.end(due);
        if (isReserved) {
            state.tally.lapsed++;
        } else {
            state.tally.leasesExpired++;
        }
        effects.accept(new Effect.LeaseExpired(due.id, due.node));
    }

    private void giveUp(Entry due, Consumer<Effect> effects) {
        if (!due.isAside()) {
            state.estimator.observeGivenUp(due, state.nowNanos - due.arrivedNanos);
        }
        boolean isTooLong = state.waitEnd(due) <= state.nowNanos;
        refuseWaiting(due, isTooLong ? Refusal.Code.WAIT_TIMEOUT : Refusal.Code.ABSENT, 0, effects);
    }

    void refuseAllWaiting(Consumer<Effect> effects) {
        Entry[] all = state.entries.toArray();
        Arrays.sort(all, Entry.BY_ARRIVAL);
        for (Entry entry : all) {
            if (!entry.running) {
                refuseWaiting(entry, Refusal.Code.SHUTTING_DOWN, 0, effects);
            }
        }
    }

    void refuseWaiting(Entry entry, Refusal.Code code, long limit, Consumer<Effect> effects) {
        state.leave(entry);
        state.tally.refused[code.ordinal()]++;
        Refusal refusal =
                code == Refusal.Code.SHUTTING_DOWN ? refusals.shuttingDown(entry) : refusals.refuse(entry, code, limit);
        effects.accept(new Effect.Ended(entry.id, entry.node, refusal));
    }

    void move(Entry entry, Priority priority) {
        Entry moved = new Entry(
                entry.id,
                PoolState.flowOf(entry.flow.key, priority),
                entry.ip,
                entry.node,
                entry.seq,
                entry.arrivedNanos,
                entry.costMicros,
                entry.ownWaitNanos,
                entry.bytes,
                entry.batch);
        state.estimator.place(moved, state);
        moved.initialPosition = entry.initialPosition;
        moved.away = entry.away;
        moved.awayUntilNanos = entry.awayUntilNanos;
        moved.graceNanos = entry.graceNanos;
        moved.claimNanos = entry.claimNanos;
        moved.held = entry.held;
        moved.heldUntilNanos = entry.heldUntilNanos;
        state.replace(entry, moved);
    }

    void register(String node, List<Registration> held, Consumer<Effect> effects) {
        Map<Long, Registration> told = new HashMap<>();
        held.forEach(registration -> told.put(registration.ticket(), registration));
        for (Entry entry : state.entries.ofNode(node)) {
            Registration registration = told.remove(entry.id);
            if (registration == null) {
                drop(entry);
            } else {
                agree(entry, registration, effects);
            }
        }
        for (Registration registration : held) {
            if (told.remove(registration.ticket()) == null) {
                continue;
            }
            Entry known = state.entries.find(registration.ticket());
            if (known == null) {
                takeIn(node, registration);
            } else if (registration.isAttended()) {
                // It took that over, and this state has forgotten so: the other node had let it go before.
                known.node = node;
                agree(known, registration, effects);
            }
        }
    }

    private void agree(Entry entry, Registration registration, Consumer<Effect> effects) {
        if (entry.running && !registration.isRunning()) {
            effects.accept(granted(entry));
        } else if (!entry.running && registration.isRunning()) {
            absences.register(entry, registration);
            state.run(entry, true, state.nowNanos - registration.ran().toNanos());
            state.tally.admitted++;
        }
        absences.register(entry, registration);
    }

    private void drop(Entry entry) {
        if (entry.running) {
            state.end(entry);
            state.tally.released++;
        } else {
            state.leave(entry);
            state.tally.abandoned++;
        }
    }

    private void takeIn(String node, Registration registration) {
        Arrival arrival = registration.arrival();
        Party key = state.keyOf(arrival.caller());
        long ago = registration.waited().plus(registration.ran()).toNanos();
        long arrived = state.nowNanos - ago;
        Entry entry = new Entry(
                registration.ticket(),
                PoolState.flowOf(key, arrival.priority()),
                state.ips.get(arrival.caller().ip()),
                node,
                arrived,
                arrived,
                cost(arrival, key),
                arrival);
        state.memory.remove(entry.id);
        state.estimator.place(entry, state);
        state.add(entry);
        if (registration.isRunning()) {
            state.run(entry, false, state.nowNanos - registration.ran().toNanos());
            state.tally.admitted++;
        } else {
            state.wait(entry);
            state.tally.queued++;
        }
        absences.register(entry, registration);
    }
}
