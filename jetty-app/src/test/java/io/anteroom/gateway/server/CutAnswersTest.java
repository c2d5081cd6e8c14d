// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that do not come to their end are not taken for whole, by their client or by whoever repeats it. */
final class CutAnswersTest {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final AtomicInteger answers = new AtomicInteger();
    private final Semaphore come = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    /** Which answer breaks off, by its number. */
    private volatile int broken;

    private ScriptedBackend backend;
    private Gateway gateway;

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        backend.close();
    }

    /** A backend that streams an event with its number, and another when the test says so. */
    private void start(String more) throws Exception {
        backend = new ScriptedBackend((in, out) -> {
            in.readNBytes(2);
            int number = answers.incrementAndGet();
            come.release();
            ScriptedBackend.write(out, HEAD + "9\r\ndata: " + number + "\n\n\r\n");
            if (number == broken) {
                return;
            }
            mayEnd.acquire();
            ScriptedBackend.write(out, "9\r\ndata: z\n\n\r\n0\r\n\r\n");
        });
        gateway = Gateway.start(new ConfigReader(name -> null)
                .parse("listen: {port: 0, idempotency: {paths: [/v1/*]}}\nlog: {access: false}\n"
                        + "admin: {enabled: false}\nupstream: {url: '" + backend.uri() + "', retry: {most: 0}}\n"
                        + more));
    }

    private RawClient send(String fields) throws IOException {
        RawClient client = new RawClient(gateway.uri().getPort());
        client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Authorization: Bearer me\r\n" + fields + "\r\n{}");
        return client;
    }

    private void awaitArrival() throws InterruptedException {
        assertThat(come.tryAcquire(10, SECONDS)).isTrue();
    }

    private void awaitIdle() {
        long deadline = System.nanoTime() + SECONDS.toNanos(10);
        while (gateway.pool("llm").snapshot().running() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(gateway.pool("llm").snapshot().running()).isZero();
    }

    /** What the next request with the same key gets. */
    private String next() throws IOException {
        mayEnd.release(10);
        try (RawClient next = send("Connection: close\r\nIdempotency-Key: k\r\n")) {
            return next.readAll();
        }
    }

    @Test
    void first_leavesInTheMiddle_thoseWhoFollowAreCutOff_andTheNextIsNew() throws Exception {
        start("pools: {llm: {slots: 1}}\n");
        RawClient first = send("Idempotency-Key: k\r\n");
        first.readUntil("data: 1\n\n");
        RawClient second = send("Idempotency-Key: k\r\n");
        assertThat(second.readUntil("data: 1\n\n")).contains("Idempotent-Replayed: true");

        first.close();

        assertThat(second.readAll()).as("no end in good order").doesNotContain("0\r\n");
        second.close();
        awaitIdle();
        assertThat(next()).contains("data: 2\n\n", "data: z\n\n").doesNotContain("Idempotent-Replayed");
        awaitIdle();
    }

    @Test
    void first_leavesInTheMiddleOverHttp2_theNextIsNew() throws Exception {
        start("pools: {llm: {slots: 1}}\n");
        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
        client.start();
        try {
            LinkedBlockingQueue<Integer> pieces = new LinkedBlockingQueue<>();
            AsyncRequestContent body = new AsyncRequestContent("application/json");
            var request = client.POST(gateway.uri() + "/v1/x")
                    .headers(fields -> fields.put("Authorization", "Bearer me").put("Idempotency-Key", "k"))
                    .body(body)
                    .onResponseContent((response, piece) -> pieces.add(piece.remaining()));
            CompletableFuture<Boolean> over = new CompletableFuture<>();
            request.send(result -> over.complete(true));
            Content.Sink.write(body, true, "{}", Callback.NOOP);
            assertThat(pieces.poll(10, SECONDS)).isNotNull();

            request.abort(new IOException("enough"));

            assertThat(over.get(10, SECONDS)).isTrue();
            awaitIdle();
        } finally {
            client.stop();
        }
        assertThat(next()).contains("data: 2\n\n", "data: z\n\n").doesNotContain("Idempotent-Replayed");
    }

    @Test
    void first_leavesAfterCommentsOfItsWait_theNextIsNew() throws Exception {
        start("pools: {llm: {slots: 1}}\nwaiting: {commit-after: 50ms, heartbeat: 500ms}\n");
        RawClient busy = send("");
        busy.readUntil("data: 1\n\n");
        RawClient first = send("Accept: text/event-stream\r\nQueue-Status: comment\r\nIdempotency-Key: k\r\n");
        first.readUntil(": queue");

        first.close();

        long deadline = System.nanoTime() + SECONDS.toNanos(10);
        while (gateway.pool("llm").snapshot().waiting() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        mayEnd.release();
        busy.readUntil("0\r\n\r\n");
        busy.close();
        assertThat(next()).contains("data: 2\n\n", "data: z\n\n").doesNotContain("Idempotent-Replayed");
    }

    @Test
    void first_refusedInItsStream_isNotKept() throws Exception {
        start("pools: {llm: {slots: 1, levels: {normal: {longest-wait: 1s}}}}\nwaiting: {commit-after: 50ms}\n");
        RawClient busy = send("");
        busy.readUntil("data: 1\n\n");

        try (RawClient first = send("Accept: text/event-stream\r\nQueue-Status: comment\r\n"
                + "Connection: close\r\nIdempotency-Key: k\r\n")) {
            assertThat(first.readAll()).contains(": queue", "event: error", "queue_timeout");
        }

        mayEnd.release();
        busy.readUntil("0\r\n\r\n");
        busy.close();
        assertThat(next()).contains("data: 2\n\n", "data: z\n\n").doesNotContain("Idempotent-Replayed");
    }

    @Test
    void first_brokenOffByTheBackend_endsWithAnError_andIsNotKept() throws Exception {
        broken = 1;
        start("pools: {llm: {slots: 1}}\n");

        try (RawClient first = send("Connection: close\r\nIdempotency-Key: k\r\n")) {
            assertThat(first.readAll()).contains("data: 1\n\n", "event: error", "upstream_closed");
        }

        assertThat(next()).contains("data: 2\n\n", "data: z\n\n").doesNotContain("Idempotent-Replayed");
    }

    @Test
    void answer_thatIsWhole_endsInGoodOrder_andIsKept() throws Exception {
        start("pools: {llm: {slots: 1}}\n");
        mayEnd.release();
        try (RawClient first = send("Connection: close\r\nIdempotency-Key: k\r\n")) {
            assertThat(first.readAll()).contains("data: 1\n\n", "data: z\n\n");
        }

        assertThat(next()).contains("data: 1\n\n", "data: z\n\n", "Idempotent-Replayed: true");
        awaitArrival();
        assertThat(answers).hasValue(1);
    }
}
