// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Everything a pool knows, and the four steps of a request through it: create, wait, run, end. Decides nothing. */
final class PoolState implements Limits {
    PoolSettings settings;
    PoolMode mode = PoolMode.OPEN;
    /** How many of the slots may be used, for what is known of the backends. */
    int slotLimit = Integer.MAX_VALUE;

    long nowNanos = Long.MIN_VALUE;
    long lastSeq = Long.MIN_VALUE;

    final Entries entries = new Entries();
    final Parties keys = new Parties(Party::key);
    final Parties ips = new Parties(Party::ip);
    final Line line;
    final IndexedHeap<Entry> deadlines = new Deadlines();
    final WaitEstimator estimator = new WaitEstimator();
    final Returns returns = new Returns();
    final Tally tally = new Tally();
    Memory memory;
    int running;

    PoolState(PoolSettings settings, int remembered) {
        this.settings = settings;
        this.line = new Line(settings);
        this.memory = new Memory(remembered);
    }

    /** How many may run now. */
    int slots() {
        return Math.min(settings.slots(), slotLimit);
    }

    /** A moment of arrival that no other request of this pool has. */
    long nextSeq() {
        lastSeq = Math.max(lastSeq + 1, nowNanos);
        return lastSeq;
    }

    /** The key of a caller, by its weight and limits of now; flows that a raised limit lets go are back in line. */
    Party keyOf(Caller caller) {
        Party key = keys.get(caller.key());
        if (key.weight != caller.weight()) {
            line.setWeight(key, caller.weight());
        }
        if (!Objects.equals(key.ownLimits, caller.limits())) {
            key.ownLimits = caller.limits();
            unparkBelowLimit(key);
        }
        return key;
    }

    static Flow flowOf(Party key, Priority priority) {
        Flow flow = key.flows[priority.ordinal()];
        if (flow == null) {
            flow = new Flow(key, priority);
            key.flows[priority.ordinal()] = flow;
        }
        return flow;
    }

    CallerLimits limitsOf(Party key) {
        CallerLimits own = key.ownLimits;
        return own == null ? settings.perKey() : own;
    }

    @Override
    public @Nullable Party holderOf(Entry head) {
        return holder(head.flow.key, head.ip);
    }

    /** The key or the IP address if it runs as many as it may, else null. */
    @Nullable Party holder(Party key, Party ip) {
        if (key.running >= limitsOf(key).maxRunning()) {
            return key;
        }
        return ip.running >= settings.perIp().maxRunning() ? ip : null;
    }

    /** Makes a new entry known. */
    void add(Entry entry) {
        keys.use(entry.flow.key);
        ips.use(entry.ip);
        entries.add(entry);
    }

    /** Puts a waiting entry into another flow of its key. */
    void replace(Entry entry, Entry moved) {
        line.remove(entry);
        deadlines.remove(entry);
        entries.remove(entry);
        add(moved);
        wait(moved);
    }

    void wait(Entry entry) {
        line.add(entry, this);
        entry.deadlineNanos = waitDeadline(entry);
        deadlines.add(entry);
    }

    private long waitDeadline(Entry entry) {
        long end = waitEnd(entry);
        end = entry.away ? Math.min(end, entry.awayUntilNanos) : end;
        return entry.held ? Math.min(end, entry.heldUntilNanos) : end;
    }

    /** When its longest wait is over, whether somebody is there or not. */
    long waitEnd(Entry entry) {
        return entry.arrivedNanos + longestWaitNanos(entry);
    }

    /** Whether the bodies of those who wait leave no room for so many bytes. */
    boolean lacksBytes(long bytes) {
        return bytes > 0 && settings.maxWaitingBytes() - line.waitingBytes < bytes;
    }

    /** To be called when an entry that waits has gone or come back. */
    void deadlineChanged(Entry entry) {
        entry.deadlineNanos = waitDeadline(entry);
        deadlines.update(entry);
    }

    /** Its own longest wait, or its level's. */
    long longestWaitNanos(Entry entry) {
        return entry.ownWaitNanos >= 0
                ? entry.ownWaitNanos
                : settings.level(entry.flow.priority).longestWait().toNanos();
    }

    /** Lets an entry run, whether it waited or has just come; a node may tell that it has run for a while. */
    void run(Entry entry, boolean waited, long admittedNanos) {
        if (entry.isAside()) {
            line.take(entry);
            deadlines.remove(entry);
        } else {
            line.charge(entry);
            if (waited) {
                line.remove(entry);
                deadlines.remove(entry);
            }
        }
        entry.running = true;
        entry.held = false;
        entry.admittedNanos = admittedNanos;
        entry.flow.key.running++;
        entry.ip.running++;
        line.levelOf(entry.flow).running++;
        running++;
        watch(entry);
        rebaseIfDue();
    }

    void rebaseIfDue() {
        if (line.isOverflowing()) {
            line.rebuild(settings, keys.inOrder());
        }
    }

    private void watch(Entry entry) {
        if (isWatched(entry)) {
            long longest = settings.longestRun().isZero()
                    ? Long.MAX_VALUE
                    : settings.longestRun().toNanos();
            entry.deadlineNanos =
                    entry.admittedNanos + (entry.isReserved() ? Math.min(longest, entry.claimNanos) : longest);
            deadlines.add(entry);
        }
    }

    /** Whether something happens to a running entry of which nothing is heard. */
    boolean isWatched(Entry entry) {
        return entry.isReserved() || !settings.longestRun().isZero();
    }

    /** Somebody has come for a reserved slot. */
    void claim(Entry entry) {
        entry.claimNanos = Entry.CLAIMED;
        deadlines.remove(entry);
        watch(entry);
    }

    /** A waiting entry goes without having run. */
    void leave(Entry entry) {
        line.remove(entry);
        deadlines.remove(entry);
        forget(entry);
    }

    /** A running entry has ended; its slot is free and its true cost is known. */
    void end(Entry entry) {
        long micros = Math.max(1, (nowNanos - entry.admittedNanos) / 1000);
        if (!entry.isReserved()) {
            estimator.observeCost(entry.flow.key, micros);
        }
        free(entry, micros);
    }

    /**
     * A running entry was let in and nobody has heard of it: it has had nothing, and says nothing of what others take.
     */
    void revoke(Entry entry) {
        tally.released++;
        free(entry, 1);
    }

    private void free(Entry entry, long micros) {
        Party key = entry.flow.key;
        deadlines.remove(entry);
        key.running--;
        entry.ip.running--;
        line.levelOf(entry.flow).running--;
        running--;
        line.correct(entry, micros);
        unparkBelowLimit(key);
        unparkBelowLimit(entry.ip);
        forget(entry);
    }

    /** Lets back in what {@code party} held back, if it may run again. */
    void unparkBelowLimit(Party party) {
        if (party.parked == null) {
            return;
        }
        int limit = party.flows.length > 0
                ? limitsOf(party).maxRunning()
                : settings.perIp().maxRunning();
        if (party.running < limit) {
            line.unpark(party);
        }
    }

    private void forget(Entry entry) {
        entries.remove(entry);
        keys.releaseIfUnused(entry.flow.key);
        ips.releaseIfUnused(entry.ip);
        memory.add(entry.id);
    }

    /** Takes new settings into everything that was derived from the old ones. */
    void configure(PoolSettings changed) {
        boolean waits = !changed.levels().equals(settings.levels());
        boolean runs = !changed.longestRun().equals(settings.longestRun());
        settings = changed;
        line.configure(changed, keys.inOrder());
        if (waits || runs) {
            for (Entry entry : entries.toArray()) {
                if (entry.running) {
                    deadlines.remove(entry);
                    watch(entry);
                } else {
                    deadlineChanged(entry);
                }
            }
        }
        for (Party key : keys.inOrder()) {
            unparkBelowLimit(key);
        }
        for (Party ip : ips.inOrder()) {
            unparkBelowLimit(ip);
        }
    }

    static final class Deadlines extends IndexedHeap<Entry> {
        @Override
        long rankOf(Entry entry) {
            return entry.deadlineNanos;
        }

        @Override
        boolean isBefore(Entry one, Entry other) {
            return one.isBefore(other);
        }

        @Override
        int placeOf(Entry entry) {
            return entry.deadlinePlace;
        }

        @Override
        void setPlace(Entry entry, int place) {
            entry.deadlinePlace = place;
        }
    }
}
