// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that come again with the same {@code Idempotency-Key}. */
final class IdempotencyTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger answers = new AtomicInteger();
    private final Semaphore come = new Semaphore(0);
    private final Semaphore mayBegin = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private String status = "200 OK";
    private ScriptedBackend backend;
    private Gateway gateway;

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        backend.close();
    }

    /** A backend that streams two events, each when the test says so. */
    private void start(String idempotency) throws Exception {
        backend = new ScriptedBackend((in, out) -> {
            in.readNBytes(2);
            int number = answers.incrementAndGet();
            come.release();
            mayBegin.acquire();
            ScriptedBackend.write(
                    out,
                    "HTTP/1.1 " + status
                            + "\r\nContent-Type: text/event-stream\r\nConnection: close\r\nSet-Cookie: who=" + number
                            + "\r\nContent-Length: 16\r\n\r\ndata: "
                            + number + "\n");
            mayEnd.acquire();
            ScriptedBackend.write(out, "data: z\n");
        });
        gateway = Gateway.start(new ConfigReader(name -> null)
                .parse("listen: {port: 0, idempotency: {" + idempotency + "}}\nlog: {access: false}\n"
                        + "admin: {enabled: false}\npools: {llm: {slots: 1}}\n"
                        + "upstream: {url: '" + backend.uri() + "', retry: {most: 0}}\n"));
    }

    private HttpRequest request(String key, String caller, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.uri() + "/v1/x"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body));
        return (caller.isEmpty() ? request : request.header("Authorization", "Bearer " + caller)).build();
    }

    private CompletableFuture<HttpResponse<String>> send(String key, String caller, String body) {
        return http.sendAsync(request(key, caller, body), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.get(10, TimeUnit.SECONDS);
    }

    private void letAnswer(int times) {
        mayBegin.release(times);
        mayEnd.release(times);
    }

    private void awaitArrival() throws InterruptedException {
        assertThat(come.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sameKey_whileItRuns_joins_andTakesNoSlot() throws Exception {
        start("paths: [/v1/*]");
        CompletableFuture<HttpResponse<String>> first = send("k", "me", "{}");
        awaitArrival();

        CompletableFuture<HttpResponse<String>> second = send("k", "me", "{}");
        CompletableFuture<HttpResponse<String>> third = send("k", "me", "{}");
        mayBegin.release();
        assertThat(gateway.pool("llm").snapshot().waiting()).isZero();
        mayEnd.release();

        assertThat(get(first).body()).isEqualTo("data: 1\ndata: z\n");
        assertThat(get(second).body()).isEqualTo("data: 1\ndata: z\n");
        assertThat(get(third).body()).isEqualTo("data: 1\ndata: z\n");
        assertThat(get(first).headers().firstValue("Idempotent-Replayed")).isEmpty();
        assertThat(get(second).headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(answers).hasValue(1);
        assertThat(gateway.pool("llm").snapshot().counts().admitted()).isEqualTo(1);
    }

    @Test
    void sameKey_afterwards_getsTheKeptAnswer() throws Exception {
        start("paths: [/v1/*]");
        letAnswer(1);
        HttpResponse<String> first = get(send("k", "me", "{}"));

        HttpResponse<String> second = get(send("k", "me", "{}"));

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(first.headers().firstValue("Set-Cookie")).contains("who=1");
        assertThat(second.headers().firstValue("Set-Cookie"))
                .as("it is the first client's")
                .isEmpty();
        assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(answers).hasValue(1);
    }

    @Test
    void sameKey_otherPayload_is422() throws Exception {
        start("paths: [/v1/*]");
        letAnswer(1);
        get(send("k", "me", "{}"));

        HttpResponse<String> other = get(send("k", "me", "[]"));

        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("\"code\":\"idempotency_key_reused\"");
        assertThat(answers).hasValue(1);
    }

    @Test
    void otherCaller_orNoKey_orOtherPath_isAnsweredByItself() throws Exception {
        start("paths: [/v1/*]");
        letAnswer(4);

        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 1");
        assertThat(get(send("k", "you", "{}")).body()).startsWith("data: 2");
        assertThat(get(send("k", "", "{}")).body()).startsWith("data: 3");
        assertThat(get(send("k", "", "{}")).body()).as("an address is nobody").startsWith("data: 4");
    }

    @Test
    void pathThatIsNotNamed_isAnsweredEachTime() throws Exception {
        start("paths: [/v1/other]");
        letAnswer(2);

        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 1");
        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 2");
    }

    @Test
    void answerThatSaysToComeAgain_isNotKept() throws Exception {
        status = "503 Busy";
        start("paths: [/v1/*]");
        letAnswer(2);

        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 1");
        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 2");
    }

    @Test
    void answerThatIsTooLong_isNotKept() throws Exception {
        start("paths: [/v1/*], max-answer: 10");
        letAnswer(2);

        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 1");
        assertThat(get(send("k", "me", "{}")).body()).startsWith("data: 2");
    }

    @Test
    void first_leavesBeforeItsAnswer_anotherTakesOver() throws Exception {
        start("paths: [/v1/*]");
        CompletableFuture<HttpResponse<String>> second;
        try (RawClient first = new RawClient(gateway.uri().getPort())) {
            first.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                    + "Authorization: Bearer me\r\nIdempotency-Key: k\r\n\r\n{}");
            awaitArrival();
            second = send("k", "me", "{}");
            assertThat(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS))
                    .as("so that it has joined")
                    .isFalse();
        }

        awaitArrival();
        letAnswer(2);

        assertThat(get(second).body()).startsWith("data: 2");
    }
}
