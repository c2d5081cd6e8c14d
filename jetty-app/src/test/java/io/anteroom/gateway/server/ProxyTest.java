// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.ScriptedBackend.write;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.event.NoticeListener;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.proxy.UpstreamProxy;
import io.anteroom.gateway.server.ScriptedBackend.Script;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.Upstreams;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private ScriptedBackend backend;
    private JettyServer gateway;

    private int start(Script script, String upstream) throws Exception {
        return start(script, upstream, "idle: 30s");
    }

    private int start(Script script, String upstream, String listen) throws Exception {
        backend = new ScriptedBackend(script);
        return start(backend.uri(), upstream, listen);
    }

    private int start(URI uri, String upstream, String listen) throws Exception {
        String yaml = "listen: {port: 0, max-body: 64MiB, " + listen + "}\nupstream:\n  url: " + uri + "\n" + upstream;
        GatewayConfig config = new ConfigReader(name -> "BACKEND_KEY".equals(name) ? "secret" : null).parse(yaml);
        gateway = new JettyServer(config, List.of(), proxy(config), (q, s) -> {});
        gateway.start();
        return gateway.port();
    }

    private static UpstreamProxy proxy(GatewayConfig config) {
        Upstreams upstreams = new Upstreams(config.upstream(), Surroundings.real(backend -> 0, NoticeListener.NOBODY));
        return new UpstreamProxy(upstreams, UpstreamProxy.Limits.DEFAULT, peer -> false);
    }

    @AfterEach
    void stop() throws IOException {
        if (gateway != null) {
            gateway.stop(false);
        }
        if (backend != null) {
            backend.close();
        }
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    @Test
    void stream_firstEvent_arrivesBeforeTheSecondIsMade() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        int port = start(
                (in, out) -> {
                    write(out, EVENTS + chunk("data: 1\n\n"));
                    assertThat(seen.await(10, SECONDS)).isTrue();
                    write(out, chunk("data: 2\n\n") + "0\r\n\r\n");
                },
                "");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            String first = client.readUntil("data: 1");
            seen.countDown();

            assertThat(first).contains("200 OK", "text/event-stream").doesNotContain("Content-Length");
            assertThat(client.readUntil("0\r\n\r\n")).contains("data: 2");
        }
    }

    @Test
    void stream_head_arrivesBeforeTheFirstEvent() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        int port = start(
                (in, out) -> {
                    write(out, EVENTS);
                    assertThat(seen.await(10, SECONDS)).isTrue();
                    write(out, "0\r\n\r\n");
                },
                "");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");

            assertThat(client.readHead()).contains("200 OK");
            seen.countDown();
            client.readUntil("0\r\n\r\n");
        }
    }

    @Test
    void clientGone_whileStreaming_cancelsTheBackend() throws Exception {
        CompletableFuture<Long> cancelled = new CompletableFuture<>();
        int port = start(
                (in, out) -> {
                    write(out, EVENTS + chunk("data: 1\n\n"));
                    cancelled.complete(untilClosed(in));
                },
                "");

        long left;
        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            client.readUntil("data: 1");
            left = System.nanoTime();
        }

        assertThat(cancelled.get(10, SECONDS) - left)
                .isLessThan(Duration.ofMillis(300).toNanos());
    }

    @Test
    void clientGone_beforeTheFirstByte_cancelsTheBackend() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<Long> cancelled = new CompletableFuture<>();
        int port = start(
                (in, out) -> {
                    arrived.countDown();
                    cancelled.complete(untilClosed(in));
                },
                "");

        long left;
        try (RawClient client = new RawClient(port)) {
            client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(arrived.await(10, SECONDS)).isTrue();
            left = System.nanoTime();
        }

        assertThat(cancelled.get(10, SECONDS) - left)
                .isLessThan(Duration.ofMillis(300).toNanos());
    }

    @Test
    void clientGone_overHttp2_cancelsTheBackend() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<Long> cancelled = new CompletableFuture<>();
        int port = start(
                (in, out) -> {
                    arrived.countDown();
                    cancelled.complete(untilClosed(in));
                },
                "");

        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
        client.start();
        try {
            var request = client.newRequest("http://127.0.0.1:" + port + "/v1/x");
            request.send(result -> {});
            assertThat(arrived.await(10, SECONDS)).isTrue();
            long left = System.nanoTime();
            request.abort(new IOException("enough"));

            assertThat(cancelled.get(10, SECONDS) - left)
                    .isLessThan(Duration.ofMillis(300).toNanos());
        } finally {
            client.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answer_thatTakesLongerThanTheIdleTime_arrives(boolean http2) throws Exception {
        int port = start(
                (in, out) -> {
                    pause();
                    write(out, EVENTS + chunk("data: 1\n\n"));
                    pause();
                    write(out, "0\r\n\r\n");
                },
                "",
                "idle: 1s");

        HttpClient client =
                http2 ? new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client())) : new HttpClient();
        client.start();
        try {
            ContentResponse answer = client.GET("http://127.0.0.1:" + port + "/v1/x");

            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString()).isEqualTo("data: 1\n\n");
        } finally {
            client.stop();
        }
    }

    /** Longer than the idle time of the test. */
    private static void pause() throws InterruptedException {
        assertThat(new CountDownLatch(1).await(1800, MILLISECONDS)).isFalse();
    }

    private static long untilClosed(InputStream in) {
        try {
            while (in.read() >= 0) {
                // What is left of the request.
            }
        } catch (IOException e) {
            // A reset is an end too.
        }
        return System.nanoTime();
    }

    @Test
    void connection_isUsedAgain_alsoWhenTheNextRequestCameEarly() throws Exception {
        int port = start(
                (in, out) -> {
                    write(out, OK);
                    while (true) {
                        ScriptedBackend.readHead(in);
                        write(out, OK);
                    }
                },
                "");

        try (RawClient client = new RawClient(port)) {
            for (int i = 0; i < 20; i++) {
                client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
                client.readUntil("{}");
                client.readUntil("{}");
            }
        }
    }

    @Test
    void backend_thatDoesNotListen_is502() throws Exception {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        int port = start(nobody, "", "idle: 30s");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(502);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_unreachable\"");
        assertThat(answer.getHeaders().get("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void backend_thatDoesNotAnswer_is504() throws Exception {
        int port = start((in, out) -> untilClosed(in), "  timeouts: {first-byte: 100ms}");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(504);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_first_byte_timeout\"");
    }

    @Test
    void backend_thatWaitsForItsClient_isNotLate() throws Exception {
        byte[] half = new byte[1 << 20];
        int port = start(
                (in, out) -> {
                    in.readNBytes(2 * half.length);
                    write(out, OK);
                },
                "  timeouts: {first-byte: 500ms}");

        try (RawClient client = new RawClient(port)) {
            client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: " + 2 * half.length + "\r\n\r\n");
            client.socket.getOutputStream().write(half);
            pause();
            client.socket.getOutputStream().write(half);

            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void stop_withARequestThatDoesNotEnd_cutsItOff() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        int port = start(
                (in, out) -> {
                    arrived.countDown();
                    untilClosed(in);
                },
                "");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            assertThat(arrived.await(10, SECONDS)).isTrue();

            gateway.stop(true);

            assertThat(client.readAll()).doesNotStartWith("HTTP/1.1 200");
        }
    }

    @Test
    void backend_thatDoesNotReadALongBody_is504() throws Exception {
        CountDownLatch isOver = new CountDownLatch(1);
        int port = start((in, out) -> isOver.await(), "  timeouts: {first-byte: 500ms}");

        try (RawClient client = new RawClient(port)) {
            client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> flood(client));

            assertThat(client.readUntil("upstream_first_byte_timeout")).startsWith("HTTP/1.1 504");
            sending.cancel(true);
        } finally {
            isOver.countDown();
        }
    }

    private static void flood(RawClient client) {
        try {
            for (int i = 0; i < 50; i++) {
                client.socket.getOutputStream().write(new byte[1_000_000]);
            }
        } catch (IOException e) {
            // Nobody reads it any more.
        }
    }

    @Test
    void backend_whoseNameTakesTooLong_is504() throws Exception {
        GatewayConfig config = new ConfigReader(name -> null)
                .parse(
                        "{listen: {port: 0}, upstream: {url: 'http://slow.invalid', timeouts: {connect: 100ms}, retry: {most: 0}}}");
        UpstreamProxy proxy = proxy(config);
        // Never answers.
        proxy.resolver((host, port, context, promise) -> {});
        gateway = new JettyServer(config, List.of(), proxy, (q, s) -> {});
        gateway.start();

        ContentResponse answer = post(gateway.port(), "{}");

        assertThat(answer.getStatus()).isEqualTo(504);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_connect_timeout\"", "host name");
    }

    @Test
    void body_thatComesTooSlowly_isGivenUp() throws Exception {
        backend = new ScriptedBackend((in, out) -> untilClosed(in));
        GatewayConfig config =
                new ConfigReader(name -> null).parse("{listen: {port: 0}, upstream: {url: '" + backend.uri() + "'}}");
        Upstreams upstreams = new Upstreams(config.upstream(), Surroundings.real(url -> 0, NoticeListener.NOBODY));
        UpstreamProxy.Limits limits = new UpstreamProxy.Limits(10, 1000, Duration.ofMillis(400));
        gateway = new JettyServer(config, List.of(), new UpstreamProxy(upstreams, limits, peer -> false), (q, s) -> {});
        gateway.start();

        try (RawClient client = new RawClient(gateway.port())) {
            // Longer than what the gateway reads before anything else, so that it comes piece by piece.
            client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
            CompletableFuture<Void> dripping =
                    CompletableFuture.runAsync(() -> drip(client), task -> new Thread(task).start());

            assertThat(client.readHead()).startsWith("HTTP/1.1 408");
            dripping.cancel(true);
        }
        assertThat(upstreams.views().get(0).inFlight()).isZero();
    }

    /** A byte now and then, until nobody wants any more. */
    private static void drip(RawClient client) {
        try {
            while (!new CountDownLatch(1).await(50, MILLISECONDS)) {
                client.send("x");
            }
        } catch (IOException | InterruptedException e) {
            // It was given up.
        }
    }

    @Test
    void backend_thatTakesTooLongInAll_is504() throws Exception {
        int port = start((in, out) -> untilClosed(in), "  timeouts: {total: 100ms}");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(504);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_total_timeout\"");
    }

    @Test
    void backend_thatClosesWithoutAnswer_is502() throws Exception {
        int port = start((in, out) -> {}, "");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(502);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_closed\"");
    }

    @Test
    void backend_thatClosesAfterItsHead_is502() throws Exception {
        int port = start((in, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), "");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(502);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_closed\"");
    }

    @Test
    void backend_thatDoesNotSpeakHttp_is502() throws Exception {
        int port = start((in, out) -> write(out, "SSH-2.0-OpenSSH_9.2\r\n\r\n"), "");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(502);
        assertThat(answer.getContentAsString()).contains("\"code\":\"upstream_bad_answer\"");
    }

    @Test
    void backend_thatStallsInAStream_endsItWithAnErrorEvent() throws Exception {
        int port = start(
                (in, out) -> {
                    write(out, EVENTS + chunk("data: 1\n\ndata: tr"));
                    untilClosed(in);
                },
                "  timeouts: {idle: 100ms}");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            String stream = client.readUntil("0\r\n\r\n");

            assertThat(stream)
                    .contains("data: tr")
                    .contains("event: error\ndata: {")
                    .contains("upstream_idle_timeout");
        }
    }

    @Test
    void backend_thatTruncates_isNotTakenForComplete() throws Exception {
        int port = start((in, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            String answer = client.readAll();

            assertThat(answer).contains("Content-Length: 10").endsWith("half");
        }
    }

    @Test
    void answer_ofAnOverloadedBackend_passesWithItsRetryAfter() throws Exception {
        int port = start(
                (in, out) -> write(
                        out,
                        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 2\r\nX-Custom: kept\r\nKeep-Alive: timeout=5\r\n\r\n{}"),
                "");

        ContentResponse answer = post(port, "{}");

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeaders().get("Retry-After")).isEqualTo("7");
        assertThat(answer.getHeaders().get("X-Custom")).isEqualTo("kept");
        assertThat(answer.getHeaders().get("Keep-Alive")).isNull();
    }

    @Test
    void headers_thatAreNotForTheBackend_stayHere() throws Exception {
        int port = start((in, out) -> write(out, OK), "  key-env: BACKEND_KEY");

        try (RawClient client = new RawClient(port)) {
            client.send("GET /v1/x?q=a%20b HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer client\r\n"
                    + "Connection: X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\n"
                    + "Queue-Priority: high\r\nX-End: 2\r\nAccept-Encoding: br\r\n\r\n");
            client.readUntil("{}");
        }
        String head = backend.head();

        assertThat(head).startsWith("GET /v1/x?q=a%20b HTTP/1.1\r\n");
        assertThat(head).contains("X-End: 2", "Authorization: Bearer secret", "X-Forwarded-For: 127.0.0.1\r\n");
        assertThat(head).contains("X-Forwarded-Host: gateway.test", "X-Forwarded-Proto: http", "Accept-Encoding: br");
        assertThat(head).contains("Host: 127.0.0.1:" + backend.uri().getPort());
        assertThat(head).doesNotContain("client", "X-Hop", "TE:", "6.6.6.6", "Queue-Priority", "Jetty");
    }

    @Test
    void cookies_ofOperators_stayHere_andAreNotSetByBackends() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nSet-Cookie: anteroom-session=evil; Path=/\r\n"
                + "Set-Cookie: __Host-anteroom=evil; Path=/; Secure\r\nSet-Cookie: theirs=1\r\nContent-Length: 2\r\n\r\n{}";
        int port = start((in, out) -> write(out, answer), "");
        String got;

        try (RawClient client = new RawClient(port)) {
            client.send("GET /v1/x HTTP/1.1\r\nHost: a\r\nCookie: a=1; anteroom-session=secret;b=2\r\n"
                    + "Cookie: __Host-anteroom=secret\r\n\r\n");
            got = client.readUntil("{}");
        }

        assertThat(backend.head()).contains("Cookie: a=1; b=2\r\n").doesNotContain("secret", "Cookie: \r\n");
        assertThat(got).contains("Set-Cookie: theirs=1").doesNotContain("evil");
    }

    @Test
    void body_ofManyMegabytes_isCarriedPieceByPiece() throws Exception {
        int size = 20 << 20;
        int port = start(
                (in, out) -> {
                    in.readNBytes(size);
                    write(out, OK);
                },
                "");

        ContentResponse answer = post(port, "x".repeat(size));

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(backend.head()).contains("Content-Length: " + size).doesNotContain("chunked");
    }

    @Test
    void answer_thatNobodyReads_isNotPiledUp() throws Exception {
        CompletableFuture<Integer> written = new CompletableFuture<>();
        byte[] megabyte = new byte[1 << 20];
        int port = start(
                (in, out) -> {
                    write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
                    Thread.currentThread().setName("flood");
                    int megabytes = 0;
                    try {
                        while (megabytes < 1024) {
                            out.write(megabyte);
                            megabytes++;
                        }
                    } finally {
                        written.complete(megabytes);
                    }
                },
                "");

        try (RawClient client = new RawClient(port)) {
            client.get("/v1/x");
            client.readHead();
            // The backend comes to a stand when all buffers between it and us are full.
            assertThat(written.completeOnTimeout(-1, 1, SECONDS).get()).isEqualTo(-1);
        }
    }

    private static ContentResponse post(int port, String body) throws Exception {
        HttpClient client = new HttpClient();
        client.start();
        try {
            return client.POST("http://127.0.0.1:" + port + "/v1/x")
                    .body(new BytesRequestContent("application/json", body.getBytes()))
                    .send();
        } finally {
            client.stop();
        }
    }
}
