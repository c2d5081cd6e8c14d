// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdminServerTest {
    private static final AdminListen LISTEN =
            new AdminListen(true, "127.0.0.1", 0, List.of("ops.example"), List.of(), "", false);

    private final AdminServer server =
            new AdminServer(LISTEN, Map.of("/here/*", new Echo()), () -> "{\"status\":\"up\"}");

    private static final class Echo extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            int length = request.getInputStream().readAllBytes().length;
            response.getOutputStream().print("got " + length);
        }
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private String answer(String request) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(request);
            return client.readAll();
        }
    }

    private static String get(String path, String host) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8081, 200",
        "127.0.0.1, 200",
        "OPS.example:1, 200",
        "evil.example, 421",
        "ops.example.evil, 421"
    })
    void request_isAnsweredOnlyByItsNames(String host, int status) throws Exception {
        server.start();

        assertThat(answer(get("/here/a", host))).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer(get("/health", host))).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void request_hostile_isRefusedWithoutAnythingOfTheInside() throws Exception {
        server.start();
        String end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

        assertThat(answer("TRACE /here/a" + end + "\r\n")).startsWith("HTTP/1.1 405 ");
        assertThat(answer("BREW /here/a" + end + "\r\n")).startsWith("HTTP/1.1 405 ");
        assertThat(answer("GET /here/%2e%2e%2fa" + end + "\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("GET /here/a" + end + "X: " + "x".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(answer("POST /here/a" + end + "Content-Length: 99999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(answer(get("/nowhere", "localhost")))
                .startsWith("HTTP/1.1 404 ")
                .contains("\"code\":\"not_found\"")
                .doesNotContainIgnoringCase("jetty")
                .doesNotContain("Server:");
    }

    /** Sends an event at once, and another each time that it is told to. */
    private static final class Stream extends HttpServlet {
        private static final long serialVersionUID = 1L;
        private final transient CompletableFuture<AsyncContext> open = new CompletableFuture<>();

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/event-stream");
            AsyncContext context = request.startAsync();
            context.setTimeout(0);
            say(context, "first");
            open.complete(context);
        }

        static void say(AsyncContext context, String what) throws IOException {
            context.getResponse().getOutputStream().print("data: " + what + "\n\n");
            context.getResponse().flushBuffer();
        }
    }

    @Test
    void connections_streamAndKeptAlive_liveLongerThanAHeadMayTake() throws Exception {
        Stream stream = new Stream();
        AdminServer quick = new AdminServer(
                LISTEN, Map.of("/here/*", new Echo(), "/stream", stream), () -> "", Duration.ofMillis(100));
        quick.start();
        try (RawClient kept = new RawClient(quick.port());
                RawClient watching = new RawClient(quick.port())) {
            kept.send("GET /here/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
            kept.readUntil("got 0");
            watching.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            watching.readUntil("data: first");

            for (int i = 0; i < 3; i++) {
                // Its end says that a head's time has passed for everybody who was there before.
                try (RawClient slow = new RawClient(quick.port())) {
                    slow.send("GET /here/a HTTP/1.1\r\nHost: loc");
                    assertThat(slow.in.read()).isEqualTo(-1);
                }
            }

            AsyncContext context = stream.open.get(10, TimeUnit.SECONDS);
            Stream.say(context, "second");
            watching.readUntil("data: second");
            context.complete();
            kept.send("GET /here/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
            kept.readUntil("got 0");
        } finally {
            quick.stop();
        }
    }

    @Test
    void gateway_itsAdminPortIsTaken_servesAllTheSame_andLetsOperatorsInLater() throws Exception {
        GatewayConfig config = new ConfigReader(name -> null)
                .parse("upstream: {url: 'http://127.0.0.1:1'}\nlisten: {port: 0}\nlog: {access: false}\n");
        AdminListen listen;
        Gateway gateway;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listen = LISTEN.withPort(taken.getLocalPort());
            gateway = Gateway.start(config.withOperator(config.operator().withAdmin(listen)));
            assertThat(gateway.adminUri()).isEmpty();
            try (RawClient client = new RawClient(gateway.uri().getPort())) {
                client.get("/health/ready");
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            }
        }
        try (gateway) {
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (gateway.adminUri().isEmpty() && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            assertThat(gateway.adminUri()).contains(URI.create("http://127.0.0.1:" + listen.port()));
            try (RawClient client = new RawClient(listen.port())) {
                client.send(get("/health", "localhost"));
                assertThat(client.readAll()).contains("{\"status\":\"up\",\"settings\":\"ok\",\"revision\":1}");
            }
            try (RawClient client = new RawClient(listen.port())) {
                client.send(get("/v1/management/pools", "localhost"));
                assertThat(client.readAll()).startsWith("HTTP/1.1 503 ").contains("set_up_required");
            }
        }
    }
}
