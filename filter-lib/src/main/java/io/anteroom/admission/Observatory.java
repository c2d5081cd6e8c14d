// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is told about a pool: standings, lists, figures. Changes nothing but the positions of the last pass. */
final class Observatory {
    private final PoolState state;
    private final Ranking ranking = new Ranking();

    Observatory(PoolState state) {
        this.state = state;
    }

    void rank() {
        ranking.run(state.line, state.settings.order());
    }

    QueueStatus status(Entry entry, long nowNanos) {
        boolean ranked = entry.position > 0;
        int place = ranked ? entry.passPlaceInFlow : entry.placeInFlow;
        long raw = ranked ? state.estimator.rawNanos(entry.aheadMicros, state.slots()) : entry.rawWaitNanos;
        return new QueueStatus(
                ranked ? entry.position : entry.initialPosition,
                entry.initialPosition,
                state.line.waiting,
                estimate(entry, place, raw, nowNanos),
                PoolMachine.waited(state, entry, nowNanos),
                limit(entry));
    }

    /** Whoever may not run yet waits for that at least. */
    private Optional<Estimate> estimate(Entry entry, int place, long raw, long nowNanos) {
        long left = Math.max(0, state.waitEnd(entry) - Math.max(state.nowNanos, nowNanos));
        Optional<Estimate> ofSlots = state.estimator.estimate(entry.flow.priority, place, raw, left);
        if (!entry.held) {
            return ofSlots;
        }
        Duration held = Duration.ofNanos(entry.heldUntilNanos - Math.max(state.nowNanos, nowNanos));
        return Optional.of(ofSlots.map(estimate -> estimate.atLeast(held)).orElse(new Estimate(held, held, held)));
    }

    private QueueStatus.Limit limit(Entry entry) {
        if (state.mode == PoolMode.HOLDING) {
            return QueueStatus.Limit.HOLDING;
        }
        if (entry.held) {
            return QueueStatus.Limit.NOT_YET;
        }
        if (entry.away && entry.isAside()) {
            return QueueStatus.Limit.RETURN;
        }
        Party holder = state.holderOf(entry);
        if (holder == null) {
            return QueueStatus.Limit.SLOTS;
        }
        return holder == entry.ip ? QueueStatus.Limit.IP_RUNNING : QueueStatus.Limit.KEY_RUNNING;
    }

    List<WaitingTicket> list(int limit, long nowNanos) {
        List<Entry> waiting = new ArrayList<>(state.line.waiting);
        for (Entry entry : state.entries.toArray()) {
            if (!entry.running) {
                waiting.add(entry);
            }
        }
        waiting.sort(Comparator.comparingInt((Entry entry) -> entry.position).thenComparing(Entry.BY_ARRIVAL));
        List<WaitingTicket> list = new ArrayList<>();
        for (Entry entry : waiting.subList(0, Math.min(limit, waiting.size()))) {
            list.add(new WaitingTicket(
                    entry.id,
                    entry.flow.key.name,
                    entry.ip.name,
                    entry.flow.priority,
                    entry.node,
                    entry.bytes,
                    entry.batch,
                    entry.away,
                    status(entry, nowNanos)));
        }
        return list;
    }

    PoolSnapshot snapshot(long nowNanos) {
        Map<Priority, PoolSnapshot.Depth> levels = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            Level level = state.line.levels[priority.ordinal()];
            levels.put(priority, new PoolSnapshot.Depth(level.waiting, level.running));
        }
        return new PoolSnapshot(
                state.mode,
                state.settings.slots(),
                state.slots(),
                state.running,
                state.line.waiting,
                state.line.away,
                state.line.waitingBytes,
                levels,
                Duration.ofNanos(state.estimator.meanMicros() * 1000),
                newcomersEstimate(nowNanos),
                state.tally.counts());
    }

    private Optional<Estimate> newcomersEstimate(long nowNanos) {
        if (state.mode == PoolMode.OPEN && state.running < state.slots()) {
            return Optional.of(new Estimate(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        }
        Party nobody = Party.key("");
        Flow flow = new Flow(nobody, Priority.NORMAL);
        Caller caller = Caller.of("", "");
        long cost = state.estimator.meanMicros();
        Entry newcomer = new Entry(0, flow, nobody, "", 0, nowNanos, cost, Arrival.of(caller, Priority.NORMAL));
        state.estimator.place(newcomer, state, ranking);
        if (state.line.waiting < WaitEstimator.SHORT) {
            // Nobody has really come: those who wait stand where they stood.
            rank();
        }
        long longest = state.settings.level(Priority.NORMAL).longestWait().toNanos();
        return state.estimator.estimate(Priority.NORMAL, newcomer.placeInFlow, newcomer.rawWaitNanos, longest);
    }
}
