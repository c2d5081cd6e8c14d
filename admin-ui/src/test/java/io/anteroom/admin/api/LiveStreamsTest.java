// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admin.live.LiveStream;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LiveStreamsTest {
    private AdminServer server;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer.Plan().start().setUp();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    private BufferedReader open(String token) throws Exception {
        Socket socket = new Socket("127.0.0.1", server.port());
        sockets.add(socket);
        socket.setSoTimeout(15_000);
        socket.getOutputStream()
                .write(("GET /v1/management/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static JsonNode next(BufferedReader in) throws Exception {
        String line = in.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = in.readLine();
        }
        assertThat(line).isNotNull();
        return new ObjectMapper().readTree(line.substring("data: ".length()));
    }

    @Test
    void stream_opened_tellsAtOnceAndEachSecond() throws Exception {
        BufferedReader in = open(server.token());

        JsonNode first = next(in);
        JsonNode second = next(in);

        assertThat(first.at("/pools/0/name").asText()).isEqualTo("llm");
        assertThat(first.path("node").asText()).isEqualTo("node-1");
        assertThat(second.path("at").asText()).isGreaterThan(first.path("at").asText());
    }

    @Test
    void stream_ninthOfAUser_isRefused() throws Exception {
        for (int i = 0; i < LiveStreams.MOST_OF_USER; i++) {
            next(open(server.token()));
        }

        assertThat(open(server.token()).readLine()).contains("429");
    }

    @Test
    void stream_headOnly_takesNoSeat() throws Exception {
        for (int i = 0; i <= LiveStreams.MOST_OF_USER; i++) {
            Reply head = server.call("HEAD", "/stream", null);

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.http().headers().firstValue("Content-Type")).hasValue(LiveStream.TYPE);
        }

        next(open(server.token()));
    }

    @Test
    void seat_whoseRequestCannotBeTakenOver_isFreeAgain() throws Exception {
        try (LiveStreams streams = new LiveStreams(() -> "{}")) {
            for (int i = 0; i < LiveStreams.MOST_OF_USER; i++) {
                assertThatThrownBy(() -> streams.open("ada", failing(HttpServletRequest.class), ready(), () -> true))
                        .isInstanceOf(IllegalStateException.class);
            }

            assertThat(streams.size()).isZero();
        }
    }

    @Test
    void refused_costsNoSnapshot() throws Exception {
        AtomicInteger made = new AtomicInteger();
        try (LiveStreams streams = rarely(() -> "{" + made.incrementAndGet() + "}")) {
            for (int i = 0; i < LiveStreams.MOST_OF_USER; i++) {
                assertThat(streams.open("ada", watching(), taking(), () -> true))
                        .isTrue();
            }

            assertThat(streams.open("ada", watching(), taking(), () -> true)).isFalse();
            assertThat(made).hasValue(LiveStreams.MOST_OF_USER);
        }
    }

    @Test
    void seat_whoseSnapshotFails_isFreeAgain() {
        try (LiveStreams streams = rarely(() -> {
            throw new IllegalStateException("no snapshot");
        })) {
            assertThatThrownBy(() -> streams.open("ada", watching(), taking(), () -> true))
                    .hasMessage("no snapshot");

            assertThat(streams.size()).isZero();
        }
    }

    private static LiveStreams rarely(Supplier<String> snapshots) {
        return new LiveStreams(snapshots, Duration.ofHours(1), LiveStream.STALLED_AFTER);
    }

    /** A request that may be answered later. */
    private static HttpServletRequest watching() {
        AsyncContext context = answering(AsyncContext.class, "", null);
        return answering(HttpServletRequest.class, "startAsync", context);
    }

    private static HttpServletResponse taking() {
        return answering(HttpServletResponse.class, "getOutputStream", new ServletOutputStream() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                // It is never its turn.
            }

            @Override
            public void write(int piece) {}
        });
    }

    private static <T> T answering(Class<T> type, String what, @Nullable Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, values) -> method.getName().equals(what) ? answer : null));
    }

    /** A container that answers nothing but "not now". */
    private static <T> T failing(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
                    throw new IllegalStateException("not now: " + method.getName());
                }));
    }

    private static HttpServletResponse ready() {
        return (HttpServletResponse) Proxy.newProxyInstance(
                HttpServletResponse.class.getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (self, method, values) -> null);
    }

    @Test
    void stream_tokenRevoked_ends() throws Exception {
        JsonNode made = server.call("POST", "/tokens", "{\"name\": \"w\", \"role\": \"viewer\"}")
                .body();
        BufferedReader in = open(made.path("token").asText());
        next(in);

        server.call("DELETE", "/tokens/" + made.at("/details/id").asText(), null);

        String line = in.readLine();
        int lines = 0;
        while (line != null && !line.equals("0") && lines++ < 200) {
            line = in.readLine();
        }
        assertThat(line == null || line.equals("0")).isTrue();
    }
}
