// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.WaitStrategy;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are held for a while, sent away, and find their place again. */
final class JettyPlacesTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String BODY = "{\"model\":\"m\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"m\",\"messages\":[],\"stream\":true}";

    private TestServer server;
    private CompletableFuture<HttpResponse<String>> running;

    @AfterEach
    void stop() {
        server.close();
    }

    private void start(WaitStrategy strategy, PlaceSettings places) throws Exception {
        server = TestServer.start(Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false))
                .policy(CallerPolicy.TRUSTED)
                .waitStrategy(strategy)
                .places(places));
        running = server.getAsync("/hold");
        server.awaitRunning(1);
    }

    private static PlaceSettings held(Duration hold) {
        return new PlaceSettings(hold, Duration.ofSeconds(15), Duration.ofSeconds(10), 10);
    }

    private static final PlaceSettings SHORT = held(Duration.ofMillis(150));

    private HttpRequest.Builder chat(String key, String body) {
        return server.request(CHAT)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void held_forAsLongAsItMayBe_isSentAwayAndItsPlaceKept(WaitStrategy strategy) throws Exception {
        start(strategy, SHORT);

        HttpResponse<String> away = server.send(chat("one", BODY));

        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("Queue-Reject-Reason")).contains("wait-timeout");
        assertThat(Integer.parseInt(away.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 8);
        assertThat(away.body())
                .contains("\"code\":\"queue_timeout\"", "\"queue_position\":1", "\"place_kept\":true")
                .contains("\"place_kept_seconds\":15", "\"place_kept_until\":\"2", "Position 1 of 1 is kept until 2");
        assertThat(server.pool().snapshot().away()).isEqualTo(1);
        assertThat(server.pool().snapshot().waitingBytes())
                .as("its body is not")
                .isZero();
        assertThat(server.count(Kind.KEPT)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void sameRequestAgain_isBackAtItsPlace_beforeThoseWhoCameLater(WaitStrategy strategy) throws Exception {
        // Long enough for a busy machine: the one who is back must not be sent away once more, a stream never is.
        start(strategy, held(Duration.ofSeconds(2)));
        server.send(chat("one", BODY));
        CompletableFuture<HttpResponse<String>> later =
                server.sendAsync(chat("one", STREAM).header("Queue-Request-Id", "later"));
        server.awaitWaiting(2);

        CompletableFuture<HttpResponse<String>> back =
                server.sendAsync(chat("one", BODY).header("Queue-Request-Id", "back"));
        TestServer.await(() -> server.events.stream()
                .anyMatch(event ->
                        event.kind() == Kind.QUEUED && event.requestId().equals("back")));
        assertThat(server.pool().snapshot().waiting()).as("never queued twice").isEqualTo(2);
        server.letGo();

        assertThat(back.get().statusCode()).isEqualTo(200);
        assertThat(back.get().headers().firstValue("Queue-Initial-Position")).contains("1");
        assertThat(Long.parseLong(
                        back.get().headers().firstValue("Queue-Wait-Ms").orElseThrow()))
                .as("counted from its first arrival")
                .isGreaterThanOrEqualTo(2000);
        later.get();
        server.awaitIdle();
        assertThat(server.events.stream()
                        .filter(event -> event.kind() == Kind.ADMITTED)
                        .map(event -> event.requestId()))
                .last()
                .isNotEqualTo("back");
        assertThat(running.get().statusCode()).isEqualTo(200);
    }

    @Test
    void backAtItsPlace_paysNoSecondToken() throws Exception {
        server = TestServer.start(Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false))
                .limits(RateSettings.NONE.withLimits(Limit.requests("per-key", 1, Duration.ofHours(1))))
                .places(held(Duration.ofSeconds(1))));
        running = server.getAsync("/hold");
        server.awaitRunning(1);
        assertThat(server.send(chat("one", BODY)).body()).contains("\"place_kept\":true");

        assertThat(server.send(chat("one", "{}")).statusCode())
                .as("what it paid is not given back while its place is kept")
                .isEqualTo(429);
        CompletableFuture<HttpResponse<String>> back = server.sendAsync(chat("one", BODY));
        TestServer.await(() -> server.pool().snapshot().away() == 0);
        server.letGo();

        assertThat(back.get().statusCode()).isEqualTo(200);
        assertThat(server.send(chat("one", BODY)).statusCode()).isEqualTo(429);
    }

    @Test
    void anotherCaller_sameRequest_isANewcomer() throws Exception {
        start(WaitStrategy.ASYNC, SHORT);
        server.send(chat("one", BODY));

        HttpResponse<String> other = server.send(chat("two", BODY));

        assertThat(other.body()).contains("\"queue_position\":2");
        assertThat(server.pool().snapshot().away()).isEqualTo(2);
    }

    @Test
    void idempotencyKey_isNotEnoughForAnotherBody() throws Exception {
        start(WaitStrategy.ASYNC, SHORT);
        server.send(chat("one", BODY).header("Idempotency-Key", "k1"));

        HttpResponse<String> same = server.send(chat("one", BODY).header("Idempotency-Key", "k1"));
        HttpResponse<String> dearer = server.send(chat("one", "{\"a\":1}").header("Idempotency-Key", "k1"));
        HttpResponse<String> other = server.send(chat("one", BODY).header("Idempotency-Key", "k2"));

        assertThat(same.body()).contains("\"queue_position\":1");
        assertThat(dearer.body()).as("what it would cost has not been paid").contains("\"queue_position\":2");
        assertThat(other.body()).contains("\"queue_position\":3");
        assertThat(server.pool().snapshot().waiting()).isEqualTo(3);
    }

    @Test
    void twoAtOnce_oneBackAtThePlace_theOtherIsANewcomer() throws Exception {
        start(WaitStrategy.ASYNC, held(Duration.ofSeconds(2)));
        server.send(chat("one", BODY));

        CompletableFuture<HttpResponse<String>> first = server.sendAsync(chat("one", BODY));
        CompletableFuture<HttpResponse<String>> second = server.sendAsync(chat("one", BODY));
        // The newcomer may have its place before the other is back at the kept one.
        TestServer.await(() -> server.pool().snapshot().waiting() == 2
                && server.pool().snapshot().away() == 0);
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(second.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @Test
    void longestWait_endsTheWholeWait() throws Exception {
        start(WaitStrategy.ASYNC, SHORT);
        HttpResponse<String> away = server.send(chat("one", BODY).header("Queue-Max-Wait-Ms", "950"));
        assertThat(away.body()).contains("\"place_kept\":true", "\"place_kept_seconds\":0");

        server.awaitWaiting(0);

        TestServer.await(() -> server.count(Kind.GIVEN_UP) == 1);
        assertThat(server.events.get(server.events.size() - 1).refusal())
                .isEqualTo(io.anteroom.admission.Refusal.Code.WAIT_TIMEOUT);
    }

    @Test
    void nobodyComesBack_placeIsGivenUpWithinTheGraceOfItsTurn() throws Exception {
        start(
                WaitStrategy.ASYNC,
                new PlaceSettings(Duration.ofMillis(150), Duration.ofSeconds(15), Duration.ofMillis(100), 10));
        server.send(chat("one", BODY));

        server.letGo();

        TestServer.await(() -> server.count(Kind.GIVEN_UP) == 1);
        server.awaitIdle();
        assertThat(server.send(chat("one", BODY)).statusCode()).isEqualTo(200);
    }

    @Test
    void noPlaceToKeep_waitsOn() throws Exception {
        start(
                WaitStrategy.ASYNC,
                new PlaceSettings(Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(10), 1));
        server.send(chat("one", BODY));
        CompletableFuture<HttpResponse<String>> second = server.sendAsync(chat("two", BODY));
        server.awaitWaiting(2);
        long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
        TestServer.await(() -> System.nanoTime() > end);

        assertThat(second).isNotDone();
        server.letGo();

        assertThat(second.get().statusCode()).isEqualTo(200);
    }

    @Test
    void drain_givesUpThePlacesThatAreKept() throws Exception {
        start(WaitStrategy.ASYNC, SHORT);
        server.send(chat("one", BODY));

        server.anteroom().drain(Duration.ZERO);

        assertThat(server.pool().snapshot().waiting()).isZero();
    }
}
