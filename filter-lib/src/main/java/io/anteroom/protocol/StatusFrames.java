// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.QueueStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What a streaming client sees while it waits: SSE comments. One line that ends in one newline breaks no known client,
 * because it joins the event that follows it; a blank line after it breaks some.
 */
public final class StatusFrames {
    private StatusFrames() {}

    /** A comment with the standing of a request. */
    public static byte[] comment(QueueStatus status) {
        StringBuilder line = new StringBuilder(80)
                .append(": queue position=")
                .append(status.position())
                .append(" depth=")
                .append(status.depth());
        status.estimate()
                .ifPresent(estimate ->
                        line.append(" estimated_wait_seconds=").append(Refusals.seconds(estimate.likely())));
        return line.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The comment that ends the wait. */
    public static byte[] admitted(Duration waited) {
        return (": queue admitted wait_ms=" + waited.toMillis() + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The status object, the same wherever a standing is told as JSON. */
    public static String json(QueueStatus status) {
        JsonText json = new JsonText()
                .text("status", "queued")
                .number("queue_position", status.position())
                .number("queue_depth", status.depth());
        status.estimate().ifPresent(estimate -> Refusals.estimate(json, estimate));
        return json.number("waited_ms", status.waited().toMillis())
                .text("message", "Server busy, waiting for resources")
                .end();
    }
}
