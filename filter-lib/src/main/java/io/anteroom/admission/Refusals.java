// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Optional;

/** Makes refusals, with the moment to come back that {@link Returns} promises. */
final class Refusals {
    private final PoolState state;

    Refusals(PoolState state) {
        this.state = state;
    }

    Refusal refuse(Entry entry, Refusal.Code code, long limit) {
        long interval = state.estimator.rawNanos(0, state.slots());
        return make(entry, code, limit, interval * (state.line.waiting / 2), interval);
    }

    /** Back when the wait has become as short as the caller has patience for. */
    Refusal tooLong(Entry entry, long likelyNanos, long longestNanos) {
        long interval = state.estimator.rawNanos(0, state.slots());
        return make(entry, Refusal.Code.WAIT_TOO_LONG, longestNanos / 1_000_000, likelyNanos - longestNanos, interval);
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

    private Refusal make(Entry entry, Refusal.Code code, long limit, long roomNanos, long intervalNanos) {
        Duration retryAfter = state.returns.promise(state.nowNanos, roomNanos, intervalNanos, entry.id);
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
