// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Priority;
import io.anteroom.gateway.replay.Intervals.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeasuresTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void jain_isOneForEqualShares_andOneByNForOne() {
        assertThat(Fairness.jain(List.of(3.0, 3.0, 3.0))).isCloseTo(1, offset(1e-9));
        assertThat(Fairness.jain(List.of(5.0, 0.0, 0.0, 0.0))).isCloseTo(0.25, offset(1e-9));
    }

    @Test
    void busy_countsOnlyWhileSomebodyWaits() {
        List<Interval> taken = List.of(new Interval(0, 10), new Interval(0, 10), new Interval(12, 20));

        assertThat(Intervals.busyWhileWaiting(taken, List.of(new Interval(2, 8)), 2))
                .isEqualTo(1);
        assertThat(Intervals.busyWhileWaiting(taken, List.of(new Interval(8, 13), new Interval(9, 14)), 2))
                .isCloseTo((4 + 2) / 12.0, offset(1e-9));
        assertThat(Intervals.busyWhileWaiting(taken, List.of(), 2)).isEqualTo(1);
        assertThat(Intervals.busyWhileWaiting(List.of(), List.of(new Interval(0, 1)), 2))
                .isZero();
    }

    @Test
    void busy_aSlotTakenTwice_countsOnce() {
        List<Interval> taken = List.of(new Interval(0, 6), new Interval(4, 10));

        assertThat(Intervals.busyWhileWaiting(taken, List.of(new Interval(0, 10)), 1))
                .isEqualTo(1);
    }

    @Test
    void union_joinsWhatOverlaps() {
        assertThat(Intervals.union(List.of(new Interval(5, 6), new Interval(0, 2), new Interval(1, 3))))
                .containsExactly(new Interval(0, 3), new Interval(5, 6));
    }

    @Test
    void fairness_comparesKeysThatWaitedLongEnough() {
        List<Entry> entries = new ArrayList<>();
        entries.add(entry("a", Priority.HIGH, 0, 60, 0, 30));
        entries.add(entry("b", Priority.HIGH, 5, 58, 30, 40));
        entries.add(entry("c", Priority.HIGH, 5, 30, 40, 60));
        entries.add(entry("d", Priority.LOW, 0, 60, 0, 30));

        Fairness fairness = new Fairness(entries, 1);

        assertThat(fairness.inLevel()).isCloseTo(1600.0 / (2 * 1000), offset(1e-6));
        assertThat(fairness.overall()).isCloseTo(4900.0 / (3 * 1900), offset(1e-6));
    }

    private static Entry entry(String key, Priority priority, int queued, int left, int started, int ended) {
        Entry entry = new Entry(new PlannedRequest(0, 0, key, priority, 1, 1, 1));
        entry.sent = 1;
        entry.queued = 1 + queued * SECOND;
        entry.left = 1 + left * SECOND;
        entry.started = 1 + started * SECOND;
        entry.ended = 1 + ended * SECOND;
        entry.answered = 1 + 61 * SECOND;
        return entry;
    }

    @Test
    void estimateScore_comparesWithTheWait_inTraceTime() {
        List<Entry> entries = List.of(
                estimated(1, 10, 5, 30), estimated(2, 10, 15, 30), estimated(4, 10, 5, 30), estimated(0.01, 4, 0, 1));

        EstimateScore score = EstimateScore.of(entries, 10);

        assertThat(score.told()).isEqualTo(4);
        assertThat(score.mdape()).isCloseTo(0.5, offset(1e-9));
        assertThat(score.within()).isCloseTo(0.25, offset(1e-9));
        assertThat(score.coverage80()).isCloseTo(0.75, offset(1e-9));
        assertThat(score.bias()).isCloseTo(0.5, offset(1e-9));
    }

    @Test
    void estimateScore_scoresTheNaiveEstimateBesideOurs() {
        Entry half = estimated(2, 20, 15, 30);
        half.naiveNanos = SECOND;
        Entry right = estimated(2, 20, 15, 30);
        right.naiveNanos = 2 * SECOND;
        Entry unknown = estimated(2, 20, 15, 30);

        EstimateScore score = EstimateScore.of(List.of(half, right, unknown), 10);

        assertThat(score.mdape()).isZero();
        assertThat(score.naiveMdape()).isCloseTo(0, offset(1e-9));
        assertThat(score.naiveWithin()).isCloseTo(0.5, offset(1e-9));
    }

    @Test
    void completionRate_countsTheLastMinuteOfTheTrace() {
        CompletionRate rate = new CompletionRate(10);
        assertThat(rate.estimateNanos(3, 0)).isZero();

        rate.completed(SECOND);
        rate.completed(3 * SECOND);

        assertThat(rate.estimateNanos(4, 4 * SECOND)).isEqualTo(4 * 6 * SECOND / 2);
        assertThat(rate.estimateNanos(4, 8 * SECOND)).isEqualTo(4 * 6 * SECOND);
        assertThat(rate.estimateNanos(4, 10 * SECOND)).isZero();
    }

    /** A wait in our seconds; an estimate in seconds of the trace, which runs ten times as fast. */
    private static Entry estimated(double waited, double likely, double low, double high) {
        Entry entry = entry("a", Priority.HIGH, 0, 0, 0, 0);
        entry.outcome = Outcome.SERVED;
        entry.left = entry.queued + (long) (waited * SECOND);
        entry.estimate = new Estimate(trace(likely), trace(low), trace(high));
        return entry;
    }

    private static Duration trace(double seconds) {
        return Duration.ofNanos((long) (seconds / 10 * SECOND));
    }

    @Test
    void percentiles_areValuesThatOccurred() {
        assertThat(Percentiles.of(new double[] {4, 1, 3, 2})).isEqualTo(new Percentiles(4, 2, 4, 4));
        assertThat(Percentiles.of(new double[0])).isEqualTo(new Percentiles(0, 0, 0, 0));
    }
}
