// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Estimate;
import java.time.Duration;
import java.util.List;

/**
 * How good the estimates were that were told on arrival, over the requests that waited, were told one and were served.
 * Times are trace time.
 *
 * @param told how many were told an estimate
 * @param mdape median of the absolute error by the wait, over waits of a second and more
 * @param within the share that was within the larger of 2 s and 25 %
 * @param coverage80 the share of waits inside the range that promises 80 %
 * @param bias median of the estimate by the wait, over waits of a second and more: 1 is right, less is too hopeful
 */
public record EstimateScore(int told, double mdape, double within, double coverage80, double bias) {
    private static final double LONG_ENOUGH = 1;

    static EstimateScore of(List<Entry> entries, double speed) {
        List<Told> told = entries.stream()
                .filter(e -> e.isServed() && e.estimate != null && e.left > e.queued)
                .map(e -> Told.of(e, speed))
                .toList();
        List<Told> longer = told.stream().filter(t -> t.waited >= LONG_ENOUGH).toList();
        double[] errors = longer.stream()
                .mapToDouble(t -> Math.abs(t.likely - t.waited) / t.waited)
                .sorted()
                .toArray();
        double[] ratios =
                longer.stream().mapToDouble(t -> t.likely / t.waited).sorted().toArray();
        return new EstimateScore(
                told.size(),
                Percentiles.at(errors, 0.5),
                share(told, t -> Math.abs(t.likely - t.waited) <= Math.max(2, 0.25 * t.waited)),
                share(told, t -> t.waited >= t.low && t.waited <= t.high),
                Percentiles.at(ratios, 0.5));
    }

    private static double share(List<Told> told, java.util.function.Predicate<Told> good) {
        return told.isEmpty() ? 0 : told.stream().filter(good).count() / (double) told.size();
    }

    /** An estimate and what came of it, in seconds of trace time. */
    private record Told(double likely, double low, double high, double waited) {
        static Told of(Entry entry, double speed) {
            Estimate estimate = entry.estimate;
            if (estimate == null) {
                throw new IllegalStateException("no estimate");
            }
            return new Told(
                    seconds(estimate.likely(), speed),
                    seconds(estimate.low(), speed),
                    seconds(estimate.high(), speed),
                    (entry.left - entry.queued) * speed / 1e9);
        }

        private static double seconds(Duration duration, double speed) {
            return duration.toNanos() * speed / 1e9;
        }
    }
}
