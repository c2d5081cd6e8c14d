// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Optional;

/**
 * Makes refusals, with the moment to come back that {@link Returns} promises. Whoever is refused for a bound of its
 * key, its address or its level comes back when there is room within that bound, at the rate at which that is served: a
 * queue that is nearly empty helps nobody whose own places are all taken.
 */
final class Refusals {
    private final PoolState state;

    Refusals(PoolState state) {
        this.state = state;
    }

    /** For a bound of the whole pool. */
    Refusal refuse(Entry entry, Refusal.Code code, long limit) {
        long interval = state.estimator.rawNanos(0, state.slots());
        return make(entry, code, limit, state.returns, interval * (state.line.waiting / 2), interval);
    }

    Refusal keyFull(Entry entry, int limit) {
        Party key = entry.flow.key;
        long interval = interval(key.running, state.estimator.expectedMicros(key), flowsWaiting());
        return full(entry, Refusal.Code.KEY_LIMIT, limit, key.returns, key.waiting, interval);
    }

    Refusal ipFull(Entry entry, int limit) {
        Party ip = entry.ip;
        long interval = interval(ip.running, state.estimator.meanMicros(), flowsWaiting());
        return full(entry, Refusal.Code.IP_LIMIT, limit, ip.returns, ip.waiting, interval);
    }

    Refusal levelFull(Entry entry, int limit) {
        Level level = state.line.levelOf(entry.flow);
        long interval = interval(level.running, state.estimator.meanMicros(), Priority.COUNT);
        return full(entry, Refusal.Code.QUEUE_FULL, limit, level.returns, level.waiting, interval);
    }

    private Refusal full(Entry entry, Refusal.Code code, int limit, Returns returns, int waiting, long intervalNanos) {
        return make(entry, code, limit, returns, intervalNanos * (waiting / 2), intervalNanos);
    }

    /**
     * From one start to the next of those within a bound: by what they run now; while they run nothing, by an equal
     * share among those who contend.
     */
    private long interval(int running, long meanMicros, int contenders) {
        return running > 0
                ? meanMicros * 1000 / running
                : state.estimator.rawNanos(0, state.slots()) * Math.max(1, contenders);
    }

    private int flowsWaiting() {
        int flows = 0;
        for (Group group : state.line.groups()) {
            flows += group.backlogged.size();
        }
        return flows;
    }

    /** Back when the wait has become as short as the caller has patience for. */
    Refusal tooLong(Entry entry, long likelyNanos, long longestNanos) {
        long interval = state.estimator.rawNanos(0, state.slots());
        long overdue = likelyNanos - longestNanos;
        return make(entry, Refusal.Code.WAIT_TOO_LONG, longestNanos / 1_000_000, state.returns, overdue, interval);
    }

    Refusal shuttingDown(Entry entry) {
        return new Refusal(
                Refusal.Code.SHUTTING_DOWN,
                state.line.waiting,
                0,
                PoolMachine.waited(state, entry, state.nowNanos),
                Duration.ofSeconds(1),
                Optional.empty());
    }

    private Refusal make(
            Entry entry, Refusal.Code code, long limit, Returns returns, long roomNanos, long intervalNanos) {
        Duration retryAfter = returns.promise(state.nowNanos, roomNanos, intervalNanos, entry.id);
        Optional<Estimate> estimate =
                state.estimator.estimate(entry.flow.priority, entry.placeInFlow, entry.rawWaitNanos, Long.MAX_VALUE);
        return new Refusal(
                code,
                state.line.waiting,
                limit,
                PoolMachine.waited(state, entry, state.nowNanos),
                retryAfter,
                estimate);
    }
}
