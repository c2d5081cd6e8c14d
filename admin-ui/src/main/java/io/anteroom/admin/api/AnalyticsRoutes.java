// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.Pools;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Charts and top lists. */
final class AnalyticsRoutes {
    private static final String AREA = "analytics";
    private static final String PERIOD = "[1-9][0-9]{0,5}[mhd]";
    private static final int USUAL_POINTS = 60;

    private final Pools pools;
    private final Analytics analytics;
    private final InstantSource clock;

    AnalyticsRoutes(Pools pools, Analytics analytics, InstantSource clock) {
        this.pools = pools;
        this.analytics = analytics;
        this.clock = clock;
    }

    /** What happened in one step. */
    record PointView(
            Instant at,

            @Field("by what happened, as queued or released")
            Map<String, Long> counts,

            @Field("refusals by reason") Map<String, Long> refused,
            long avgWaitMs,
            long p50WaitMs,
            long p95WaitMs,
            long p99WaitMs,
            long p95RunMs,
            long peakWaiting,
            long peakRunning) {
        static PointView of(Instant at, Figures figures) {
            return new PointView(
                    at,
                    figures.counts(),
                    figures.refusals(),
                    figures.waits().mean().toMillis(),
                    figures.waits().quantile(0.5).toMillis(),
                    figures.waits().quantile(0.95).toMillis(),
                    figures.waits().quantile(0.99).toMillis(),
                    figures.runs().quantile(0.95).toMillis(),
                    figures.peakWaiting(),
                    figures.peakRunning());
        }
    }

    /** A chart. */
    record Series(@Field("length of a step") long stepMs, List<PointView> points) {}

    /** One of those who send the most. */
    record TopView(
            String name,
            long requests,
            @Field("by how much requests may be too high") long over,
            long refused,
            long expired,
            long waitedMs,
            long ranMs) {}

    /** Those who send the most. */
    record TopList(List<TopView> callers) {}

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/analytics/series", AREA, Role.VIEWER, "A chart of the time until now.")
                        .text("period", PERIOD, "up to 31d; 1h if left out")
                        .text("step", PERIOD, "about 60 steps if left out")
                        .text("pool", 128, "one pool; all if left out")
                        .text("priority", "critical|high|normal|low", "one level; all if left out")
                        .answers(200, Series.class)
                        .also(404)
                        .by(this::series),
                Route.of("GET", "/analytics/callers", AREA, Role.VIEWER, "Those who sent the most.")
                        .text("period", PERIOD, "up to 31d; 1h if left out")
                        .text("kind", "key|ip", "key if left out")
                        .text("pool", 128, "one pool; all if left out")
                        .number("limit", 1, 100, "at most so many")
                        .answers(200, TopList.class)
                        .also(404)
                        .by(this::top));
    }

    private @Nullable String pool(Call call) {
        String name = call.query("pool");
        if (name != null && pools.find(name) == null) {
            throw ApiProblem.missing("pool: unknown");
        }
        return name;
    }

    private static Duration period(Call call, String name, Duration usual) {
        String text = call.query(name);
        return text == null ? usual : QueueRoutes.period(text);
    }

    private Reply series(Call call) {
        Duration period = period(call, "period", Duration.ofHours(1));
        Duration step = period(call, "step", Duration.ofMinutes(Math.max(1, period.toMinutes() / USUAL_POINTS)));
        String priority = call.query("priority");
        Instant to = clock.instant();
        try {
            List<PointView> points = analytics
                    .query(
                            pool(call),
                            priority == null ? null : Priority.valueOf(priority.toUpperCase(Locale.ROOT)),
                            to.minus(period),
                            to,
                            step)
                    .stream()
                    .map(point -> PointView.of(point.at(), point.figures()))
                    .toList();
            return Reply.of(new Series(step.toMillis(), points));
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
    }

    private Reply top(Call call) {
        CallerKind kind = "ip".equals(call.query("kind")) ? CallerKind.IP : CallerKind.KEY;
        Duration period = period(call, "period", Duration.ofHours(1));
        List<TopView> callers = analytics.topCallers(kind, pool(call), period, (int) call.number("limit", 20)).stream()
                .map(caller -> new TopView(
                        caller.name(),
                        caller.requests(),
                        caller.over(),
                        caller.refused(),
                        caller.expired(),
                        caller.waited().toMillis(),
                        caller.ran().toMillis()))
                .toList();
        return Reply.of(new TopList(callers));
    }
}
