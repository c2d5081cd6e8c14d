// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HttpBackendStatusTest {
    private HttpServer server;
    private int status = 200;
    private byte[] body = "vllm:num_requests_running 2\nvllm:num_requests_waiting 1\n".getBytes(StandardCharsets.UTF_8);

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private HttpBackendStatus backend() {
        return new HttpBackendStatus(
                BackendKind.VLLM,
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @Test
    void read_answered_givesTheFigures() throws Exception {
        BackendReading reading = backend().read();

        assertThat(reading.running()).hasValue(2);
        assertThat(reading.waiting()).hasValue(1);
    }

    @Test
    @Timeout(20)
    void read_bodyThatStalls_isAProblem_alsoWhileTheCommonPoolIsBlocked() throws Exception {
        Semaphore blocked = new Semaphore(0);
        for (int i = 0; i <= Runtime.getRuntime().availableProcessors(); i++) {
            ForkJoinPool.commonPool().execute(blocked::acquireUninterruptibly);
        }
        try (ServerSocket stalling = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpBackendStatus backend =
                    new HttpBackendStatus(BackendKind.VLLM, URI.create("http://127.0.0.1:" + stalling.getLocalPort()));
            FutureTask<Throwable> failure = new FutureTask<>(() -> catchThrowable(backend::read));
            new Thread(failure).start();
            try (Socket socket = stalling.accept()) {
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nvllm:num_requests_running 2\n"
                                .getBytes(StandardCharsets.US_ASCII));

                assertThat(failure.get()).isInstanceOf(IOException.class);
            }
        } finally {
            blocked.release(Runtime.getRuntime().availableProcessors() + 1);
        }
    }

    @Test
    void read_redirectedOrFailed_isAProblem() {
        status = 302;
        assertThatThrownBy(() -> backend().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("302");
    }

    @Test
    void read_tooLong_isAProblem() {
        body = new byte[(1 << 20) + 1];
        assertThatThrownBy(() -> backend().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 1048576 bytes");
    }

    @Test
    void address_notHttp_isRefused() {
        assertThatThrownBy(() -> new HttpBackendStatus(BackendKind.VLLM, URI.create("file:///etc/passwd")))
                .hasMessageContaining("expected: an http or https address");
    }
}
