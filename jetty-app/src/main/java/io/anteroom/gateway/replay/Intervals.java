// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Sums over stretches of time. */
final class Intervals {
    private Intervals() {}

    /** From {@code from} to {@code to}, the end not included. */
    record Interval(long from, long to) {
        long overlap(long start, long end) {
            return Math.max(0, Math.min(to, end) - Math.max(from, start));
        }
    }

    /** The same stretches of time without overlaps, in order. */
    static List<Interval> union(List<Interval> intervals) {
        List<Interval> merged = new ArrayList<>();
        intervals.stream().sorted(Comparator.comparingLong(Interval::from)).forEach(next -> {
            Interval last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || next.from() > last.to()) {
                merged.add(next);
            } else if (next.to() > last.to()) {
                merged.set(merged.size() - 1, new Interval(last.from(), next.to()));
            }
        });
        return merged;
    }

    /** The overlap with each of the equal windows from {@code start} on. */
    static long[] perWindow(List<Interval> intervals, long start, long width, int windows) {
        long[] sums = new long[windows];
        for (Interval interval : intervals) {
            int first = (int) Math.max(0, (interval.from() - start) / width);
            int last = (int) Math.min(windows - 1L, (interval.to() - start) / width);
            for (int i = first; i <= last; i++) {
                sums[i] += interval.overlap(start + i * width, start + (i + 1) * width);
            }
        }
        return sums;
    }

    /**
     * Of the time during which somebody waited, the share of the slots that were taken. Exact: from every begin and
     * end.
     *
     * @return a share from 0 to 1; 1 if nobody ever waited
     */
    static double busyWhileWaiting(List<Interval> taken, List<Interval> waiting, int slots) {
        List<Interval> waits = union(waiting);
        long[] edges = new long[taken.size() * 2];
        int[] steps = new int[edges.length];
        Integer[] order = new Integer[edges.length];
        for (int i = 0; i < taken.size(); i++) {
            edges[2 * i] = taken.get(i).from();
            steps[2 * i] = 1;
            edges[2 * i + 1] = taken.get(i).to();
            steps[2 * i + 1] = -1;
        }
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingLong((Integer i) -> edges[i]));
        double time = 0;
        double busy = 0;
        for (Interval wait : waits) {
            time += wait.to() - wait.from();
        }
        int wait = 0;
        int running = 0;
        long before = Long.MIN_VALUE;
        for (Integer i : order) {
            long now = edges[i];
            if (before != Long.MIN_VALUE && running > 0) {
                while (wait < waits.size() && waits.get(wait).to() <= before) {
                    wait++;
                }
                for (int j = wait; j < waits.size() && waits.get(j).from() < now; j++) {
                    busy += (double) waits.get(j).overlap(before, now) * Math.min(running, slots);
                }
            }
            running += steps[i];
            before = now;
        }
        return time == 0 ? 1 : busy / (time * slots);
    }
}
