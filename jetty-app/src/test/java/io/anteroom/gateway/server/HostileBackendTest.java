// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.ScriptedBackend.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends whose answers are wrong, or meant to harm: clients get one well-formed answer, and no slot is lost. */
final class HostileBackendTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String HEAD = "HTTP/1.1 200 OK\r\n";

    private AutoCloseable backend;
    private Gateway gateway;

    private KeepAliveBackend start(KeepAliveBackend.Script script) throws Exception {
        KeepAliveBackend made = new KeepAliveBackend(script);
        backend = made;
        start(made.uri().toString(), "");
        return made;
    }

    private void start(String url, String timeouts) throws Exception {
        gateway = Gateway.start(new ConfigReader(name -> null).parse("""
                listen: {port: 0}
                log: {access: false}
                admin: {enabled: false}
                storage: {dir: 'off'}
                waiting: {max-buffered-body: 64KiB}
                upstream: {url: '%s', retry: {most: 0}, timeouts: {first-byte: 3s, idle: 3s%s}}
                pools: {llm: {slots: 4}}
                routes: [{path: '/*', pool: llm}]
                """.formatted(url, timeouts)));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        backend.close();
    }

    private String get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    private String send(String request) throws IOException {
        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send(request);
            return client.readAll();
        }
    }

    private void awaitIdle() throws InterruptedException {
        await(() -> gateway.pool("llm").snapshot().running() == 0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    static Stream<String> badAnswers() {
        return Stream.of(
                HEAD + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nokx",
                HEAD + "Content-Length: 2, 3\r\n\r\nok",
                HEAD + "Content-Length: -2\r\n\r\nok",
                HEAD + "Content-Length: x\r\n\r\nok",
                HEAD + "Transfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                HEAD + "Transfer-Encoding: chunked, identity\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                HEAD + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                HEAD + "X: a\r b\r\nContent-Length: 2\r\n\r\nok",
                HEAD + "X: a\u0000b\r\nContent-Length: 2\r\n\r\nok",
                HEAD + "X y: a\r\nContent-Length: 2\r\n\r\nok",
                HEAD + "X: a\r\n folded\r\nContent-Length: 2\r\n\r\nok",
                HEAD + "X: " + "x".repeat(40_000) + "\r\nContent-Length: 2\r\n\r\nok",
                HEAD + "X: 1\r\n".repeat(20_000) + "Content-Length: 2\r\n\r\nok",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nraw",
                "HTTP/1.1 000 No\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 99 No\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 2000 No\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "\r\n\r\n\r\n" + "x".repeat(200_000));
    }

    @ParameterizedTest
    @MethodSource("badAnswers")
    void badAnswer_is502_andGivesItsSlotBack(String bytes) throws Exception {
        start((number, head, out) -> {
            write(out, bytes);
            throw new IOException("closed");
        });

        String answer = get("/v1/x");

        assertThat(answer).startsWith("HTTP/1.1 502").contains("\"code\":\"upstream_");
        assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
        awaitIdle();
    }

    static Stream<Arguments> answersWithoutABody() {
        return Stream.of(
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
                Arguments.of(
                        "GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"),
                Arguments.of("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
                Arguments.of("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
                Arguments.of("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                Arguments.of("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Arguments.of("HEAD", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"),
                Arguments.of("HEAD", "HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\n"));
    }

    /** And the client's connection stays in step: the answer after it is a whole one of its own. */
    @ParameterizedTest
    @MethodSource("answersWithoutABody")
    void answerWithoutABody_hasNone(String method, String bytes) throws Exception {
        start((number, head, out) -> write(out, head.startsWith("GET /after") ? OK : bytes));

        String answers;
        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send(method + " /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
            String first = client.readHead();
            client.send("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            answers = first + client.readAll();
        }

        assertThat(answers).startsWith(bytes.substring(0, 12)).doesNotContain("hello");
        assertThat(answers.split("HTTP/1.1 ", -1)).as(answers).hasSize(3);
        assertThat(answers).contains("HTTP/1.1 200").endsWith("\r\n\r\nok");
        awaitIdle();
    }

    /** What comes after the end of an answer is nobody's. */
    @Test
    void answerThatWasNotAskedFor_isGivenToNobody() throws Exception {
        KeepAliveBackend made = start((number, head, out) -> {
            String poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
            write(out, number == 1 ? OK + poison : OK);
        });

        String first = get("/first");
        String second = get("/second");

        assertThat(first).endsWith("\r\n\r\nok").doesNotContain("poison");
        assertThat(second).endsWith("\r\n\r\nok").doesNotContain("poison");
        assertThat(made.heads).hasSize(2);
    }

    @Test
    void interimAnswers_areNotAnswers() throws Exception {
        start((number, head, out) -> write(
                out,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX-Interim: 1\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK));

        String answer = get("/v1/x");

        assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nok").doesNotContain("X-Interim", "Link");
    }

    @Test
    void interimAnswersWithoutEnd_areNoFirstByte() throws Exception {
        start((number, head, out) -> {
            while (true) {
                write(out, "HTTP/1.1 102 Processing\r\n\r\n");
                assertThat(new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS))
                        .isFalse();
            }
        });

        String answer = get("/v1/x");

        assertThat(answer).startsWith("HTTP/1.1 504").contains("upstream_first_byte_timeout");
        awaitIdle();
    }

    @Test
    void headThatComesByteByByte_isNoFirstByte() throws Exception {
        start((number, head, out) -> {
            write(out, HEAD);
            while (true) {
                write(out, "X");
                assertThat(new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS))
                        .isFalse();
            }
        });

        String answer = get("/v1/x");

        assertThat(answer).startsWith("HTTP/1.1 504").contains("upstream_first_byte_timeout");
        awaitIdle();
    }

    @Test
    void trailers_stayHere() throws Exception {
        start((number, head, out) -> write(
                out,
                HEAD + "Trailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                        + "X-Late: 1\r\nContent-Length: 9\r\nQueue-Position: 1\r\n\r\n"));

        String answer = get("/v1/x");

        assertThat(answer).startsWith("HTTP/1.1 200").contains("ok").doesNotContain("X-Late", "Queue-Position");
    }

    @Test
    void fieldsOfTheConnectionAndOurs_areNotTheBackends() throws Exception {
        start((number, head, out) -> write(
                out,
                HEAD + "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\nProxy-Authenticate: Basic\r\n"
                        + "Queue-Position: 7\r\nQUEUE-Upstream: evil\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok"));

        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.get("/v1/x");
            String answer = client.readUntil("ok");

            assertThat(answer)
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("X-Hop", "Keep-Alive", "Proxy-Auth", "Position: 7", "evil", "h2c", "close");
        }
    }

    /** As large as may come from a backend, to which the gateway adds its own. */
    @ParameterizedTest
    @ValueSource(ints = {8_000, 31_000, 32_500})
    void largeFields_passOrAreABadAnswer(int size) throws Exception {
        start((number, head, out) ->
                write(out, HEAD + "X-Large: " + "x".repeat(size) + "\r\nContent-Length: 2\r\n\r\nok"));

        String answer = get("/v1/x");

        assertThat(answer.substring(0, 12)).isEqualTo("HTTP/1.1 200");
        assertThat(answer).endsWith("\r\n\r\nok");
        awaitIdle();
    }

    /** Whoever has been told no need not send the rest; the backend is not kept waiting for it either. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answerBeforeTheBodyWasRead_arrives_andNothingIsLeftBehind(boolean isClosed) throws Exception {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        backend = server;
        Thread thread = new Thread(() -> refuse(server, isClosed, over), "refusing-backend");
        thread.setDaemon(true);
        thread.start();
        start("http://127.0.0.1:" + server.getLocalPort(), "");

        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n" + "x".repeat(100_000));
            if (isClosed) {
                // The reset may come before the answer has been read, as with any client.
                assertThat(client.readHead()).matches("(?s)HTTP/1.1 (413|502) .*");
            } else {
                assertThat(client.readUntil("too large")).contains("HTTP/1.1 413");
            }
        }

        assertThat(over.get(10, TimeUnit.SECONDS)).isTrue();
        awaitIdle();
    }

    private static void refuse(ServerSocket server, boolean isClosed, CompletableFuture<Boolean> over) {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            ScriptedBackend.readHead(in);
            write(socket.getOutputStream(), "HTTP/1.1 413 No\r\nContent-Length: 9\r\n\r\ntoo large");
            if (!isClosed) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            over.complete(true);
        } catch (IOException e) {
            over.complete(true);
        }
    }

    /** A backend that closes what it has kept, at the moment at which it is used. */
    @Test
    void connectionClosedWhenItIsUsed_doublesNoPost() throws Exception {
        AtomicInteger worked = new AtomicInteger();
        KeepAliveBackend made = start((number, head, out) -> {
            if (head.startsWith("POST")) {
                worked.incrementAndGet();
                throw new IOException("closed");
            }
            write(out, OK);
        });
        for (int i = 0; i < 20; i++) {
            assertThat(get("/v1/x")).startsWith("HTTP/1.1 200");
            String answer =
                    send("POST /v1/batches HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");

            assertThat(answer).startsWith("HTTP/1.1 502");
            assertThat(worked).hasValue(i + 1);
        }
        assertThat(made.heads).hasSize(40);
        awaitIdle();
    }

    /** The kept connection has been closed, and the gateway may or may not know that yet. */
    @Test
    void connectionClosedAfterAnAnswer_isNotUsedForAPost() throws Exception {
        KeepAliveBackend made = start((number, head, out) -> {
            write(out, OK);
            throw new IOException("closed");
        });
        for (int i = 0; i < 50; i++) {
            int before = made.heads.size();
            String answer =
                    send("POST /v1/batches HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");

            assertThat(answer).matches("(?s)HTTP/1.1 (200|502) .*");
            assertThat(made.heads.size() - before).isLessThanOrEqualTo(1);
        }
        awaitIdle();
    }
}
