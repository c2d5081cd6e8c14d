// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.Count;
import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.analytics.Second;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.protocol.StatusDocuments.BatchView;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What GateFlow documents of its queue, with the same names. */
final class QueueRoutes {
    private static final String ANALYTICS = "analytics";
    private static final Duration LONGEST_PERIOD = Duration.ofDays(31);
    private static final Duration LATELY = Duration.ofSeconds(60);

    private final Anteroom anteroom;
    private final @Nullable Analytics analytics;

    QueueRoutes(Anteroom anteroom, @Nullable Analytics analytics) {
        this.anteroom = anteroom;
        this.analytics = analytics;
    }

    /** The queue at this moment. */
    record QueueView(
            boolean queueEnabled,
            @Field("how many wait") int currentSize,
            @Field("how many may") long maxSize,
            Map<String, Integer> byPriority,

            @Field("of those admitted in the last minute after a wait or none")
            long avgWaitMs,

            @Field("slots given back in the last minute") long processingRatePerMin) {}

    /** A batch. */
    record Batch(
            String batchId,
            long totalRequests,
            long completed,
            long running,
            long queued,
            long failed,
            long avgWaitMs) {
        static Batch of(BatchView view) {
            return new Batch(
                    view.id(),
                    view.total(),
                    view.completed(),
                    view.running(),
                    view.queued(),
                    view.failed(),
                    view.averageWait().toMillis());
        }
    }

    /** How the queue fared. */
    record QueueReport(
            String period,
            @Field("requests that had to wait") long requestsQueued,

            @Field("requests that have given their slot back")
            long requestsProcessed,

            @Field("requests whose longest wait was over") long requestsTimedOut,

            @Field("requests that were refused, pushed out or cancelled")
            long requestsRejected,

            @Field("of those who had to wait and were admitted")
            long avgWaitMs,

            long p95WaitMs,
            long p99WaitMs,
            long peakQueueSize) {}

    List<Route> routes() {
        return List.of(
                Route.of(
                                "GET",
                                "/queue/status",
                                PoolRoutes.AREA,
                                Role.VIEWER,
                                "Shows the queue, of one pool or of all together.")
                        .text("pool", 128, "one pool; all if left out")
                        .answers(200, QueueView.class)
                        .also(404)
                        .by(this::status),
                Route.of("GET", "/queue/batch/{batch}", PoolRoutes.AREA, Role.VIEWER, "Shows a batch.")
                        .answers(200, Batch.class)
                        .by(this::batch),
                Route.of("GET", "/analytics/queue", ANALYTICS, Role.VIEWER, "Shows how the queue fared in a period.")
                        .text("period", "[1-9][0-9]{0,5}[mhd]", "up to 31d; 1h if left out")
                        .text("pool", 128, "one pool; all if left out")
                        .answers(200, QueueReport.class)
                        .also(404)
                        .by(this::analytics));
    }

    private @Nullable String pool(Call call) {
        String name = call.query("pool");
        if (name != null && anteroom.pools().find(name) == null) {
            throw ApiProblem.missing("pool: unknown");
        }
        return name;
    }

    private Reply status(Call call) {
        String name = pool(call);
        Pool one = name == null ? null : anteroom.pools().find(name);
        Collection<Pool> pools = one == null ? anteroom.pools().all() : List.of(one);
        Map<String, Integer> byPriority = new LinkedHashMap<>();
        for (Priority priority : Priority.values()) {
            byPriority.put(Json.word(priority), 0);
        }
        int waiting = 0;
        long most = 0;
        for (Pool pool : pools) {
            PoolSnapshot now = pool.snapshot();
            waiting += now.waiting();
            most += pool.settings().maxWaiting();
            now.levels()
                    .forEach((priority, depth) -> byPriority.merge(Json.word(priority), depth.waiting(), Integer::sum));
        }
        long admitted = 0;
        long waitedMs = 0;
        long released = 0;
        for (Second second : analytics == null ? List.<Second>of() : analytics.seconds(name, LATELY)) {
            admitted += second.admitted();
            waitedMs += second.waited().toMillis();
            released += second.released();
        }
        return Reply.of(
                new QueueView(most > 0, waiting, most, byPriority, admitted == 0 ? 0 : waitedMs / admitted, released));
    }

    private Reply batch(Call call) {
        BatchView view = anteroom.requests().batch(call.name("batch"));
        if (view == null) {
            throw ApiProblem.missing("batch: nothing is known of it (expected: one of the last day's)");
        }
        return Reply.of(Batch.of(view));
    }

    private Reply analytics(Call call) {
        String given = call.query("period");
        String text = given == null ? "1h" : given;
        Duration period = period(text);
        String pool = pool(call);
        if (analytics == null) {
            throw new ApiProblem(503, "no_analytics", "nothing counts here (expected: an administration with events)");
        }
        Figures total = analytics.summary(pool, period).total();
        return Reply.of(new QueueReport(
                text,
                total.count(Count.QUEUED),
                total.count(Count.RELEASED),
                total.count(Count.EXPIRED),
                total.count(Count.REFUSED) + total.count(Count.SHED) + total.count(Count.CANCELLED),
                total.waits().mean().toMillis(),
                total.waits().quantile(0.95).toMillis(),
                total.waits().quantile(0.99).toMillis(),
                total.peakWaiting()));
    }

    static Duration period(String text) {
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        Duration period = switch (text.charAt(text.length() - 1)) {
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        if (period.compareTo(LONGEST_PERIOD) > 0) {
            throw ApiProblem.invalid("period: " + text + " (expected: at most " + LONGEST_PERIOD.toDays() + "d)");
        }
        return period;
    }
}
