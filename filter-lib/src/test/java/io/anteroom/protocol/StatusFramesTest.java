// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of status frames: comments end in one newline, none in a blank line. */
final class StatusFramesTest {
    private static QueueStatus status(Optional<Estimate> estimate) {
        return new QueueStatus(5, 7, 12, estimate, Duration.ofSeconds(10), QueueStatus.Limit.SLOTS);
    }

    private static final Optional<Estimate> ESTIMATE =
            Optional.of(new Estimate(Duration.ofMillis(17_001), Duration.ofSeconds(12), Duration.ofSeconds(27)));

    private static StatusFrames frames(Dialect dialect, StatusMode mode) {
        return new StatusFrames(new Manner(dialect, mode, false, "m1", false), "id1", 1_700_000_000);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String shown(Dialect dialect, StatusMode mode) {
        return text(frames(dialect, mode).status(status(Optional.empty())));
    }

    private static final String QUEUE = "{\"status\":\"queued\",\"queue_position\":5,\"queue_depth\":12,"
            + "\"waited_ms\":10000,\"message\":\"Server busy, waiting for resources\"}";

    @Test
    void comment_estimateKnown_isOneLine() {
        assertThat(text(frames(Dialect.OPENAI, StatusMode.COMMENT).status(status(ESTIMATE))))
                .isEqualTo(": queue position=5 depth=12 estimated_wait_seconds=18\n");
    }

    @Test
    void comment_estimateUnknown_saysNothingOfIt() {
        assertThat(shown(Dialect.ANTHROPIC, StatusMode.COMMENT)).isEqualTo(": queue position=5 depth=12\n");
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMENT", "CHUNK", "EVENT"})
    void admitted_inAnEventStream_isAComment(StatusMode mode) {
        StatusFrames frames = frames(Dialect.OPENAI, mode);

        assertThat(text(frames.admitted(Duration.ofMillis(12_345)))).isEqualTo(": queue admitted wait_ms=12345\n");
        assertThat(text(frames.running())).isEqualTo(": queue running\n");
    }

    @Test
    void chunk_chat_isAChunkWithoutContent() {
        assertThat(shown(Dialect.OPENAI, StatusMode.CHUNK))
                .isEqualTo("data: {\"id\":\"chatcmpl-id1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                        + "\"model\":\"m1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}],\"queue\":"
                        + QUEUE + "}\n\n");
    }

    @Test
    void chunk_completions_isAChunkWithoutText() {
        assertThat(shown(Dialect.COMPLETIONS, StatusMode.CHUNK))
                .startsWith("data: {\"id\":\"cmpl-id1\",\"object\":\"text_completion\",")
                .contains("\"choices\":[{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":null}]")
                .endsWith("\"queue\":" + QUEUE + "}\n\n");
    }

    @Test
    void chunk_anthropic_isAPing() {
        assertThat(shown(Dialect.ANTHROPIC, StatusMode.CHUNK))
                .isEqualTo("event: ping\ndata: {\"type\":\"ping\",\"queue\":" + QUEUE + "}\n\n");
    }

    @Test
    void chunk_responses_beginsAndCountsOn() {
        StatusFrames frames = frames(Dialect.RESPONSES, StatusMode.CHUNK);

        String first = text(frames.status(status(Optional.empty())));
        String second = text(frames.status(status(Optional.empty())));
        String last = text(frames.failed(LateErrors.failed(), false));

        assertThat(first.lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: response.created", "event: response.queued");
        assertThat(first).contains("\"sequence_number\":0").contains("\"sequence_number\":1");
        assertThat(first).endsWith("\"queue\":" + QUEUE + "}\n\n");
        assertThat(second)
                .startsWith("event: response.queued\ndata: {\"type\":\"response.queued\",\"sequence_number\":2,");
        assertThat(last)
                .startsWith("event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":3,")
                .contains("event: error\ndata: {\"type\":\"error\",\"sequence_number\":4,");
    }

    @Test
    void chunk_ollama_isALineWithoutContent() {
        assertThat(shown(Dialect.OLLAMA, StatusMode.CHUNK))
                .isEqualTo("{\"model\":\"m1\",\"created_at\":\"2023-11-14T22:13:20Z\",\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"\"},\"done\":false,\"queue\":" + QUEUE + "}\n");
        assertThat(shown(Dialect.OLLAMA_GENERATE, StatusMode.CHUNK))
                .isEqualTo("{\"model\":\"m1\",\"created_at\":\"2023-11-14T22:13:20Z\",\"response\":\"\","
                        + "\"done\":false,\"queue\":" + QUEUE + "}\n");
    }

    @Test
    void event_anyEventStream_isTheStatusObject() {
        assertThat(shown(Dialect.PLAIN, StatusMode.EVENT)).isEqualTo("event: queue_status\ndata: " + QUEUE + "\n\n");
    }

    @Test
    void whitespace_errorBeforeTheAnswer_isTheBodyOfARefusal() {
        StatusFrames frames = frames(Dialect.OPENAI, StatusMode.WHITESPACE);

        assertThat(text(frames.status(status(ESTIMATE)))).isEqualTo("\n");
        assertThat(frames.admitted(Duration.ZERO)).isEmpty();
        assertThat(text(frames.failed(LateErrors.failed(), false)))
                .startsWith("{\"type\":")
                .contains("\"code\":\"upstream_error\"");
        assertThat(frames.failed(LateErrors.failed(), true)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,\\n\\n", "ANTHROPIC,\\n\\n", "OLLAMA,\\n"})
    void failed_insideTheAnswer_standsApart(Dialect dialect, String apart) {
        String begin = apart.replace("\\n", "\n");
        String inside = text(frames(dialect, StatusMode.COMMENT).failed(LateErrors.failed(), true));

        assertThat(inside)
                .isEqualTo(begin + text(frames(dialect, StatusMode.COMMENT).failed(LateErrors.failed(), false)));
    }

    @Test
    void json_isTheStatusObject() {
        assertThat(StatusFrames.json(status(ESTIMATE)))
                .isEqualTo("{\"status\":\"queued\",\"queue_position\":5,\"queue_depth\":12,"
                        + "\"estimated_wait_seconds\":18,\"estimated_wait_range_seconds\":[12,27],"
                        + "\"waited_ms\":10000,\"message\":\"Server busy, waiting for resources\"}");
    }
}
