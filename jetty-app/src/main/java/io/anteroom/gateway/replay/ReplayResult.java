// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Priority;
import io.anteroom.gateway.replay.Intervals.Interval;
import io.anteroom.gateway.sim.ModelCounts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replay has shown. Waits are in seconds of trace time.
 *
 * @param requests how many were sent
 * @param served how many got their whole answer
 * @param lost how many got none, or an unexpected one
 * @param surprises what the first few of those got
 * @param overAdmissions how many came to the model while all its slots were taken; -1 if the model was not ours
 * @param mostRunning the most that were at the model at once; -1 if it was not ours
 * @param busyWhileWaiting of the time that anyone waited, the share of the slots that were taken
 * @param modelBusyWhileWaiting the same for the model's work, without the way to it and back
 * @param jainInLevel fairness between the keys of a level, NaN if no two waited long enough
 * @param jainAll fairness between all keys, NaN if no two waited long enough
 * @param waitsByLevel the waits of those who were served
 * @param counts how many ended how, by level
 * @param lightKeysLost how many requests of light keys were not served
 * @param estimate how good the estimates were
 * @param clientLag by how much the client was late with its sending, in 99 of 100 requests at most this, in seconds of
 *     trace time: much more than the shortest waits means that the machine was too slow or too busy for this speed
 * @param seconds how long it took, in our time
 */
public record ReplayResult(
        int requests,
        int served,
        int lost,
        List<String> surprises,
        long overAdmissions,
        int mostRunning,
        double busyWhileWaiting,
        double modelBusyWhileWaiting,
        double jainInLevel,
        double jainAll,
        Map<Priority, Percentiles> waitsByLevel,
        Map<Outcome, Map<Priority, Integer>> counts,
        int lightKeysLost,
        EstimateScore estimate,
        double clientLag,
        double seconds) {
    private static final int SHOWN = 5;

    /** How many ended this way in a level. */
    public int count(Outcome outcome, Priority priority) {
        Map<Priority, Integer> levels = counts.get(outcome);
        return levels == null ? 0 : levels.getOrDefault(priority, 0);
    }

    /** How many ended this way. */
    public int count(Outcome outcome) {
        int sum = 0;
        for (Priority priority : Priority.values()) {
            sum += count(outcome, priority);
        }
        return sum;
    }

    /** How many there were in a level. */
    public int count(Priority priority) {
        int sum = 0;
        for (Outcome outcome : Outcome.values()) {
            sum += count(outcome, priority);
        }
        return sum;
    }

    static ReplayResult of(Plan plan, ReplaySettings settings, Ledger ledger, @Nullable ModelCounts model) {
        List<Entry> entries = ledger.entries();
        boolean ours = settings.target().isEmpty();
        if (!ours) {
            entries.forEach(ReplayResult::guessWait);
        }
        Map<Outcome, Map<Priority, Integer>> counts = counts(entries);
        Fairness fairness = new Fairness(entries, plan.settings().speed());
        List<Interval> waiting = intervals(entries, e -> e.queued, e -> e.left);
        List<Interval> working = intervals(entries, e -> e.started, e -> e.ended);
        List<Interval> leased = ours ? intervals(entries, e -> e.leased, e -> e.released) : working;
        int slots = plan.settings().slots();
        return new ReplayResult(
                entries.size(),
                (int) entries.stream().filter(Entry::isServed).count(),
                (int) entries.stream().filter(e -> e.outcome == Outcome.LOST).count(),
                surprises(entries),
                model == null ? -1 : model.overAdmissions(),
                model == null ? -1 : model.mostRunning(),
                Intervals.busyWhileWaiting(leased, waiting, slots),
                Intervals.busyWhileWaiting(working, waiting, slots),
                fairness.inLevel(),
                fairness.overall(),
                waits(plan, entries),
                counts,
                lightKeysLost(plan, entries),
                EstimateScore.of(entries, plan.settings().speed()),
                clientLag(plan, entries),
                seconds(entries));
    }

    /** An outside gateway does not tell who waits: whoever was not worked on for longer than a hop takes. */
    private static void guessWait(Entry entry) {
        long hop = 2_000_000;
        long end = entry.started != 0 ? entry.started : entry.answered;
        if (end - entry.sent > hop) {
            entry.queued = entry.sent;
            entry.left = end;
        }
    }

    private static Map<Outcome, Map<Priority, Integer>> counts(List<Entry> entries) {
        Map<Outcome, Map<Priority, Integer>> counts = new EnumMap<>(Outcome.class);
        for (Entry entry : entries) {
            counts.computeIfAbsent(entry.outcome, outcome -> new EnumMap<>(Priority.class))
                    .merge(entry.request.priority(), 1, Integer::sum);
        }
        return counts;
    }

    private static List<Interval> intervals(List<Entry> entries, Moment from, Moment to) {
        List<Interval> intervals = new ArrayList<>();
        for (Entry entry : entries) {
            long start = from.of(entry);
            long end = to.of(entry);
            if (start != 0 && end > start) {
                intervals.add(new Interval(start, end));
            }
        }
        return intervals;
    }

    private interface Moment {
        long of(Entry entry);
    }

    private static List<String> surprises(List<Entry> entries) {
        return entries.stream()
                .filter(e -> e.outcome == Outcome.LOST)
                .limit(SHOWN)
                .map(e -> Ledger.id(e) + ": " + e.surprise)
                .toList();
    }

    private static Map<Priority, Percentiles> waits(Plan plan, List<Entry> entries) {
        Map<Priority, Percentiles> waits = new LinkedHashMap<>();
        for (Priority priority : Priority.values()) {
            waits.put(
                    priority,
                    Percentiles.of(entries.stream()
                            .filter(e -> e.isServed() && e.request.priority() == priority)
                            .mapToDouble(e -> plan.traceSeconds(e.waitNanos()))
                            .toArray()));
        }
        return waits;
    }

    private static int lightKeysLost(Plan plan, List<Entry> entries) {
        Set<String> light = plan.lightKeys();
        return (int) entries.stream()
                .filter(e -> !e.isServed() && light.contains(e.request.key()))
                .count();
    }

    private static double clientLag(Plan plan, List<Entry> entries) {
        Entry first = entries.get(0);
        return Percentiles.of(entries.stream()
                        .mapToDouble(e -> plan.traceSeconds(
                                e.sent - first.sent - (e.request.dueNanos() - first.request.dueNanos())))
                        .toArray())
                .p99();
    }

    private static double seconds(List<Entry> entries) {
        long first = entries.stream().mapToLong(e -> e.sent).min().orElse(0);
        long last = entries.stream().mapToLong(e -> e.answered).max().orElse(0);
        return (last - first) / 1e9;
    }
}
