// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.protocol.Problem.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Puts a {@link Refusal} into words. */
public final class Refusals {
    private Refusals() {}

    /** The problem that a refusal by a pool means to its client. */
    public static Problem problem(String pool, Refusal refusal) {
        Kind kind = kind(refusal.code());
        String message = sentence(pool, refusal) + " Please try again in "
                + RetryAfter.wholeSeconds(refusal.retryAfter()) + "s.";
        return new Problem(kind, message, refusal.retryAfter(), queue(kind, refusal));
    }

    /**
     * The problem of a client that has been held for as long as it may be, and whose place is kept.
     *
     * @param keptFor how long
     * @param now counted from when
     */
    public static Problem kept(String pool, Refusal refusal, QueueStatus status, Duration keptFor, Instant now) {
        Instant until = now.plus(keptFor).truncatedTo(ChronoUnit.SECONDS);
        String message = sentence(pool, refusal) + " Position " + status.position() + " of " + status.depth()
                + " is kept until " + until + ": send the same request again, and it goes on waiting there."
                + " Please try again in " + RetryAfter.wholeSeconds(refusal.retryAfter()) + "s.";
        String queue = queue(Kind.WAIT_TIMEOUT, refusal);
        String place = new JsonText()
                .number("queue_position", status.position())
                .raw("place_kept", "true")
                .number("place_kept_seconds", keptFor.toSeconds())
                .text("place_kept_until", until.toString())
                .end();
        String both = queue.substring(0, queue.length() - 1) + "," + place.substring(1);
        return new Problem(Kind.WAIT_TIMEOUT, message, refusal.retryAfter(), both);
    }

    /** The row of the table that a code stands for. */
    public static Kind kind(Refusal.Code code) {
        return switch (code) {
            case QUEUE_FULL -> Kind.QUEUE_FULL;
            case QUEUE_BYTES_FULL -> Kind.QUEUE_MEMORY;
            case NO_SLOT -> Kind.NO_SLOT;
            case KEY_LIMIT, IP_LIMIT -> Kind.FAIR_SHARE;
            case WAIT_TOO_LONG -> Kind.WAIT_TOO_LONG;
            case WAIT_TIMEOUT -> Kind.WAIT_TIMEOUT;
            case SHED -> Kind.EVICTED;
            case CANCELLED -> Kind.CANCELLED;
            case SHUTTING_DOWN -> Kind.SHUTTING_DOWN;
            case NODE_LOST -> Kind.NODE_LOST;
            case ABSENT -> Kind.WAIT_TIMEOUT;
            case RATE_LIMITED -> Kind.RATE_LIMITED;
            case QUOTA -> Kind.QUOTA;
            case LIMITS_UNAVAILABLE -> Kind.LIMITS_UNAVAILABLE;
        };
    }

    private static String sentence(String pool, Refusal refusal) {
        return switch (refusal.code()) {
            case QUEUE_FULL -> "The queue of pool '" + pool + "' is full: " + outOf(refusal, "requests wait.");
            case QUEUE_BYTES_FULL ->
                "The queue of pool '" + pool + "' holds as many bytes of request bodies as it may.";
            case NO_SLOT -> "All slots of pool '" + pool + "' are taken and the request may not wait.";
            case KEY_LIMIT -> "This API key has as many requests waiting as it may" + bound(refusal) + ".";
            case IP_LIMIT -> "This address has as many requests waiting as it may" + bound(refusal) + ".";
            case WAIT_TOO_LONG -> "The wait would be longer than the request may wait" + expected(refusal) + ".";
            case WAIT_TIMEOUT ->
                "No slot became free within " + refusal.waited().toMillis() + " ms.";
            case SHED ->
                "More urgent requests took the place after " + refusal.waited().toMillis() + " ms.";
            case CANCELLED ->
                "An operator ended the wait after " + refusal.waited().toMillis() + " ms" + note(refusal);
            case SHUTTING_DOWN -> "The server is shutting down.";
            case NODE_LOST -> "The place was lost together with the node that held it.";
            case RATE_LIMITED -> "This caller has sent too much in too short a time.";
            case QUOTA -> "The budget of this caller is used up.";
            case LIMITS_UNAVAILABLE -> "The limits of this caller cannot be checked.";
            case ABSENT -> "Nobody came back in time to the place that was kept.";
        };
    }

    private static String outOf(Refusal refusal, String what) {
        return refusal.limit() > 0
                ? refusal.depth() + " of " + refusal.limit() + " " + what
                : refusal.depth() + " " + what;
    }

    private static String note(Refusal refusal) {
        String note = refusal.note();
        return note == null || note.isEmpty() ? "." : ": " + note + (note.endsWith(".") ? "" : ".");
    }

    private static String bound(Refusal refusal) {
        return refusal.limit() > 0 ? " (" + refusal.limit() + ")" : "";
    }

    private static String expected(Refusal refusal) {
        return refusal.estimate()
                .map(estimate -> ": about " + RetryAfter.wholeSeconds(estimate.likely()) + " s")
                .orElse("");
    }

    private static String queue(Kind kind, Refusal refusal) {
        JsonText json = new JsonText()
                .text("status", "refused")
                .text("reason", kind.reason())
                .number("queue_depth", refusal.depth());
        if (refusal.limit() > 0) {
            json.number("limit", refusal.limit());
        }
        refusal.estimate().ifPresent(estimate -> estimate(json, estimate));
        return json.number("waited_ms", refusal.waited().toMillis())
                .number("retry_after_seconds", RetryAfter.wholeSeconds(refusal.retryAfter()))
                .end();
    }

    static void estimate(JsonText json, Estimate estimate) {
        json.number("estimated_wait_seconds", seconds(estimate.likely()))
                .raw(
                        "estimated_wait_range_seconds",
                        "[" + estimate.low().toSeconds() + "," + seconds(estimate.high()) + "]");
    }

    /** Rounded up, so that nothing is promised too early. */
    static long seconds(Duration duration) {
        return duration.getNano() > 0 ? duration.getSeconds() + 1 : duration.getSeconds();
    }
}
