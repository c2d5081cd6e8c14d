// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of refusals, for every dialect. A change here is a change of the public protocol. */
final class AnswersTest {
    private static final Refusal FULL = new Refusal(
            Refusal.Code.QUEUE_FULL,
            64,
            64,
            Duration.ZERO,
            Duration.ofMillis(17_400),
            Optional.of(new Estimate(Duration.ofMillis(17_400), Duration.ofMillis(12_900), Duration.ofMillis(26_100))));
    private static final String QUEUE = "{\"status\":\"refused\",\"reason\":\"queue-full\",\"queue_depth\":64,"
            + "\"limit\":64,\"estimated_wait_seconds\":18,\"estimated_wait_range_seconds\":[12,27],"
            + "\"waited_ms\":0,\"retry_after_seconds\":18}";
    private static final String MESSAGE =
            "The queue of pool 'llm' is full: 64 of 64 requests wait. Please try again in 18s.";
    private static final String ERROR = "{\"message\":\"" + MESSAGE
            + "\",\"type\":\"server_error\",\"param\":null,\"code\":\"queue_full\",\"queue\":" + QUEUE + "}";

    private static Answer full(Dialect dialect, String accept) {
        return Answers.of(Refusals.problem("llm", FULL), dialect, "id1", accept);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "COMPLETIONS", "EMBEDDINGS", "RESPONSES", "PLAIN"})
    void refusal_openAiAndPlain_isErrorMergedWithProblem(Dialect dialect) {
        Answer answer = full(dialect, "application/json");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(text(answer.body()))
                .isEqualTo("{\"type\":\"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity\","
                        + "\"title\":\"The queue is full\",\"status\":503,\"detail\":\"" + MESSAGE + "\",\"error\":"
                        + ERROR + ",\"request_id\":\"id1\"}");
    }

    @Test
    void refusal_problemAsked_isProblemJson() {
        assertThat(full(Dialect.PLAIN, "application/problem+json").contentType())
                .isEqualTo("application/problem+json");
        assertThat(full(Dialect.ANTHROPIC, "application/problem+json").contentType())
                .isEqualTo("application/json");
        assertThat(full(Dialect.OLLAMA, "application/problem+json").contentType())
                .isEqualTo("application/json");
    }

    @Test
    void refusal_anthropic_isOverloaded() {
        Answer answer = full(Dialect.ANTHROPIC, null);

        assertThat(answer.status()).isEqualTo(529);
        assertThat(text(answer.body()))
                .isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"" + MESSAGE
                        + "\",\"code\":\"queue_full\",\"queue\":" + QUEUE + "},\"request_id\":\"id1\"}");
    }

    @Test
    void refusal_ollama_isErrorText() {
        Answer answer = full(Dialect.OLLAMA, null);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(text(answer.body())).isEqualTo("{\"error\":\"" + MESSAGE + "\",\"queue\":" + QUEUE + "}");
    }

    @Test
    void refusal_headers_sayWhyAndWhenToComeBack() {
        assertThat(full(Dialect.OPENAI, null).headers())
                .containsEntry("Queue-Reject-Reason", "queue-full")
                .containsEntry("Queue-Request-Id", "id1")
                .containsEntry("Retry-After", "18")
                .containsEntry("retry-after-ms", "17400")
                .containsEntry("Cache-Control", "no-store")
                .doesNotContainKey("Connection");
    }

    @ParameterizedTest
    @CsvSource({
        "0,1,1000",
        "1,1,1000",
        "999,1,1000",
        "1000,1,1000",
        "1001,2,1001",
        "60000,60,60000",
        "86400000,60,60000"
    })
    void retryAfter_anyDuration_isWholeSecondsFromOneToSixty(long millis, String seconds, String retryMillis) {
        Refusal refusal =
                new Refusal(Refusal.Code.NO_SLOT, 0, 0, Duration.ZERO, Duration.ofMillis(millis), Optional.empty());

        Answer answer = Answers.of(Refusals.problem("llm", refusal), Dialect.OPENAI, "id1", null);

        assertThat(answer.headers()).containsEntry("Retry-After", seconds).containsEntry("retry-after-ms", retryMillis);
    }

    @Test
    void retryAfter_beyondTheMinute_bodyTellsTheTruth() {
        Refusal refusal =
                new Refusal(Refusal.Code.QUEUE_FULL, 9, 9, Duration.ZERO, Duration.ofSeconds(600), Optional.empty());

        assertThat(text(Answers.of(Refusals.problem("llm", refusal), Dialect.OPENAI, "id1", null)
                        .body()))
                .contains("\"retry_after_seconds\":600")
                .contains("Please try again in 600s.");
    }

    @ParameterizedTest
    @CsvSource({
        "QUEUE_FULL,503,529,queue_full,queue-full",
        "QUEUE_BYTES_FULL,503,529,queue_full,queue-memory",
        "NO_SLOT,503,529,no_slot,no-slot",
        "KEY_LIMIT,429,429,queue_limit_exceeded,fair-share",
        "IP_LIMIT,429,429,queue_limit_exceeded,fair-share",
        "WAIT_TOO_LONG,503,529,queue_wait_too_long,deadline",
        "WAIT_TIMEOUT,503,529,queue_timeout,wait-timeout",
        "SHED,503,529,queue_evicted,evicted",
        "CANCELLED,503,529,queue_cancelled,cancelled",
        "SHUTTING_DOWN,503,503,shutting_down,shutting-down",
        "NODE_LOST,503,529,node_lost,node-lost"
    })
    void table_everyCode_hasItsRow(Refusal.Code code, int status, int anthropic, String errorCode, String reason) {
        Refusal refusal = new Refusal(code, 1, 2, Duration.ofMillis(5), Duration.ofSeconds(1), Optional.empty());
        Problem problem = Refusals.problem("llm", refusal);

        Answer answer = Answers.of(problem, Dialect.OPENAI, "id1", null);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(Answers.of(problem, Dialect.ANTHROPIC, "id1", null).status()).isEqualTo(anthropic);
        assertThat(text(answer.body())).contains("\"code\":\"" + errorCode + "\"");
        assertThat(answer.headers()).containsEntry("Queue-Reject-Reason", reason);
        assertThat(Refusals.kind(code)).isNotNull();
    }

    @Test
    void shuttingDown_isWorthAnEarlyRetry() {
        Refusal refusal =
                new Refusal(Refusal.Code.SHUTTING_DOWN, 0, 0, Duration.ZERO, Duration.ofSeconds(1), Optional.empty());

        assertThat(Answers.of(Refusals.problem("llm", refusal), Dialect.OPENAI, "id1", null)
                        .headers())
                .containsEntry("Retry-After", "1");
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "COMPLETIONS", "PLAIN"})
    void event_chat_isOneErrorEvent(Dialect dialect) {
        assertThat(Answers.lastEvent(Refusals.problem("llm", FULL), dialect, "id1", 0))
                .isEqualTo("event: error\ndata: {\"type\":\"error\",\"error\":" + ERROR + "}\n\n");
    }

    @Test
    void event_anthropic_isItsErrorEvent() {
        assertThat(Answers.lastEvent(Refusals.problem("llm", FULL), Dialect.ANTHROPIC, "id1", 0))
                .startsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",")
                .endsWith(",\"request_id\":\"id1\"}\n\n");
    }

    @Test
    void event_responses_failsAndThenErrs() {
        assertThat(Answers.lastEvent(Refusals.problem("llm", FULL), Dialect.RESPONSES, "id1", 0))
                .isEqualTo("event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":0,"
                        + "\"response\":{\"id\":\"resp_id1\",\"object\":\"response\",\"status\":\"failed\",\"error\":"
                        + "{\"code\":\"queue_full\",\"message\":\"" + MESSAGE + "\"},\"output\":[]}}\n\n"
                        + "event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,\"code\":\"queue_full\","
                        + "\"message\":\"" + MESSAGE + "\",\"param\":null,\"queue\":" + QUEUE + "}\n\n");
    }

    @Test
    void event_ollama_isOneLine() {
        assertThat(Answers.lastEvent(Refusals.problem("llm", FULL), Dialect.OLLAMA, "id1", 0))
                .isEqualTo("{\"error\":\"" + MESSAGE + "\",\"queue\":" + QUEUE + "}\n");
    }

    @Test
    void quota_isNotWorthARetry() {
        Answer answer = Answers.of(
                new Problem(Problem.Kind.QUOTA, "The budget is used up.", null, null), Dialect.OPENAI, "id1", null);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.headers())
                .containsEntry("x-should-retry", "false")
                .containsEntry("Queue-Reject-Reason", "quota")
                .doesNotContainKeys("Retry-After", "retry-after-ms");
        assertThat(text(answer.body())).contains("\"code\":\"insufficient_quota\"");
    }

    @ParameterizedTest
    @CsvSource({"429,rate_limit_error,429", "504,timeout_error,504"})
    void status_ownOne_countsForEveryDialectAndItsType(int status, String anthropicType, int expected) {
        Problem problem = Refusals.problem("llm", FULL).withStatus(status);

        Answer anthropic = Answers.of(problem, Dialect.ANTHROPIC, "id1", null);
        Answer openai = Answers.of(problem, Dialect.OPENAI, "id1", null);

        assertThat(anthropic.status()).isEqualTo(expected);
        assertThat(openai.status()).isEqualTo(expected);
        assertThat(text(anthropic.body())).contains("\"error\":{\"type\":\"" + anthropicType + "\"");
        assertThat(text(openai.body())).contains("\"status\":" + status).contains("\"code\":\"queue_full\"");
    }

    @Test
    void json_hostileText_isEscaped() {
        assertThat(new JsonText()
                        .text("a\"\n", "\u0000\u2028</script>\\\t\r\u007f")
                        .end())
                .isEqualTo("{\"a\\\"\\n\":\"\\u0000\\u2028</script>\\\\\\t\\r\\u007f\"}");
    }
}
