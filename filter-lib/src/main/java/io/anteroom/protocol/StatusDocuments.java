// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.QueueStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The documents that clients can ask for: tickets, requests, batches, and a caller's own view of the queue. */
public final class StatusDocuments {
    private static final String JSON = "application/json";

    private StatusDocuments() {}

    /** A ticket that has just been given: {@code 202} if it waits, {@code 201} if its slot is reserved already. */
    public static Answer created(TicketView ticket, String requestId, boolean applied) {
        Map<String, String> headers = headers(ticket);
        headers.put("Location", ticket.url());
        headers.put(Headers.REQUEST_ID, requestId);
        if (applied) {
            headers.put("Preference-Applied", "respond-async");
        }
        return answer(ticket.state() == TicketView.State.QUEUED ? 202 : 201, headers, ticket.json());
    }

    /** A ticket as it stands. */
    public static Answer ticket(TicketView ticket) {
        return answer(200, headers(ticket), ticket.json());
    }

    /** The same as an event for those who watch it. */
    public static byte[] event(TicketView ticket) {
        return ("event: queue_status\ndata: " + ticket.json() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> headers(TicketView ticket) {
        Map<String, String> headers = noStore();
        QueueStatus standing = ticket.standing();
        if (standing != null) {
            Duration early =
                    standing.estimate().map(Estimate::low).orElse(Duration.ZERO).dividedBy(2);
            headers.put("Retry-After", Long.toString(RetryAfter.headerSeconds(early)));
        }
        return headers;
    }

    private static Map<String, String> noStore() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        return headers;
    }

    private static Answer answer(int status, Map<String, String> headers, String body) {
        return new Answer(status, headers, JSON, body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * One request of a caller.
     *
     * @param id its id
     * @param state {@code queued}, {@code kept} or {@code running}
     * @param pool its pool
     * @param standing where it stands, or null if it does not wait
     * @param waited how long it has waited, or had
     * @param keptFor how long its place is still kept, or null
     */
    public record RequestView(
            String id,
            String state,
            String pool,
            @Nullable QueueStatus standing,
            Duration waited,
            @Nullable Duration keptFor) {

        private String json() {
            JsonText json = new JsonText()
                    .text("id", id)
                    .text("object", "queue.request")
                    .text("status", state)
                    .text("pool", pool);
            QueueStatus place = standing;
            if (place != null) {
                json.number("queue_position", place.position()).number("queue_depth", place.depth());
                place.estimate().ifPresent(estimate -> Refusals.estimate(json, estimate));
            }
            Duration kept = keptFor;
            if (kept != null) {
                json.number("place_kept_seconds", Math.max(0, kept.toSeconds()));
            }
            return json.number("waited_ms", waited.toMillis()).end();
        }
    }

    /** One request. */
    public static Answer request(RequestView request) {
        return answer(200, noStore(), request.json());
    }

    /**
     * A batch, in GateFlow's words.
     *
     * @param total how many requests have come
     * @param completed how many have run to their end
     * @param running how many run
     * @param queued how many wait
     * @param failed how many got no slot
     * @param averageWait of those that got one
     */
    public record BatchView(
            String id, long total, long completed, long running, long queued, long failed, Duration averageWait) {}

    /** A batch. */
    public static Answer batch(BatchView batch) {
        return answer(
                200,
                noStore(),
                new JsonText()
                        .text("batch_id", batch.id())
                        .number("total_requests", batch.total())
                        .number("completed", batch.completed())
                        .number("running", batch.running())
                        .number("queued", batch.queued())
                        .number("failed", batch.failed())
                        .number("avg_wait_ms", batch.averageWait().toMillis())
                        .end());
    }

    /**
     * How it stands with one pool.
     *
     * @param name its name
     * @param settings what it is set to
     * @param figures its figures
     */
    public record PoolView(String name, PoolSettings settings, PoolSnapshot figures) {
        private String json() {
            JsonText levels = new JsonText();
            figures.levels()
                    .forEach((level, depth) -> levels.number(level.name().toLowerCase(Locale.ROOT), depth.waiting()));
            JsonText json = new JsonText()
                    .text("name", name)
                    .number("current_size", figures.waiting())
                    .number("max_size", settings.maxWaiting())
                    .raw("by_priority", levels.end())
                    .number("running", figures.running())
                    .number("slots", settings.slots());
            figures.estimate().ifPresent(estimate -> Refusals.estimate(json, estimate));
            return json.end();
        }
    }

    /** What a caller has in the queue, and the pools if it may see them. */
    public static Answer status(List<TicketView> tickets, List<RequestView> requests, @Nullable List<PoolView> pools) {
        JsonText json = new JsonText()
                .text("object", "queue.status")
                .raw("tickets", tickets.stream().map(TicketView::json).collect(Collectors.joining(",", "[", "]")))
                .raw("requests", requests.stream().map(RequestView::json).collect(Collectors.joining(",", "[", "]")));
        if (pools != null) {
            json.raw("pools", pools.stream().map(PoolView::json).collect(Collectors.joining(",", "[", "]")));
        }
        return answer(200, noStore(), json.end());
    }
}
