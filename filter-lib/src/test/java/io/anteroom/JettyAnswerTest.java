// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.servlet.CallerPolicy;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is added to, and changed in, the answers of an application, on a real Jetty. */
final class JettyAnswerTest {
    private static final String ASKING = "{\"gateflow\":{}}";
    private static final String AT_ONCE =
            "\"gateflow\":{\"queue\":{\"was_queued\":false,\"queue_wait_ms\":0,\"initial_position\":0}}";

    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder oneSlot() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(1)).policy(CallerPolicy.TRUSTED);
    }

    private static String said(String type, String text) {
        return "/say?type=" + URLEncoder.encode(type, StandardCharsets.UTF_8) + "&text="
                + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"/json", "/json?chunked"})
    void metadata_asked_isTheFirstMember(String path) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.postAsync(path, ASKING).get();

        assertThat(answer.body()).isEqualTo("{" + AT_ONCE + ",\"id\":1}");
    }

    @Test
    void metadata_notAsked_isNotThere() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.postAsync("/json", "{}").get();

        assertThat(answer.body()).isEqualTo("{\"id\":1}");
        assertThat(answer.headers().firstValue("Content-Length")).contains("8");
    }

    @Test
    void metadata_afterAWait_saysHowLong() throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second = server.postAsync("/json", ASKING);
        server.awaitWaiting(1);

        server.letGo();

        HttpResponse<String> answer = second.get();
        String millis = answer.headers().firstValue("Queue-Wait-Ms").orElseThrow();
        assertThat(answer.body())
                .isEqualTo("{\"gateflow\":{\"queue\":{\"was_queued\":true,\"queue_wait_ms\":" + millis
                        + ",\"initial_position\":1}},\"id\":1}");
        assertThat(first.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "application/json!{\"a\":1}!{@,\"a\":1}",
                "application/json; charset=utf-8!{\"a\":\"ü\"}!{@,\"a\":\"ü\"}",
                "application/json!~ |{ |\"a\":1}~!~ { \"a\":1}~",
                "application/json!~ |{ \"a\":1}~!~ {@, \"a\":1}~",
                "application/json!{}!{@}",
                "application/json!{ }!{@ }",
                "application/json![{\"a\":1}]![{\"a\":1}]",
                "application/json!{1}!{1}",
                "application/json!\"a\"!\"a\"",
                "text/plain!{\"a\":1}!{\"a\":1}",
                "application/x-ndjson!{\"a\":1}!{\"a\":1}"
            })
    void metadata_anyBody_isAddedToJsonObjectsOnly(String type, String text, String expected) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.postAsync(said(type, text), ASKING).get();

        assertThat(answer.body()).isEqualTo(expected.replace("@", AT_ONCE));
    }

    @Test
    void metadata_errorOfTheApplication_isLeftAlone() throws Exception {
        server = TestServer.start(oneSlot());

        assertThat(server.postAsync("/overloaded", ASKING).get().body())
                .isEqualTo("{\"error\":{\"message\":\"overloaded\"}}");
    }

    @ParameterizedTest
    @CsvSource({
        "Retry-After=7,7,7000",
        "retry-after=0,1,1000",
        "Retry-After=3600,60,60000",
        "Retry-After=soon,1,1000",
        "Retry-After=99999999999999,60,60000",
        "retry-after-ms=1500,2,1500",
        "Retry-After=2&retry-after-ms=2500,3,2500",
        "retry-after-ms=1&Retry-After=4,4,4000"
    })
    void retryAfter_ofTheApplication_isSentInBothForms(String query, String seconds, String millis) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.get("/retry?" + query);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().allValues("Retry-After")).containsExactly(seconds);
        assertThat(answer.headers().allValues("retry-after-ms")).containsExactly(millis);
    }

    @Test
    void retryAfter_aDate_isSentInSeconds() throws Exception {
        server = TestServer.start(oneSlot());
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plus(Duration.ofSeconds(40)));

        HttpResponse<String> answer =
                server.get("/retry?Retry-After=" + URLEncoder.encode(date, StandardCharsets.UTF_8));

        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(20, 40);
    }

    @Test
    void stainlessTimeout_isNotOutwaited() throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> tooShort = server.send(server.request("/hello").header("x-stainless-timeout", "0.2"));

        assertThat(tooShort.headers().firstValue("Queue-Reject-Reason").orElseThrow())
                .isIn("wait-timeout", "deadline");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }

    @Test
    void stainlessReadTimeout_isNotOutwaitedInSilence() throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> tooShort = server.send(server.request("/echo/v1/chat/completions")
                .header("x-stainless-read-timeout", "0.2")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(tooShort.headers().firstValue("Queue-Reject-Reason").orElseThrow())
                .isIn("wait-timeout", "deadline");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }
}
