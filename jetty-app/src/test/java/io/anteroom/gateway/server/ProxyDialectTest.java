// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.ScriptedBackend.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.event.NoticeListener;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.proxy.UpstreamProxy;
import io.anteroom.gateway.server.ScriptedBackend.Script;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.Upstreams;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures of the backend, and of the server itself, in each client's own dialect. */
final class ProxyDialectTest {
    private ScriptedBackend backend;
    private JettyServer gateway;

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

    private int start(Script script, String upstream) throws Exception {
        backend = new ScriptedBackend(script);
        GatewayConfig config = new ConfigReader(name -> null)
                .parse("listen: {port: 0}\nupstream:\n  url: " + backend.uri() + "\n  " + upstream + "\n");
        gateway = new JettyServer(config, List.of(), proxy(config), (q, s) -> {});
        gateway.start();
        return gateway.port();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions|\"error\":{\"message\":\"The backend closed the connection before its answer was "
                        + "complete.\",\"type\":\"server_error\",\"param\":null,\"code\":\"upstream_closed\"}",
                "/v1/messages|{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"The backend closed "
                        + "the connection before its answer was complete.\",\"code\":\"upstream_closed\"}}",
                "/api/chat|{\"error\":\"The backend closed the connection before its answer was complete.\"}"
            })
    void backend_thatCloses_isToldInTheDialect(String path, String expected) throws Exception {
        int port = start((in, out) -> {}, "");

        try (RawClient client = new RawClient(port)) {
            client.get(path);
            String answer = client.readUntil(expected);

            assertThat(answer).startsWith("HTTP/1.1 502").contains(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/chat/completions|text/event-stream|event: error\\ndata: {\"type\":\"error\",\"error\":{\"message\"",
                "/v1/messages|text/event-stream|event: error\\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\"",
                "/v1/responses|text/event-stream|event: response.failed\\ndata: {\"type\":\"response.failed\"",
                "/api/chat|application/x-ndjson|{\"error\":\"The backend stopped"
            })
    void backend_thatStallsInAStream_isToldInTheDialect(String path, String type, String expected) throws Exception {
        int port = start(
                (in, out) -> {
                    write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: " + type
                                    + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                    in.read();
                },
                "timeouts: {idle: 100ms}");

        try (RawClient client = new RawClient(port)) {
            client.get(path);
            String answer = client.readUntil("0\r\n\r\n");

            assertThat(answer.replace("\n", "\\n")).contains(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.test:8443, gateway.test:8443",
        "gateway.test, gateway.test",
        "gateway.test:80, gateway.test",
        "[::1]:8443, [::1]:8443",
        "[::1], [::1]"
    })
    void hostOfHttp2_reachesTheBackendLikeThatOfHttp1(String authority, String expected) throws Exception {
        int port = start(
                (in, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                "forward-host: true");

        try (RawHttp2 client = new RawHttp2(port)) {
            client.headers(true, ":method", "GET", ":scheme", "http", ":path", "/v1/x", ":authority", authority);
            assertThat(client.outcome()).isEqualTo("200");
        }

        assertThat(backend.head())
                .contains("\r\nX-Forwarded-Host: " + expected + "\r\n", "\r\nHost: " + expected + "\r\n");
    }

    @Test
    void hostOfHttp1_reachesTheBackendAsItIs() throws Exception {
        int port = start(
                (in, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                "forward-host: false");

        try (RawClient client = new RawClient(port)) {
            client.send("GET /v1/x HTTP/1.1\r\nHost: gateway.test:80\r\n\r\n");
            client.readHead();
        }

        assertThat(backend.head()).contains("\r\nX-Forwarded-Host: gateway.test:80\r\n", "\r\nHost: 127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/api/chat"})
    void server_itsOwnErrors_areInTheDialect(String path) throws Exception {
        int port = start((in, out) -> {}, "");

        try (RawClient client = new RawClient(port)) {
            client.send("BREW " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            String answer = client.readUntil("}");

            assertThat(answer).startsWith("HTTP/1.1 405");
            assertThat(answer)
                    .containsAnyOf(
                            "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\"",
                            "{\"error\":\"This method is not allowed here.\"}");
        }
    }
}
