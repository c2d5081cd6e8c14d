// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Estimate;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * How good the estimates were that were told on arrival, over the requests that waited, were told one and were served.
 * Times are trace time.
 *
 * @param told how many were told an estimate
 * @param mdape median of the absolute error by the wait, over waits of a second and more
 * @param within the share that was within the larger of 2 s and 25 %
 * @param coverage80 the share of waits inside the range that promises 80 %
 * @param bias median of the estimate by the wait, over waits of a second and more: 1 is right, less is too hopeful
 * @param naiveMdape the same error of the naive estimate, the position by the completions of the last minute
 * @param naiveWithin its share within
 */
public record EstimateScore(
        int told, double mdape, double within, double coverage80, double bias, double naiveMdape, double naiveWithin) {
    private static final double LONG_ENOUGH = 1;

    static EstimateScore of(List<Entry> entries, double speed) {
        List<Told> told = entries.stream()
                .filter(e -> e.isServed() && e.estimate != null && e.left > e.queued)
                .map(e -> Told.of(e, speed))
                .toList();
        List<Told> longer = told.stream().filter(t -> t.waited >= LONG_ENOUGH).toList();
        double[] ratios =
                longer.stream().mapToDouble(t -> t.likely / t.waited).sorted().toArray();
        return new EstimateScore(
                told.size(),
                mdape(longer, Told::likely),
                share(told, t -> t.isWithin(t.likely)),
                share(told, t -> t.waited >= t.low && t.waited <= t.high),
                Percentiles.at(ratios, 0.5),
                mdape(longer.stream().filter(t -> t.naive > 0).toList(), Told::naive),
                share(told.stream().filter(t -> t.naive > 0).toList(), t -> t.isWithin(t.naive)));
    }

    private static double mdape(List<Told> told, ToDoubleFunction<Told> estimate) {
        double[] errors = told.stream()
                .mapToDouble(t -> Math.abs(estimate.applyAsDouble(t) - t.waited) / t.waited)
                .sorted()
                .toArray();
        return Percentiles.at(errors, 0.5);
    }

    private static double share(List<Told> told, Predicate<Told> good) {
        return told.isEmpty() ? 0 : told.stream().filter(good).count() / (double) told.size();
    }

    /** An estimate and what came of it, in seconds of trace time. */
    private record Told(double likely, double low, double high, double naive, double waited) {
        boolean isWithin(double told) {
            return Math.abs(told - waited) <= Math.max(2, 0.25 * waited);
        }

        static Told of(Entry entry, double speed) {
            Estimate estimate = entry.estimate;
            if (estimate == null) {
                throw new IllegalStateException("no estimate");
            }
            return new Told(
                    seconds(estimate.likely(), speed),
                    seconds(estimate.low(), speed),
                    seconds(estimate.high(), speed),
                    entry.naiveNanos * speed / 1e9,
                    (entry.left - entry.queued) * speed / 1e9);
        }

        private static double seconds(Duration duration, double speed) {
            return duration.toNanos() * speed / 1e9;
        }
    }
}
