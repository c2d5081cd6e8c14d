// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave their answers unread: {@code write-idle} counts for them, and {@code listen.idle} for others. */
final class UnreadAnswerTest {
    /** More than any buffers between take. */
    private static final int LENGTH = 48 << 20;

    private final CountDownLatch cutOff = new CountDownLatch(1);
    private ScriptedBackend backend;
    private Gateway gateway;

    @BeforeEach
    void startBackend() throws Exception {
        backend = new ScriptedBackend((in, out) -> {
            try {
                ScriptedBackend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                byte[] piece = new byte[64 << 10];
                for (int sent = 0; sent < LENGTH; sent += piece.length) {
                    out.write(piece);
                }
            } catch (IOException e) {
                cutOff.countDown();
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        backend.close();
    }

    private void start(String idle, String writeIdle) throws Exception {
        gateway = Gateway.start(new ConfigReader(name -> null).parse("""
                listen: {port: 0, idle: %s, head-within: 400ms}
                waiting: {write-idle: %s}
                log: {access: false}
                upstream: {url: '%s'}
                pools: {llm: {slots: 4}}
                routes: [{path: '/v1/*', pool: llm}]
                """.formatted(idle, writeIdle, backend.uri())));
    }

    private Socket ask(String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("127.0.0.1", gateway.uri().getPort()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Lets the time of idle connections pass, so often. */
    private void idle(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (RawClient silent = new RawClient(gateway.uri().getPort())) {
                assertThat(silent.readAll()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/x", "/unrouted"})
    void reader_thatPausesForLongerThanIdle_getsAll(String path) throws Exception {
        start("2s", "60s");
        try (Socket reader = ask(path)) {
            String head = ScriptedBackend.readHead(reader.getInputStream());
            idle(2);

            assertThat(head).startsWith("HTTP/1.1 200");
            assertThat(reader.getInputStream().readNBytes(LENGTH)).hasSize(LENGTH);
        }
    }

    @Test
    void connection_whoseReaderHasPaused_isClosedAfterIdle_notAfterWriteIdle() throws Exception {
        start("1s", "120s");
        try (Socket reader = ask("/unrouted")) {
            ScriptedBackend.readHead(reader.getInputStream());
            idle(2);
            reader.getInputStream().skipNBytes(LENGTH);

            assertThat(reader.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/x", "/unrouted"})
    void reader_thatReadsNothing_isCutOffAfterWriteIdle_thoughIdleIsLonger(String path) throws Exception {
        start("60s", "1s");
        try (Socket reader = ask(path)) {
            assertThat(reader.isConnected()).isTrue();

            assertThat(cutOff.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void readerOfHttp2_thatPausesForLongerThanIdle_getsAll() throws Exception {
        start("2s", "60s");
        try (RawHttp2 reader = new RawHttp2(gateway.uri().getPort())) {
            reader.headers(true, ":method", "GET", ":scheme", "http", ":path", "/unrouted", ":authority", "a");
            int first = reader.body(65_535);
            idle(2);
            reader.window(LENGTH);

            assertThat(first).isEqualTo(65_535);
            assertThat(reader.body(LENGTH - first)).isEqualTo(LENGTH - first);
        }
    }
}
