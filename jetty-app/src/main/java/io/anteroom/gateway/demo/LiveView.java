// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.PoolSnapshot.Depth;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.backend.BackendReading;
import io.anteroom.backend.BackendWatch.Known;
import io.anteroom.gateway.sim.ModelCounts;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** What the demonstration shows: a screen for a terminal, a line for everything else. */
final class LiveView {
    private static final int WIDEST_BAR = 40;

    private final RecentWaits waits;

    LiveView(RecentWaits waits) {
        this.waits = waits;
    }

    /** Several lines. */
    String screen(PoolSnapshot pool, Collection<Known> backends, ModelCounts model, Duration elapsed) {
        StringBuilder screen = new StringBuilder();
        String slots = "#".repeat(pool.running()) + ".".repeat(Math.max(0, pool.slots() - pool.running()));
        line(screen, "in use    %2d of %d   [%s]        %s", pool.running(), pool.slots(), slots, clock(elapsed));
        line(screen, "");
        line(screen, "level     waiting   p95 wait");
        for (Priority priority : Priority.values()) {
            int waiting = depth(pool, priority).waiting();
            String bar = "#".repeat(Math.min(WIDEST_BAR, waiting)) + (waiting > WIDEST_BAR ? "+" : "");
            line(screen, "%-9s %7d %8.1f s   %s", name(priority), waiting, seconds(waits.p95(priority)), bar);
        }
        line(screen, "");
        line(screen, "estimate  %s", estimate(pool));
        line(screen, "so far    %s", ends(pool));
        backends.forEach(known -> line(screen, "backend   %s", backend(known)));
        line(screen, "model     %d at work, %d let in too many", model.running(), model.overAdmissions());
        return screen.toString();
    }

    /** One line. */
    String line(PoolSnapshot pool, ModelCounts model, Duration elapsed) {
        StringBuilder depths = new StringBuilder();
        StringBuilder p95 = new StringBuilder();
        for (Priority priority : Priority.values()) {
            String separator = priority == Priority.CRITICAL ? "" : "/";
            depths.append(separator).append(depth(pool, priority).waiting());
            p95.append(separator).append(String.format(Locale.ROOT, "%.1f", seconds(waits.p95(priority))));
        }
        return String.format(
                Locale.ROOT,
                "%s  in use %d of %d  waiting %s (critical/high/normal/low)  p95 wait %s s  estimate %s  over-admissions %d",
                clock(elapsed),
                pool.running(),
                pool.slots(),
                depths,
                p95,
                estimate(pool),
                model.overAdmissions());
    }

    /** What it says of itself, and how old that is: nothing that is decided rests on it. */
    private static String backend(Known known) {
        if (known.reading().isEmpty()) {
            return "says nothing" + known.problem().map(why -> ": " + why).orElse(" yet");
        }
        BackendReading reading = known.reading().get();
        return String.format(
                Locale.ROOT,
                "says that %d run and %d wait in it, %.1f s ago%s",
                reading.running().orElse(0),
                reading.waiting().orElse(0),
                seconds(known.age()),
                known.isFresh() ? "" : " (stale)");
    }

    private static Depth depth(PoolSnapshot pool, Priority priority) {
        return pool.levels().getOrDefault(priority, new Depth(0, 0));
    }

    private static String estimate(PoolSnapshot pool) {
        if (pool.estimate().isEmpty()) {
            return "not known yet";
        }
        Estimate estimate = pool.estimate().get();
        return String.format(
                Locale.ROOT,
                "%.0f s now (%.0f to %.0f s)",
                seconds(estimate.likely()),
                seconds(estimate.low()),
                seconds(estimate.high()));
    }

    private static String ends(PoolSnapshot pool) {
        Map<Refusal.Code, Long> refused = pool.counts().refused();
        long expired = refused.getOrDefault(Refusal.Code.WAIT_TIMEOUT, 0L);
        long all = refused.values().stream().mapToLong(Long::longValue).sum();
        return String.format(
                Locale.ROOT,
                "%d admitted, %d expired, %d refused, %d left",
                pool.counts().admitted(),
                expired,
                all - expired,
                pool.counts().abandoned());
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void line(StringBuilder screen, String format, Object... values) {
        screen.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String name(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String clock(Duration elapsed) {
        return String.format(Locale.ROOT, "%02d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
    }
}
