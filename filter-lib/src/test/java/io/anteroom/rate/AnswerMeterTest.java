// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What answers of the known APIs have used, whatever pieces they come in. */
final class AnswerMeterTest {
    private static final String EVENTS = "text/event-stream; charset=utf-8";
    private static final String JSON = "application/json";

    private static Usage usage(int status, String type, String encoding, String answer) {
        Usage[] seen = new Usage[3];
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        AnswerMeter whole = new AnswerMeter(7);
        whole.begin(status, type, encoding);
        whole.feed(bytes, 0, bytes.length);
        seen[0] = whole.usage();
        AnswerMeter single = new AnswerMeter(7);
        single.begin(status, type, encoding);
        for (byte one : bytes) {
            single.feed(one & 0xff);
        }
        seen[1] = single.usage();
        AnswerMeter pieces = new AnswerMeter(7);
        pieces.begin(status, type, encoding);
        Random random = new Random(1);
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, random.nextInt(9));
            pieces.feed(bytes, at, length);
            at += length;
        }
        seen[2] = pieces.usage();
        assertThat(seen[1]).isEqualTo(seen[0]);
        assertThat(seen[2]).isEqualTo(seen[0]);
        return seen[0];
    }

    private static Usage usage(String type, String answer) {
        return usage(200, type, null, answer);
    }

    @Test
    void usage_openAiJson() {
        String answer = """
                {
                  "choices": [{"index": 0, "message": {"content": "{\\"usage\\":{\\"prompt_tokens\\":99}} ö"}}],
                  "usage": {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46,
                            "prompt_tokens_details": {"cached_tokens": 8},
                            "completion_tokens_details": {"reasoning_tokens": 20}}
                }
                """;

        assertThat(usage(JSON, answer)).isEqualTo(new Usage(12, 34));
        assertThat(usage(JSON, "{\"data\":[[1,2]],\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}"))
                .isEqualTo(new Usage(5, 0));
        assertThat(usage(JSON, "{\"object\":\"response\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}"))
                .isEqualTo(new Usage(3, 4));
    }

    @Test
    void usage_openAiStream_lastChunk_orElseTheNumberOfChunks() {
        String chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n";
        String last =
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n";
        String done = "data: [DONE]\n\n";

        assertThat(usage(EVENTS, ": queue position=5 \"\n" + chunk + chunk + last + done))
                .isEqualTo(new Usage(9, 2));
        assertThat(usage(EVENTS, chunk + chunk + chunk)).isEqualTo(new Usage(7, 3));
    }

    @Test
    void usage_responsesStream() {
        String answer = """
                event: response.output_text.delta
                data: {"type":"response.output_text.delta","delta":"usage"}

                event: response.completed
                data: {"type":"response.completed","response":{"id":"r","usage":{"input_tokens":10,\
                "input_tokens_details":{"cached_tokens":4},"output_tokens":20,"total_tokens":30}}}

                """;

        assertThat(usage(EVENTS, answer)).isEqualTo(new Usage(10, 20));
    }

    @Test
    void usage_anthropicStream_startAndDelta() {
        String answer = """
                event: message_start
                data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":25,\
                "cache_creation_input_tokens":5,"cache_read_input_tokens":70,"output_tokens":1}}}

                event: content_block_delta
                data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

                """;

        assertThat(usage(EVENTS, answer)).isEqualTo(new Usage(100, 15));
    }

    @Test
    void usage_ollama() {
        String lines = "{\"response\":\"a\",\"done\":false}\n{\"response\":\"\",\"done\":true,"
                + "\"prompt_eval_count\":26,\"eval_count\":298,\"eval_duration\":4799921000}\n";

        assertThat(usage("application/x-ndjson", lines)).isEqualTo(new Usage(26, 298));
        assertThat(usage(JSON, lines.substring(lines.indexOf('\n') + 1))).isEqualTo(new Usage(26, 298));
    }

    @Test
    void usage_writtenByTheModel_isNotBelieved() {
        String tool =
                "{\"content\":[{\"type\":\"tool_use\",\"input\":{\"usage\":{\"output_tokens\":0},\"eval_count\":0}}],"
                        + "\"usage\":{\"input_tokens\":5,\"output_tokens\":60}}";
        String ollama =
                "{\"message\":{\"tool_calls\":[{\"function\":{\"arguments\":{\"eval_count\":0}}}]},\"eval_count\":9}";

        assertThat(usage(JSON, tool)).isEqualTo(new Usage(5, 60));
        assertThat(usage(JSON, ollama)).isEqualTo(new Usage(7, 9));
        assertThat(usage(JSON, "{\"usage\":{\"input_tokens\":-5,\"output_tokens\":1.5}}")
                        .output())
                .isEqualTo(13);
    }

    @Test
    void usage_noFigures_isCounted_failed_isNothing() {
        assertThat(usage("text/plain", "12345678")).isEqualTo(new Usage(7, 2));
        assertThat(usage(200, JSON, "gzip", "{\"usage\":{\"input_tokens\":5}}")).isEqualTo(new Usage(7, 7));
        assertThat(usage(503, JSON, null, "{\"error\":{}}")).isEqualTo(Usage.NONE);
        assertThat(new AnswerMeter(7).usage()).isEqualTo(new Usage(7, 0));
    }

    @Test
    void usage_hugeOrBroken_staysBounded() {
        assertThat(usage(JSON, "{\"usage\":{\"output_tokens\":" + "9".repeat(500) + "}}")
                        .output())
                .isEqualTo(1_000_000_000);
        assertThat(usage(JSON, "}}}]]" + "[".repeat(100_000) + "\"")).isNotNull();
        assertThat(usage(
                        EVENTS,
                        "data: {\"a\":\"cut\ndata: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n"))
                .isEqualTo(new Usage(1, 2));
    }
}
