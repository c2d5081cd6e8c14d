// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.WaitStrategy;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that go on elsewhere when their longest wait is over. */
final class JettyFallbackTest {
    private static final String BODY = "{\"model\":\"m\",\"gateflow\":{\"queue\":{\"on_timeout\":\"fallback\"}}}";

    private TestServer server;
    private CompletableFuture<HttpResponse<String>> running;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder builder(Fallback fallback) {
        return Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false))
                .policy(CallerPolicy.TRUSTED)
                .fallback("llm", fallback);
    }

    private void start(Anteroom.Builder builder) throws Exception {
        server = TestServer.start(builder);
        running = server.getAsync("/hold");
        server.awaitRunning(1);
    }

    private HttpRequest.Builder post(String path, String body) {
        return server.request(path)
                .header("Content-Type", "application/json")
                .header("Queue-Max-Wait-Ms", "150")
                .POST(BodyPublishers.ofString(body));
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void longestWaitOver_goesOnToThePath_outsideOfTheSlots(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", "/echo/fallback")).waitStrategy(strategy));

        HttpResponse<String> answer = server.send(post("/hold/v1/chat/completions", BODY));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"model\":\"m\"}");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(server.count(Kind.EXPIRED)).isEqualTo(1);
        assertThat(server.count(Kind.FELL_BACK)).isEqualTo(1);
        assertThat(server.pool().snapshot().running()).isEqualTo(1);
        server.letGo();
        assertThat(running.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
        assertThat(server.anteroom().drain(Duration.ofSeconds(5)))
                .as("nothing is left behind")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void longestWaitOver_withoutAPath_theApplicationIsTold(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", null)).waitStrategy(strategy));

        HttpResponse<String> answer = server.send(post("/facts/v1/chat/completions", BODY));

        assertThat(answer.body()).contains(" small");
        assertThat(server.anteroom().drain(Duration.ZERO)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void stream_begun_isToldByAComment(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", null)).waitStrategy(strategy).commitAfter(Duration.ofMillis(20)));

        HttpResponse<String> answer = server.send(post(
                        "/stream/v1/chat/completions",
                        "{\"stream\":true,\"gateflow\":{\"queue\":{\"on_timeout\":\"fallback\"}}}")
                .setHeader("Queue-Max-Wait-Ms", "600"));

        assertThat(answer.body())
                .startsWith(": queue position=1")
                .contains("\n: queue fallback name=small\ndata: {\"stream\":true}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void hold_over_fallsBackInsteadOfBeingSentAway() throws Exception {
        start(builder(new Fallback("small", null)).places(PlaceSettings.DEFAULT.withJsonHold(Duration.ofMillis(100))));

        HttpResponse<String> answer = server.send(post("/hello", BODY).setHeader("Queue-Max-Wait-Ms", "60000"));

        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
        assertThat(server.pool().snapshot().waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void otherModel_isPutIntoTheBody(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", "/echo/fallback").withModel("tiny \"7b\""))
                .waitStrategy(strategy));

        HttpResponse<String> answer = server.send(post("/hold/v1/chat/completions", BODY));

        assertThat(answer.body()).isEqualTo("{\"model\":\"tiny \\\"7b\\\"\"}");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
    }

    @Test
    void otherModel_forABodyThatCannotBeChanged_isNoFallback() throws Exception {
        start(builder(new Fallback("small", "/echo/fallback").withModel("tiny")));

        for (String body : java.util.List.of("[1]", "model=m", "{\"model\":")) {
            HttpResponse<String> answer = server.send(post("/hold/other", body).header("Queue-On-Timeout", "fallback"));

            assertThat(answer.statusCode()).as(body).isEqualTo(503);
            assertThat(answer.headers().firstValue("Queue-Fallback")).isEmpty();
        }
        assertThat(server.send(server.request("/hold/other")
                                .header("Queue-Max-Wait-Ms", "50")
                                .header("Queue-On-Timeout", "fallback"))
                        .headers()
                        .firstValue("Queue-Fallback"))
                .as("a request without a body")
                .contains("small");
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void moreThanThereIsRoomFor_areRefused_asWithoutIt(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", "/hold").withMost(1)).waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> there = server.sendAsync(post("/echo", BODY));
        TestServer.await(() -> server.count(Kind.FELL_BACK) == 1);

        HttpResponse<String> refused = server.send(post("/echo", BODY));

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Queue-Fallback")).isEmpty();
        assertThat(server.count(Kind.FELL_BACK)).isEqualTo(1);
        server.letGo();
        assertThat(there.get().headers().firstValue("Queue-Fallback")).contains("small");
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void roomAtTheFallback_isGivenBack(WaitStrategy strategy) throws Exception {
        start(builder(new Fallback("small", "/echo/fallback").withMost(1)).waitStrategy(strategy));

        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = server.send(post("/hold", BODY));

            assertThat(answer.headers().firstValue("Queue-Fallback"))
                    .as("request %d", i)
                    .contains("small");
        }
    }

    @Test
    void default_isForThoseWhoDoNotSay() throws Exception {
        start(builder(new Fallback("small", "/echo/fallback").withDefault(true)));

        HttpResponse<String> silent = server.send(post("/hold", "{}"));
        HttpResponse<String> asked = server.send(post("/hold", "{}").header("Queue-On-Timeout", "error"));

        assertThat(silent.headers().firstValue("Queue-Fallback")).contains("small");
        assertThat(asked.statusCode()).isEqualTo(503);
        assertThat(asked.headers().firstValue("Queue-Options-Ignored")).isEmpty();
    }

    @Test
    void notAllowed_orNotThere_isIgnoredAndSaid() throws Exception {
        start(builder(new Fallback("small", null))
                .policy(CallerPolicy.DEFAULT.withRights(new CallerPolicy.Rights(false, true, true))));

        HttpResponse<String> refused = server.send(post("/hello", BODY));
        server.letGo();
        running.get();
        server.awaitIdle();
        HttpResponse<String> passed = server.send(post("/hello", BODY));

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Queue-Fallback")).isEmpty();
        assertThat(passed.headers().firstValue("Queue-Options-Ignored")).contains("on-timeout");
        assertThat(passed.headers().firstValue("Queue-Fallback")).isEmpty();
    }
}
