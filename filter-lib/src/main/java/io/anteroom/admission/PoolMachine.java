// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pool as a deterministic state machine: commands and a time in, a decision and effects out. It has no clock,
 * thread, lock, I/O or randomness, so two machines that are fed the same commands are equal, and whoever owns one (a
 * lock, a Hazelcast entry, a simulator) owns the whole truth.
 *
 * <p>Commands are idempotent by the number of the request: an arrival that comes twice gets the same answer twice, a
 * second release does nothing. Times are nanoseconds of one clock of the owner's and never run backwards here: an
 * earlier time counts as the latest one seen. They lie between -2^62 and 2^62, so that they can be compared and
 * deadlines added to them; a clock that may begin anywhere, as {@link System#nanoTime()}, is counted from the owner's
 * own start, as {@link LocalPools} does. Each command costs O(log n) in the number of requests that it does not touch;
 * one that ends many costs that for each of them, and a key or address that leaves its running limit lets each flow in
 * that it held back.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class PoolMachine {
    private final PoolState state;
    private final Gate gate;
    private final Observatory observatory;

    /** An open pool with nobody in it. */
    public PoolMachine(PoolSettings settings) {
        this(settings, 0);
    }

    /**
     * An open pool with nobody in it.
     *
     * @param remembered how many ended requests it remembers, so that an arrival that comes again after its end is not
     *     taken for a new one; 0 where no command can arrive twice
     */
    public PoolMachine(PoolSettings settings, int remembered) {
        this(new PoolState(settings, remembered));
    }

    private PoolMachine(PoolState state) {
        this.state = state;
        this.gate = new Gate(state);
        this.observatory = new Observatory(state);
    }

    /**
     * A request asks for a slot.
     *
     * @param ticket its number, unique in the pool
     * @param node the node that holds its connection
     * @param effects told what became of others
     */
    public Decision arrive(long ticket, String node, Arrival arrival, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry known = state.entries.find(ticket);
        if (known != null) {
            return known.running ? new Decision.Admitted(ticket) : new Decision.Queued(ticket, known.initialPosition);
        }
        if (state.memory.contains(ticket)) {
            return new Decision.Over();
        }
        return gate.arrive(ticket, node, arrival, effects);
    }

    /** A running request has ended. False if it does not run: it has been released before, or never ran. */
    public boolean release(long ticket, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = state.entries.find(ticket);
        if (entry == null || !entry.running) {
            return false;
        }
        state.end(entry);
        state.tally.released++;
        gate.admitWaiting(effects);
        return true;
    }

    /** The caller of a waiting request left. False if it does not wait. */
    public boolean abandon(long ticket, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = waiting(ticket);
        if (entry == null) {
            return false;
        }
        state.estimator.observeGivenUp(entry, state.nowNanos - entry.arrivedNanos);
        state.leave(entry);
        state.tally.abandoned++;
        gate.admitWaiting(effects);
        return true;
    }

    /**
     * The caller of a waiting request leaves and means to come back: its place is kept. It stays in line; when its turn
     * comes while nobody is there others go on, and it stays first for a short grace, after which it ends with
     * {@link Refusal.Code#ABSENT}.
     *
     * @return whether the place is kept; false if the request does not wait, or if as many are away as may be
     */
    public boolean keep(long ticket, Absence absence, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = waiting(ticket);
        return entry != null && gate.absences().keep(entry, absence);
    }

    /**
     * A caller is back at the place that was kept for it. One whose turn has come meanwhile is the next; if it is let
     * in at once, that too is told as an effect.
     *
     * @param bytes what its body takes while it waits on
     * @return {@link Decision.Queued}, or {@link Decision.Admitted} if it runs already, {@link Decision.Refused} if the
     *     body is one too many, which leaves the place as it is, or {@link Decision.Over} if the place is gone
     */
    public Decision rejoin(long ticket, long bytes, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = state.entries.find(ticket);
        if (entry == null) {
            return new Decision.Over();
        }
        if (entry.running) {
            return new Decision.Admitted(ticket);
        }
        Refusal refusal = gate.absences().rejoin(entry, bytes);
        if (refusal != null) {
            state.tally.refused[refusal.code().ordinal()]++;
            return new Decision.Refused(refusal);
        }
        gate.admitWaiting(effects);
        return new Decision.Queued(ticket, entry.initialPosition);
    }

    /** Somebody has come for a reserved slot; false if that request does not run, or no longer does. */
    public boolean claim(long ticket, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = state.entries.find(ticket);
        if (entry == null || !entry.running) {
            return false;
        }
        if (entry.isReserved()) {
            state.claim(entry);
        }
        return true;
    }

    /** Another node takes over a kept place or a reserved slot, to which somebody has come; as {@link #rejoin}. */
    public Decision adopt(long ticket, String node, long bytes, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        boolean isThere = gate.absences().moveTo(node, ticket);
        return isThere ? rejoin(ticket, bytes, nowNanos, effects) : new Decision.Over();
    }

    /** An operator ends a wait. False if that request does not wait. */
    public boolean cancel(long ticket, long nowNanos, Consumer<Effect> effects) {
        return cancel(ticket, null, nowNanos, effects);
    }

    /** An operator ends a wait, and says why. False if that request does not wait. */
    public boolean cancel(long ticket, @Nullable String note, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = waiting(ticket);
        if (entry == null) {
            return false;
        }
        gate.refuseWaiting(entry, Refusal.Code.CANCELLED, 0, Gate.noting(note, effects));
        gate.admitWaiting(effects);
        return true;
    }

    /**
     * Moves a waiting request to another level, where it stands by its moment of arrival. False if it does not wait.
     */
    public boolean move(long ticket, Priority priority, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        Entry entry = waiting(ticket);
        if (entry == null) {
            return false;
        }
        if (entry.flow.priority != priority) {
            gate.move(entry, priority);
            gate.expire(effects);
            gate.admitWaiting(effects);
        }
        return true;
    }

    /** Time has passed: ends the waits and takes back the leases that are due by {@code nowNanos}. */
    public void tick(long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        gate.admitWaiting(effects);
    }

    /** When {@link #tick} has something to do, or {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineNanos() {
        Entry first = state.deadlines.first();
        return first == null ? Long.MAX_VALUE : first.deadlineNanos;
    }

    /** Takes new settings; see {@link Pool#configure}. */
    public void configure(PoolSettings settings, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        state.configure(settings);
        gate.expire(effects);
        gate.admitWaiting(effects);
    }

    /** Holds, resumes, drains or closes; see {@link PoolMode}. */
    public void mode(PoolMode mode, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        state.mode = mode;
        if (mode == PoolMode.CLOSED) {
            gate.refuseAllWaiting(effects);
        }
        gate.admitWaiting(effects);
    }

    /**
     * How many of the slots may be used from now on, for what is known of the backends; see {@link Pool#limitSlots}.
     *
     * @throws IllegalArgumentException if {@code most} is less than 1
     */
    public void limitSlots(int most, long nowNanos, Consumer<Effect> effects) {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: at least 1)");
        }
        begin(nowNanos, effects);
        state.slotLimit = most;
        gate.admitWaiting(effects);
    }

    /** A node is gone: its places are given up and its slots are free. */
    public void nodeLost(String node, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        for (Entry entry : state.entries.ofNode(node)) {
            if (entry.running) {
                state.end(entry);
                state.tally.released++;
            } else {
                state.leave(entry);
                state.tally.refused[Refusal.Code.NODE_LOST.ordinal()]++;
            }
        }
        gate.admitWaiting(effects);
    }

    /**
     * A node cannot be heard and may be alive all the same: its places are given up, while its slots stay taken until
     * it is {@linkplain #nodeLost lost} or {@linkplain #register tells} what it holds.
     *
     * @param untold requests of it that were let in without its knowing: their slots are free
     * @return how many of its requests run
     */
    public int nodeSilent(String node, Set<Long> untold, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        int running = 0;
        for (Entry entry : state.entries.ofNode(node)) {
            if (!entry.running) {
                state.leave(entry);
                state.tally.refused[Refusal.Code.NODE_LOST.ordinal()]++;
            } else if (untold.contains(entry.id)) {
                state.revoke(entry);
            } else {
                running++;
            }
        }
        gate.admitWaiting(effects);
        return running;
    }

    /**
     * A node tells everything that it holds, which is the truth about its requests: what is missing here is taken in
     * regardless of limits (over-full pools drain), what is here but not told is dropped, and a place keeps its moment
     * of arrival. Grants that the node has not heard of are told again. What another node holds here stays so, but for
     * a request at which somebody is by what this one says: it took that over.
     */
    public void register(String node, List<Registration> held, long nowNanos, Consumer<Effect> effects) {
        begin(nowNanos, effects);
        gate.register(node, held, effects);
        if (state.mode == PoolMode.CLOSED) {
            gate.refuseAllWaiting(effects);
        }
        gate.expire(effects);
        gate.admitWaiting(effects);
    }

    /** The settings. */
    public PoolSettings settings() {
        return state.settings;
    }

    /** What an operator has told it. */
    public PoolMode mode() {
        return state.mode;
    }

    /** Whether a request runs. */
    public boolean isRunning(long ticket) {
        Entry entry = state.entries.find(ticket);
        return entry != null && entry.running;
    }

    /** Whether a request waits whose caller is away. */
    public boolean isAway(long ticket) {
        Entry entry = waiting(ticket);
        return entry != null && entry.away;
    }

    /** How many run. */
    public int running() {
        return state.running;
    }

    /** How many of those who wait are away. */
    public int away() {
        return state.line.away;
    }

    /** How many wait, those who are away among them. */
    public int waiting() {
        return state.line.waiting;
    }

    /**
     * Gives every waiting request its position and the work ahead of it, in one pass of O(n log flows). {@link #status}
     * and {@link #list} read what the last pass found.
     */
    public void rank() {
        observatory.rank();
    }

    /** Where a request stands, or null if it does not wait. Its position is that of the last {@link #rank}. */
    public @Nullable QueueStatus status(long ticket, long nowNanos) {
        Entry entry = waiting(ticket);
        return entry == null ? null : observatory.status(entry, nowNanos);
    }

    /** The first {@code limit} who wait, in the order of the last {@link #rank}. */
    public List<WaitingTicket> list(int limit, long nowNanos) {
        return observatory.list(limit, nowNanos);
    }

    /** Figures. */
    public PoolSnapshot snapshot(long nowNanos) {
        return observatory.snapshot(nowNanos);
    }

    /** Writes everything, with a version first, so that {@link #load} makes an equal machine of it. */
    public void save(DataOutput out) throws IOException {
        MachineCodec.save(state, out);
    }

    /**
     * The machine that {@link #save} wrote.
     *
     * @throws IOException if it was not written by {@link #save}, or by a version that this one cannot read
     */
    public static PoolMachine load(DataInput in) throws IOException {
        return new PoolMachine(MachineCodec.load(in));
    }

    /** Equal for machines that will behave equally. O(n): for replicas to compare themselves now and then. */
    public long stateHash() {
        return MachineCodec.hash(state);
    }

    /** For the tests of this package, which recount it after every step. */
    PoolState state() {
        return state;
    }

    /** Nobody is admitted, moved or told of after the deadline, even if the timer is late. */
    private void begin(long nowNanos, Consumer<Effect> effects) {
        state.nowNanos = Math.max(state.nowNanos, nowNanos);
        if (gate.expire(effects)) {
            gate.admitWaiting(effects);
        }
    }

    private @Nullable Entry waiting(long ticket) {
        Entry entry = state.entries.find(ticket);
        return entry == null || entry.running ? null : entry;
    }

    /** How long a waiting request has waited by {@code nowNanos}, or by the latest command if that is later. */
    static Duration waited(PoolState state, Entry entry, long nowNanos) {
        return Duration.ofNanos(Math.max(state.nowNanos, nowNanos) - entry.arrivedNanos);
    }
}
