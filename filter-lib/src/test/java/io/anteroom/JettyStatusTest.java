// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.WaitStrategy;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The ways in which a waiting client can be told its standing, on a real Jetty. */
final class JettyStatusTest {
    private static final String STREAM = "{\"model\":\"m1\",\"stream\":true}";

    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder oneSlot() {
        return Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1))
                .policy(CallerPolicy.TRUSTED)
                .commitAfter(Duration.ofMillis(100));
    }

    /** The answer to a request that waited until its answer began, and was then let in. */
    private HttpResponse<String> waited(String path, String prefer, String json) throws Exception {
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        HttpRequest.Builder request = server.request(path)
                .header("Content-Type", "application/json")
                .header("Queue-Request-Id", "id1")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (prefer != null) {
            request.header("Prefer", "queue-status=" + prefer);
        }
        CompletableFuture<HttpResponse<String>> second = server.sendAsync(request);
        server.awaitCommitted();
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
        return second.get();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void chunk_asked_isSeenBeforeTheStream(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));

        HttpResponse<String> answer = waited("/stream/v1/chat/completions", "chunk", STREAM);

        assertThat(answer.headers().firstValue("Preference-Applied")).contains("queue-status=chunk");
        assertThat(answer.body())
                .startsWith("data: {\"id\":\"chatcmpl-id1\",\"object\":\"chat.completion.chunk\",\"created\":")
                .contains("\"model\":\"m1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}],\"queue\":{"
                        + "\"status\":\"queued\",\"queue_position\":1,\"queue_depth\":1,")
                .contains("\n\n: queue admitted wait_ms=")
                .endsWith("\ndata: " + STREAM + "\n\ndata: [DONE]\n\n");
    }

    @Test
    void event_asTheServersMode_needsNoAsking() throws Exception {
        server = TestServer.start(oneSlot().status(StatusMode.EVENT));

        HttpResponse<String> answer = waited("/stream/v1/messages", null, STREAM);

        assertThat(answer.headers().firstValue("Preference-Applied")).isEmpty();
        assertThat(answer.body())
                .startsWith("event: queue_status\ndata: {\"status\":\"queued\",\"queue_position\":1,")
                .endsWith("\ndata: " + STREAM + "\n\ndata: [DONE]\n\n");
    }

    @Test
    void none_asked_isSilent() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited("/stream/v1/chat/completions", "none", STREAM);

        assertThat(answer.headers().firstValue("Preference-Applied")).contains("queue-status=none");
        assertThat(answer.headers().firstValue("Queue-Wait-Ms")).isPresent();
        assertThat(answer.body()).startsWith("data: " + STREAM);
    }

    @Test
    void ollama_notAsked_getsLinesWithoutContent() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited("/lines/api/chat", null, "{\"model\":\"m1\"}");

        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(answer.body().lines())
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"))
                .first()
                .asString()
                .startsWith("{\"model\":\"m1\",\"created_at\":\"")
                .contains("\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false,\"queue\":{");
        assertThat(answer.body()).contains("\"queue\":{\"status\":\"admitted\"").endsWith("{\"done\":true}\n");
    }

    @ParameterizedTest
    @CsvSource({"/overloaded/api/chat,The backend answered 503: overloaded", "/throw/api/generate,The backend failed."})
    void ollama_applicationFails_endsWithAnErrorLine(String path, String message) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited(path, null, "{\"model\":\"m1\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).endsWith("\n{\"error\":\"" + message + "\"}\n");
    }

    @Test
    void whitespace_asked_comesBeforeTheJson() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited("/json/v1/chat/completions", "whitespace", "{}");

        assertThat(answer.headers().firstValue("Preference-Applied")).contains("queue-status=whitespace");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo("\n{\"id\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "/overloaded/v1/chat/completions,The backend answered 503: overloaded",
        "/hello/v1/chat/completions,The backend answered without a stream: hello",
        "/throw/v1/messages,The backend failed."
    })
    void whitespace_applicationFails_isTheErrorAsJson(String path, String message) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited(path, "whitespace", "{}");

        assertThat(answer.body()).startsWith("\n{\"type\":").contains("\"message\":\"" + message + "\"");
    }

    @Test
    void json_otherModesAsked_isHeldInSilence() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = waited("/json/v1/chat/completions", "chunk", "{}");

        assertThat(answer.headers().firstValue("Preference-Applied")).contains("queue-status=none");
        assertThat(answer.body()).isEqualTo("{\"id\":1}");
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void alias_isForwardedToThePathThatIsMeant(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy).route("/v1/*", "llm"));

        HttpResponse<String> atOnce = server.postAsync("/queue/chat/completions?a=b", "{\"priority\":1}")
                .get();
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/v1/hold");

        assertThat(atOnce.headers().firstValue("X-Path")).contains("/v1/chat/completions?a=b");
        assertThat(atOnce.headers().firstValue("Queue-Was-Queued")).contains("false");
        assertThat(atOnce.body()).isEqualTo("{}");
        assertThat(first.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void alias_afterAWait_isForwardedToo(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy).forceQueue(true));

        HttpResponse<String> answer = server.postAsync("/queue/chat/completions", "{\"priority\":1,\"a\":1}")
                .get();

        assertThat(answer.headers().firstValue("X-Path")).contains("/v1/chat/completions?null");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(answer.body()).isEqualTo("{\"a\":1}");
        server.awaitIdle();
    }

    @Test
    void enginePriority_ofThePool_isForwarded() throws Exception {
        ProtocolSettings protocol = ProtocolSettings.DEFAULT.withEngines(Map.of("llm", EnginePriority.HIGHER_FIRST));
        server = TestServer.start(oneSlot().protocol(protocol));

        HttpResponse<String> answer = server.postAsync("/echo/v1/chat/completions", "{\"priority\":5,\"a\":1}")
                .get();

        assertThat(answer.body()).isEqualTo("{\"a\":1,\"priority\":-5}");
        assertThat(answer.headers().firstValue("X-Length")).contains("21");
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions,429,504", "/v1/messages,429,504", "/api/chat,429,504"})
    void statuses_ofRefusals_canBeChosen(String path, int onFull, int onTimeout) throws Exception {
        PoolSettings pool = PoolSettings.ofSlots(1).withQueue(1, 1 << 20);
        server = TestServer.start(
                oneSlot().pool("llm", pool).protocol(ProtocolSettings.DEFAULT.withStatuses(onFull, onTimeout)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second =
                server.postAsync(path, "{\"stream\":false,\"gateflow\":{\"queue\":{\"max_wait_ms\":500}}}");
        server.awaitWaiting(1);

        HttpResponse<String> full = server.postAsync(path, "{}").get();

        assertThat(full.statusCode()).isEqualTo(onFull);
        assertThat(full.headers().firstValue("Queue-Reject-Reason")).contains("queue-full");
        assertThat(full.headers().firstValue("Retry-After")).isPresent();
        assertThat(second.get().statusCode()).isEqualTo(onTimeout);
        assertThat(second.get().headers().firstValue("Queue-Reject-Reason")).contains("wait-timeout");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }
}
