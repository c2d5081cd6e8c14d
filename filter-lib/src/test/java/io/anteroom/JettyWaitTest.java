// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.WaitStrategy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The filter on a real Jetty: waiting, being let in, being refused, with and without a thread. */
final class JettyWaitTest {
    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder oneSlot() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(1)).policy(CallerPolicy.TRUSTED);
    }

    @Test
    void request_freeSlot_isLetInAtOnce() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.get("/hello");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("false");
        assertThat(answer.headers().firstValue("Queue-Request-Id")).isPresent();
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void request_noSlot_waitsAndIsLetIn(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second = server.postAsync("/echo", "{\"priority\":5,\"a\":1}");
        server.awaitWaiting(1);

        server.letGo();

        assertThat(first.get().body()).isEqualTo("held");
        HttpResponse<String> waited = second.get();
        assertThat(waited.statusCode()).isEqualTo(200);
        assertThat(waited.body()).isEqualTo("{\"priority\":5,\"a\":1}");
        assertThat(waited.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(waited.headers().firstValue("Queue-Initial-Position")).contains("1");
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void request_longestWaitOver_isRefused(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> second = server.postAsync(
                        "/v1/chat/completions", "{\"gateflow\":{\"queue\":{\"max_wait_ms\":100}}}")
                .get();

        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Queue-Reject-Reason")).contains("wait-timeout");
        assertThat(second.headers()
                        .firstValue("Retry-After")
                        .map(Integer::parseInt)
                        .orElse(0))
                .isBetween(1, 60);
        assertThat(second.body()).contains("\"code\":\"queue_timeout\"");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void streamingRequest_waits_seesItsPositionAndThenTheStream(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy).commitAfter(Duration.ofMillis(100)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second =
                server.postAsync("/stream/v1/chat/completions", "{\"stream\":true,\"priority\":1}");
        server.awaitCommitted();

        server.letGo();

        assertThat(second.get().body())
                .startsWith(": queue position=1 depth=1")
                .contains("\n: queue admitted wait_ms=")
                .endsWith("\ndata: {\"stream\":true}\n\ndata: [DONE]\n\n");
        assertThat(second.get().headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(first.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void streamingRequest_applicationFailsAfterTheWait_isTold(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy).commitAfter(Duration.ofMillis(100)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second =
                server.postAsync("/overloaded/v1/chat/completions", "{\"stream\":true}");
        server.awaitCommitted();

        server.letGo();

        assertThat(second.get().statusCode()).isEqualTo(200);
        assertThat(second.get().body())
                .endsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":"
                        + "\"The backend answered 503: overloaded\",\"type\":\"server_error\",\"param\":null,"
                        + "\"code\":\"upstream_error\"}}\n\n");
        assertThat(first.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void drain_answersWaitersAndNewcomers(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second = server.getAsync("/hello");
        server.awaitWaiting(1);

        boolean ended = server.anteroom().drain(Duration.ofMillis(50));

        assertThat(ended).isFalse();
        assertThat(second.get().statusCode()).isEqualTo(503);
        assertThat(second.get().body()).contains("shutting_down");
        assertThat(server.get("/hello").headers().firstValue("Queue-Reject-Reason"))
                .contains("shutting-down");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(server.anteroom().drain(Duration.ofSeconds(5))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void forceQueue_everyRequest_goesTheLongWay(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy).forceQueue(true));

        HttpResponse<String> answer = server.postAsync("/echo", "{\"a\":1}").get();

        assertThat(answer.body()).isEqualTo("{\"a\":1}");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("true");
        server.awaitIdle();
    }
}
