// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pools as they are shown. */
final class PoolViews {
    private PoolViews() {}

    /** A wait as it is expected. */
    record EstimateView(
            @Field("most likely") long likelyMs,
            @Field("one in ten is shorter") long lowMs,
            @Field("one in ten is longer") long highMs) {
        static @Nullable EstimateView of(@Nullable Estimate estimate) {
            return estimate == null
                    ? null
                    : new EstimateView(
                            estimate.likely().toMillis(),
                            estimate.low().toMillis(),
                            estimate.high().toMillis());
        }
    }

    /** A level of a pool. */
    record LevelView(int waiting, int running, long longestWaitMs, int weight) {}

    /** A pool at this moment. */
    record PoolView(
            String name,

            @Field("open, queueing, holding, draining or rejecting")
            String state,

            PoolMode mode,
            int slots,

            @Field("fewer than slots where backends have less room")
            int usableSlots,

            int running,
            int waiting,

            @Field("of those who wait, how many have left and are expected back")
            int away,

            int maxWaiting,
            long waitingBytes,
            Map<String, LevelView> levels,
            long meanRunMs,

            @Field("what a newcomer of normal priority would wait; null if not known") @Nullable EstimateView estimate,

            Counts counts) {}

    /** How requests have ended since the pool began. */
    record Counts(
            long admitted,
            long queued,
            long released,
            long leasesExpired,
            long abandoned,
            long kept,
            long lapsed,
            Map<String, Long> refused) {}

    /** All pools. */
    record PoolList(List<PoolView> pools) {}

    static PoolView of(Pool pool) {
        return of(pool.name(), pool.settings(), pool.snapshot());
    }

    static PoolView of(String name, PoolSettings settings, PoolSnapshot now) {
        Map<String, LevelView> levels = new LinkedHashMap<>();
        for (Priority priority : Priority.values()) {
            PoolSnapshot.Depth depth = now.levels().getOrDefault(priority, new PoolSnapshot.Depth(0, 0));
            levels.put(
                    Json.word(priority),
                    new LevelView(
                            depth.waiting(),
                            depth.running(),
                            settings.level(priority).longestWait().toMillis(),
                            settings.level(priority).weight()));
        }
        return new PoolView(
                name,
                state(now),
                now.mode(),
                now.slots(),
                now.usableSlots(),
                now.running(),
                now.waiting(),
                now.away(),
                settings.maxWaiting(),
                now.waitingBytes(),
                levels,
                now.meanRun().toMillis(),
                EstimateView.of(now.estimate().orElse(null)),
                counts(now.counts()));
    }

    /** One word for people. */
    private static String state(PoolSnapshot now) {
        return switch (now.mode()) {
            case OPEN -> now.waiting() > 0 ? "queueing" : "open";
            case HOLDING -> "holding";
            case DRAINING -> "draining";
            case CLOSED -> "rejecting";
        };
    }

    private static Counts counts(PoolSnapshot.Counts counts) {
        Map<String, Long> refused = new LinkedHashMap<>();
        counts.refused().forEach((code, count) -> refused.put(Json.word(code), count));
        return new Counts(
                counts.admitted(),
                counts.queued(),
                counts.released(),
                counts.leasesExpired(),
                counts.abandoned(),
                counts.kept(),
                counts.lapsed(),
                refused);
    }
}
