// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.WaitStrategy;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However an exchange ends on a real Jetty, its lease is closed once, and a client that left is never let in. */
final class JettyEndingTest {
    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder oneSlot() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(1)).policy(CallerPolicy.TRUSTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void running_clientResetsMidStream_releases(boolean queued) throws Exception {
        server = TestServer.start(oneSlot().forceQueue(queued));
        Socket socket = open("GET /drip HTTP/1.1\r\nHost: x\r\n\r\n");
        server.awaitRunning(1);
        socket.getInputStream().read();

        reset(socket);

        server.awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void running_applicationThrows_releases(boolean queued) throws Exception {
        server = TestServer.start(oneSlot().forceQueue(queued));

        assertThat(server.get("/throw").statusCode()).isEqualTo(500);
        assertThat(server.get("/throw").statusCode()).isEqualTo(500);

        server.awaitIdle();
        assertThat(server.count(Kind.RELEASED)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void running_applicationThrowsAfterCommit_releases(boolean queued) throws Exception {
        server = TestServer.start(oneSlot().forceQueue(queued));
        Socket socket = open("GET /tear HTTP/1.1\r\nHost: x\r\n\r\n");

        socket.getInputStream().readAllBytes();

        server.awaitIdle();
        assertThat(server.count(Kind.RELEASED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void running_asyncApplication_holdsItsLeaseUntilItCompletes(boolean queued) throws Exception {
        server = TestServer.start(oneSlot().forceQueue(queued));
        CompletableFuture<HttpResponse<String>> answer = server.getAsync("/async");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> next = server.getAsync("/hello");
        server.awaitWaiting(1);

        server.letGo();

        assertThat(answer.get().body()).isEqualTo("async");
        assertThat(next.get().body()).isEqualTo("hello");
        server.awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/flood", "/asyncflood"})
    void running_clientStopsReading_isCutOff(String path) throws Exception {
        server = TestServer.start(oneSlot().writeIdle(Duration.ofMillis(500)));
        try (Socket socket = open("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
            server.awaitRunning(1);

            server.awaitIdle();

            assertThat(socket.isClosed()).isFalse();
        }
    }

    /** An application that knew first would end its answer in the ordinary way, and it would pass for whole. */
    @Test
    void clientStopsReading_isCutOffBeforeTheApplicationCanKnow() throws Exception {
        server = TestServer.start(oneSlot().writeIdle(Duration.ofMillis(500)));
        try (Socket socket = open("GET /asyncflood HTTP/1.1\r\nHost: x\r\n\r\n")) {
            CompletableFuture<Boolean> whole = new CompletableFuture<>();
            // Whoever reads on while the log is written lets the application write on at that very moment.
            Handler reading = new CutOffHandler(() -> whole.complete(endsWhole(socket)));
            Logger log = Logger.getLogger("io.anteroom");
            log.addHandler(reading);
            try {
                assertThat(whole.get(20, TimeUnit.SECONDS)).isFalse();
            } finally {
                log.removeHandler(reading);
            }
            server.awaitIdle();
        }
    }

    /** Reads to the end of a chunked answer, which is whole if its last chunk came. */
    private static boolean endsWhole(Socket socket) {
        byte[] end = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        int matched = 0;
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            for (int next = in.read(); next >= 0; next = in.read()) {
                matched = next == end[matched] ? matched + 1 : next == end[0] ? 1 : 0;
                if (matched == end.length) {
                    return true;
                }
            }
        } catch (IOException e) {
            // A reset, which nobody takes for an end.
        }
        return false;
    }

    /** Does something when it is logged that a client is cut off, before the log goes on. */
    private static final class CutOffHandler extends Handler {
        private final Runnable then;

        CutOffHandler(Runnable then) {
            this.then = then;
        }

        @Override
        public void publish(LogRecord entry) {
            if (entry.getMessage().contains("cut off")) {
                then.run();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void waiting_clientCloses_isNeverLetIn(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        Socket socket = open("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        server.awaitWaiting(1);

        socket.close();

        server.awaitWaiting(0);
        server.letGo();
        first.get();
        server.awaitIdle();
        TestServer.await(() -> server.count(Kind.ABANDONED) == 1);
        assertThat(server.count(Kind.ADMITTED)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void waiting_clientResets_isNeverLetIn(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot().waitStrategy(strategy));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        Socket socket = open("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        CompletableFuture<HttpResponse<String>> other = server.getAsync("/hello");
        server.awaitWaiting(2);

        reset(socket);

        server.awaitWaiting(1);
        server.letGo();
        first.get();
        assertThat(other.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
        assertThat(server.count(Kind.ABANDONED)).isEqualTo(1);
        assertThat(server.count(Kind.ADMITTED)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void waiting_streamingClientResets_isNeverLetIn(WaitStrategy strategy) throws Exception {
        server = TestServer.start(oneSlot()
                .waitStrategy(strategy)
                .probe(false)
                .commitAfter(Duration.ofMillis(100))
                .heartbeat(Duration.ofMillis(200)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        Socket socket = open("GET /hello HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
        socket.getInputStream().read();

        reset(socket);

        server.awaitWaiting(0);
        server.letGo();
        first.get();
        server.awaitIdle();
        TestServer.await(() -> server.count(Kind.ABANDONED) == 1);
        assertThat(server.count(Kind.ADMITTED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/flood", "/asyncflood"})
    void late_applicationThatIsNoEventStream_isStoppedAndTold(String path) throws Exception {
        server = TestServer.start(oneSlot().commitAfter(Duration.ofMillis(100)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second =
                server.sendAsync(server.request(path).header("Accept", "text/event-stream"));
        server.awaitCommitted();

        server.letGo();

        assertThat(second.get().body()).contains("\nevent: error\ndata: {").endsWith("}\n\n");
        first.get();
        server.awaitIdle();
    }

    @Test
    void late_applicationIsSlow_streamIsKeptAlive() throws Exception {
        server = TestServer.start(oneSlot().commitAfter(Duration.ofMillis(100)).heartbeat(Duration.ofMillis(100)));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/pause");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> second =
                server.sendAsync(server.request("/pause").header("Accept", "text/event-stream"));

        assertThat(second.get().body()).contains("\n: queue admitted wait_ms=").contains("\n: queue running\n");
        assertThat(first.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @Test
    void waiting_bodyNeverComes_leavesTheQueue() throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        Socket socket = open("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\n12");
        server.awaitWaiting(1);

        socket.close();

        server.awaitWaiting(0);
        server.letGo();
        first.get();
        server.awaitIdle();
        assertThat(server.count(Kind.ADMITTED)).isEqualTo(1);
    }

    @Test
    void applicationOnTheContainersOwnRequest_afterAWait_hasTheContainersTimeOut() throws Exception {
        server = TestServer.start(
                oneSlot().forceQueue(true),
                (request, response, chain) -> chain.doFilter(
                        new HttpServletRequestWrapper((HttpServletRequest) request) {
                            @Override
                            public AsyncContext startAsync(ServletRequest given, ServletResponse answer) {
                                AsyncContext context = super.startAsync(given, answer);
                                context.setTimeout(1000);
                                return context;
                            }
                        },
                        response));

        assertThat(server.get("/raw").body()).isEqualTo("timed out");

        server.awaitIdle();
    }

    @Test
    void keepAlive_severalRequestsOnOneConnection_allServed() throws Exception {
        server = TestServer.start(oneSlot().forceQueue(true));
        try (Socket socket = new Socket("localhost", server.port())) {
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream()
                        .write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = new byte[4096];
                int n = socket.getInputStream().read(answer);
                assertThat(new String(answer, 0, n, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
            }
        }
        server.awaitIdle();
        assertThat(server.count(Kind.RELEASED)).isEqualTo(20);
    }

    private Socket open(String request) throws IOException {
        Socket socket = new Socket("localhost", server.port());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
