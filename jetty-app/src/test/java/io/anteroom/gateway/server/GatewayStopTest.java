// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a gateway, for those who are served without a slot and for those who are cut off. */
final class GatewayStopTest {
    private static final String UNROUTED = "/api/chat";

    private final Semaphore come = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private ScriptedBackend backend;
    private Gateway gateway;

    /** As many of them as a busy machine may need for what takes a moment. */
    private static Gateway patient(Gateway gateway) {
        gateway.lastMoment(Duration.ofSeconds(20));
        return gateway;
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        backend.close();
    }

    /** A backend that begins to answer at once, and ends when the test says so. */
    private void start(String drain, String type) throws Exception {
        backend = new ScriptedBackend((in, out) -> {
            ScriptedBackend.write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: " + type
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            come.release();
            mayEnd.acquire();
            ScriptedBackend.write(out, "9\r\ndata: z\n\n\r\n0\r\n\r\n");
        });
        gateway = patient(Gateway.start(new ConfigReader(name -> null)
                .parse("listen: {port: 0}\nlog: {access: false}\nadmin: {enabled: false}\npools: {llm: {slots: 1}}\n"
                        + "shutdown: {drain: " + drain + "}\n"
                        + "upstream: {url: '" + backend.uri() + "', retry: {most: 0}}\n")));
    }

    private RawClient get(String path) throws IOException {
        RawClient client = new RawClient(gateway.uri().getPort());
        client.get(path);
        return client;
    }

    private String refusal(String path) throws IOException {
        try (RawClient client = get(path)) {
            return client.readHead();
        }
    }

    private String preflight() throws IOException {
        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\n"
                    + "Access-Control-Request-Method: POST\r\n\r\n");
            return client.readHead();
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/x", "/api/chat"})
    void stream_cutOffByTheEnd_endsWithAnError(String path) throws Exception {
        start("50ms", "text/event-stream");
        try (RawClient client = get(path)) {
            client.readUntil("data: 1\n\n");

            assertThat(gateway.stop()).isFalse();

            assertThat(client.readAll())
                    .contains("event: error", "\"code\":\"shutting_down\"")
                    .endsWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void answerThatIsNoStream_cutOffByTheEnd_doesNotLookWhole() throws Exception {
        start("50ms", "text/plain");
        try (RawClient client = get(UNROUTED)) {
            client.readUntil("data: 1\n\n");

            assertThat(gateway.stop()).isFalse();

            assertThat(client.readAll()).doesNotContain("0\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"text/event-stream, true", "text/plain, false"})
    void answerOverHttp2_cutOffByTheEnd_endsWithAnErrorOrNotAtAll(String type, boolean isTold) throws Exception {
        start("50ms", type);
        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
        client.start();
        try {
            LinkedBlockingQueue<Integer> pieces = new LinkedBlockingQueue<>();
            CompletableFuture<Result> over = new CompletableFuture<>();
            BufferingResponseListener listener = new BufferingResponseListener() {
                @Override
                public void onComplete(Result result) {
                    over.complete(result);
                }
            };
            client.newRequest(gateway.uri() + UNROUTED)
                    .onResponseContent((response, piece) -> pieces.add(piece.remaining()))
                    .send(listener);
            assertThat(pieces.poll(10, SECONDS)).isNotNull();

            assertThat(gateway.stop()).isFalse();

            assertThat(over.get(10, SECONDS).isSucceeded()).isEqualTo(isTold);
            if (isTold) {
                assertThat(listener.getContentAsString()).contains("event: error", "\"code\":\"shutting_down\"");
            }
        } finally {
            client.stop();
        }
    }

    @Test
    void requestThatHasNotBeenAnswered_atTheEnd_isToldSo() throws Exception {
        start("50ms", "text/plain");
        gateway.close();
        backend.close();
        backend = new ScriptedBackend((in, out) -> {
            come.release();
            mayEnd.acquire();
        });
        gateway = patient(Gateway.start(new ConfigReader(name -> null)
                .parse("listen: {port: 0}\nlog: {access: false}\nadmin: {enabled: false}\n"
                        + "shutdown: {drain: 50ms}\nupstream: {url: '" + backend.uri() + "'}\n")));
        try (RawClient client = get(UNROUTED)) {
            assertThat(come.tryAcquire(10, SECONDS)).isTrue();

            assertThat(gateway.stop()).isFalse();

            assertThat(client.readAll()).startsWith("HTTP/1.1 503").contains("Queue-Reject-Reason: shutting-down");
        }
    }

    @Test
    void preflight_whileItDrains_isRefused_andHasItsTimeBefore() throws Exception {
        start("60s", "text/event-stream");
        try (RawClient client = get(UNROUTED)) {
            client.readUntil("data: 1\n\n");
            assertThat(preflight()).startsWith("HTTP/1.1 200");

            CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(gateway::stop);
            while (!refusal("/api/tags").startsWith("HTTP/1.1 503")) {
                assertThat(stopped).isNotDone();
            }

            assertThat(preflight()).startsWith("HTTP/1.1 503").contains("Queue-Reject-Reason: shutting-down");
            mayEnd.release(100);
            assertThat(stopped.get(20, SECONDS)).isTrue();
        }
    }

    @Test
    void requestsWithoutASlot_getTheirTime_andNewcomersAreRefused() throws Exception {
        start("60s", "text/event-stream");
        try (RawClient client = get(UNROUTED)) {
            client.readUntil("data: 1\n\n");

            CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(gateway::stop);
            while (!refusal("/health/ready").startsWith("HTTP/1.1 503")) {
                Thread.onSpinWait();
            }
            mayEnd.release(100);
            // Whoever comes between the two may still be served.
            String refusal = refusal("/api/tags");
            for (int i = 0; i < 90 && refusal.startsWith("HTTP/1.1 200"); i++) {
                refusal = refusal("/api/tags");
            }

            assertThat(client.readAll()).contains("data: z\n\n").endsWith("0\r\n\r\n");
            assertThat(stopped.get(20, SECONDS)).isTrue();
        }
    }
}
