// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.gateway.replay.Intervals.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Jain's index over keys: 1 if all get the same, 1/n if one gets all. Windows of 60 s of trace time; a key counts in a
 * window if it had somebody waiting in at least 50 s of it; measured in slot-seconds. The mean over all windows with at
 * least two such keys.
 */
final class Fairness {
    private static final double WINDOW_SECONDS = 60;
    private static final double BACKLOGGED_SECONDS = 50;

    private final List<Entry> entries;
    private final long start;
    private final long width;
    private final int windows;

    Fairness(List<Entry> entries, double speed) {
        this.entries = entries;
        this.start = entries.stream().mapToLong(e -> e.sent).min().orElse(0);
        long end = entries.stream().mapToLong(e -> e.answered).max().orElse(0);
        this.width = (long) (WINDOW_SECONDS / speed * 1e9);
        this.windows = (int) Math.max(1, (end - start) / width);
    }

    /** Between the keys of each level; NaN if no window had two keys waiting. */
    double inLevel() {
        return mean(indices(e -> e.request.priority().name()));
    }

    /** Between keys, whatever their levels; NaN if no window had two keys waiting. */
    double overall() {
        return mean(indices(e -> ""));
    }

    private List<Double> indices(Function<Entry, String> group) {
        Map<String, Map<String, Share>> shares = new HashMap<>();
        for (Entry entry : entries) {
            shares.computeIfAbsent(group.apply(entry), name -> new HashMap<>())
                    .computeIfAbsent(entry.request.key(), name -> new Share())
                    .add(entry);
        }
        List<Double> indices = new ArrayList<>();
        for (Map<String, Share> keys : shares.values()) {
            List<long[]> waited = new ArrayList<>();
            List<long[]> worked = new ArrayList<>();
            for (Share share : keys.values()) {
                waited.add(perWindow(Intervals.union(share.waiting)));
                worked.add(perWindow(share.running));
            }
            addIndices(waited, worked, indices);
        }
        return indices;
    }

    private void addIndices(List<long[]> waited, List<long[]> worked, List<Double> indices) {
        double enough = width * BACKLOGGED_SECONDS / WINDOW_SECONDS;
        for (int window = 0; window < windows; window++) {
            List<Double> got = new ArrayList<>();
            for (int key = 0; key < waited.size(); key++) {
                if (waited.get(key)[window] >= enough) {
                    got.add((double) worked.get(key)[window]);
                }
            }
            double index = jain(got);
            if (got.size() >= 2 && !Double.isNaN(index)) {
                indices.add(index);
            }
        }
    }

    private long[] perWindow(List<Interval> intervals) {
        return Intervals.perWindow(intervals, start, width, windows);
    }

    static double jain(List<Double> shares) {
        double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
        double squares = shares.stream().mapToDouble(x -> x * x).sum();
        return sum * sum / (shares.size() * squares);
    }

    private static double mean(List<Double> values) {
        return Arrays.stream(values.toArray(new Double[0]))
                .mapToDouble(x -> x)
                .average()
                .orElse(Double.NaN);
    }

    /** What one key waited and got. */
    private static final class Share {
        private final List<Interval> waiting = new ArrayList<>();
        private final List<Interval> running = new ArrayList<>();

        void add(Entry entry) {
            if (entry.queued != 0 && entry.left > entry.queued) {
                waiting.add(new Interval(entry.queued, entry.left));
            }
            if (entry.started != 0 && entry.ended > entry.started) {
                running.add(new Interval(entry.started, entry.ended));
            }
        }
    }
}
