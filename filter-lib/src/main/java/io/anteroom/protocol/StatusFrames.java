// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.QueueStatus;
import io.anteroom.protocol.Dialect.Family;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one client is sent from the beginning of its answer until the application comes, and after it has failed. In
 * comments: one line that ends in one newline breaks no known client, because it joins the event that follows it; a
 * blank line after it breaks some. Used by one thread at a time.
 */
public final class StatusFrames {
    private static final byte[] RUNNING = ascii(": queue running\n");
    private static final byte[] PADDING = ascii("\n");

    private final Manner manner;
    private final String requestId;
    private final long createdSeconds;
    private long sequence;

    /**
     * The frames of one request.
     *
     * @param manner how its client is spoken to
     * @param requestId its id, from which the ids in its frames are made
     * @param createdSeconds when it came, in seconds since 1970
     */
    public StatusFrames(Manner manner, String requestId, long createdSeconds) {
        this.manner = manner;
        this.requestId = requestId;
        this.createdSeconds = createdSeconds;
    }

    /** A frame with the standing of a request. */
    public byte[] status(QueueStatus status) {
        return switch (manner.status()) {
            case NONE -> new byte[0];
            case COMMENT -> ascii(comment(status));
            case CHUNK -> chunk(json(status));
            case EVENT -> utf8("event: queue_status\ndata: " + json(status) + "\n\n");
            case WHITESPACE -> PADDING;
        };
    }

    /** The frame that ends the wait. */
    public byte[] admitted(Duration waited) {
        long millis = waited.toMillis();
        if (manner.status() == StatusMode.WHITESPACE) {
            return new byte[0];
        }
        return isLines()
                ? chunk(new JsonText()
                        .text("status", "admitted")
                        .number("waited_ms", millis)
                        .end())
                : ascii(": queue admitted wait_ms=" + millis + "\n");
    }

    /** The frame that keeps the connection alive while the application is silent. */
    public byte[] running() {
        if (manner.status() == StatusMode.WHITESPACE) {
            return PADDING;
        }
        return isLines() ? chunk(new JsonText().text("status", "running").end()) : RUNNING;
    }

    /**
     * The last words of an answer that failed.
     *
     * @param problem what is wrong
     * @param isInside whether the application has sent a part of its answer, perhaps not up to the end of an event
     */
    public byte[] failed(Problem problem, boolean isInside) {
        if (manner.status() == StatusMode.WHITESPACE) {
            // Nothing can follow half a JSON object; that it never ends tells the client enough.
            return isInside ? new byte[0] : utf8(Answers.body(problem, manner.dialect(), requestId));
        }
        String apart = !isInside ? "" : isLines() ? "\n" : "\n\n";
        return utf8(apart + Answers.lastEvent(problem, manner.dialect(), requestId, sequence));
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

    private boolean isLines() {
        return manner.dialect().family() == Family.OLLAMA;
    }

    private static String comment(QueueStatus status) {
        StringBuilder line = new StringBuilder(80)
                .append(": queue position=")
                .append(status.position())
                .append(" depth=")
                .append(status.depth());
        status.estimate()
                .ifPresent(estimate ->
                        line.append(" estimated_wait_seconds=").append(Refusals.seconds(estimate.likely())));
        return line.append('\n').toString();
    }

    private byte[] chunk(String queue) {
        return utf8(
                switch (manner.dialect()) {
                    case ANTHROPIC ->
                        event(
                                "ping",
                                new JsonText()
                                        .text("type", "ping")
                                        .raw("queue", queue)
                                        .end());
                    case RESPONSES -> responses(queue);
                    case OLLAMA, OLLAMA_EMBED -> line("message", "{\"role\":\"assistant\",\"content\":\"\"}", queue);
                    case OLLAMA_GENERATE -> line("response", "\"\"", queue);
                    case COMPLETIONS ->
                        data(
                                "cmpl-",
                                "text_completion",
                                "[{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":null}]",
                                queue);
                    case OPENAI, EMBEDDINGS, PLAIN ->
                        data(
                                "chatcmpl-",
                                "chat.completion.chunk",
                                "[{\"index\":0,\"delta\":{},\"finish_reason\":null}]",
                                queue);
                });
    }

    /** A valid chunk without content: without {@code choices} it would break those who read the first of them. */
    private String data(String prefix, String object, String choices, String queue) {
        return "data: "
                + new JsonText()
                        .text("id", prefix + requestId)
                        .text("object", object)
                        .number("created", createdSeconds)
                        .text("model", model())
                        .raw("choices", choices)
                        .raw("queue", queue)
                        .end()
                + "\n\n";
    }

    private String line(String name, String empty, String queue) {
        return new JsonText()
                        .text("model", model())
                        .text(
                                "created_at",
                                Instant.ofEpochSecond(createdSeconds).toString())
                        .raw(name, empty)
                        .raw("done", "false")
                        .raw("queue", queue)
                        .end()
                + "\n";
    }

    /** OpenAI's SDKs insist that a stream begins with {@code response.created}, and let it come twice. */
    private String responses(String queue) {
        String begin = sequence == 0 ? response("response.created", null) : "";
        return begin + response("response.queued", queue);
    }

    private String response(String type, @Nullable String queue) {
        String response = new JsonText()
                .text("id", "resp_" + requestId)
                .text("object", "response")
                .number("created_at", createdSeconds)
                .text("status", "queued")
                .none("error")
                .none("incomplete_details")
                .none("instructions")
                .raw("metadata", "{}")
                .text("model", model())
                .raw("output", "[]")
                .raw("parallel_tool_calls", "true")
                .none("temperature")
                .text("tool_choice", "auto")
                .raw("tools", "[]")
                .none("top_p")
                .end();
        JsonText data = new JsonText()
                .text("type", type)
                .number("sequence_number", sequence++)
                .raw("response", response);
        return event(type, (queue == null ? data : data.raw("queue", queue)).end());
    }

    private String model() {
        String model = manner.model();
        return model == null ? "" : model;
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
