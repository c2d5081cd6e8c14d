// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that try to have the backend read something else than the gateway has read. */
final class HostileClientTest {
    private static final String POST = "POST /v1/x HTTP/1.1\r\nHost: a\r\n";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    private KeepAliveBackend backend;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        backend = KeepAliveBackend.well();
        gateway = started("");
    }

    private Gateway started(String more) throws Exception {
        return Gateway.start(new ConfigReader(name -> null).parse("""
                listen: {port: 0}
                log: {access: false}
                admin: {enabled: false}
                storage: {dir: 'off'}
                waiting: {max-buffered-body: 1KiB}
                upstream: {url: '%s', retry: {most: 0}}
                pools: {llm: {slots: 4}}
                routes: [{path: '/*', pool: llm}]
                %s
                """.formatted(backend.uri(), more)));
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        backend.close();
    }

    /** What comes back until the connection ends. */
    private String send(String request) throws IOException {
        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send(request);
            return client.readAll();
        }
    }

    static Stream<String> malformed() {
        return Stream.of(
                POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
                POST + "Content-Length: 2, 3\r\n\r\n{}x",
                POST + "Content-Length: +2\r\n\r\n{}",
                POST + "Content-Length: -2\r\n\r\n{}",
                POST + "Content-Length: 0x2\r\n\r\n{}",
                POST + "Content-Length: 99999999999999999999\r\n\r\n{}",
                POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "X: 1\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                POST + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}GET /smuggled HTTP/1.1\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a\r\nX: 1\u0000Y: 2\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a\r\nX Y: 2\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a\r\n: 2\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: user@a\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a/../b\r\n\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: a:port\r\n\r\n",
                "GET /v1/x%0d%0aInjected:%201 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET //evil.test/v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET http://b/v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET @127.0.0.1:1/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET :1/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET .evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET v1/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /v1/x HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET /v1/x y HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/x\u0000 HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedRequest_isRefused_andTheBackendSeesNothing(String request) throws Exception {
        String answer = send(request);

        assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("Exception", "jetty");
        assertThat(answer.split("HTTP/1.1 ", -1)).as(answer).hasSize(2);
        assertThat(backend.heads).isEmpty();
    }

    @Test
    void fieldsThatTheConnectionNames_endHere_butNotThoseOfTheGateway() throws Exception {
        send(POST + "Connection: close, X-Mine, X-Forwarded-For, Host, Content-Length, Content-Type, traceparent\r\n"
                + "X-Mine: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(backend.heads).hasSize(1);
        assertThat(backend.heads.get(0))
                .contains("X-Forwarded-For: 127.0.0.1\r\n", "Host: 127.0.0.1:", "Content-Length: 2\r\n")
                .doesNotContain("X-Mine", "Connection: close");
    }

    /** Behind WSGI an underscore is a dash. */
    @Test
    void fieldsThatLookLikeThoseOfTheGateway_endHere() throws Exception {
        send(POST
                + "Connection: close\r\nX_Forwarded_For: 6.6.6.6\r\nX_Api_Key: stolen\r\nTransfer_Encoding: chunked\r\n"
                + "content_length: 9\r\nQueue_Priority: high\r\nX_Kept: 1\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(backend.heads).hasSize(1);
        assertThat(backend.heads.get(0))
                .contains("X_Kept: 1")
                .doesNotContainIgnoringCase("X_Forwarded")
                .doesNotContainIgnoringCase("Transfer_")
                .doesNotContainIgnoringCase("content_length")
                .doesNotContain("stolen", "Queue_Priority");
    }

    /** A proxy that knows only the one with dashes may pass on the other as a stranger wrote it. */
    @Test
    void fieldsThatLookForwarded_endHereFromTrustedProxiesToo() throws Exception {
        gateway.close();
        gateway = started("trusted-proxies: [127.0.0.1, '::1']");

        send(POST + "Connection: close\r\nX-Forwarded-For: 10.1.1.1\r\nX_Forwarded_For: 6.6.6.6\r\n"
                + "X-Forwarded_Proto: gopher\r\nX_Real_IP: 6.6.6.6\r\nX_Kept: 1\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(backend.heads).hasSize(1);
        assertThat(backend.heads.get(0))
                .contains("X-Forwarded-For: 10.1.1.1, ", "X_Kept: 1")
                .doesNotContain("6.6.6.6", "gopher");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/x?a=%0d%0aInjected:%201", "/v1/x?u=http://b/", "/v1/x%20y?%22"})
    void target_reachesTheBackendAsItIs(String target) throws Exception {
        send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(backend.heads).hasSize(1);
        assertThat(backend.heads.get(0))
                .startsWith("GET " + target + " HTTP/1.1\r\n")
                .doesNotContain("\nInjected");
    }

    @Test
    void trailersOfARequest_areNoFieldsOfIt() throws Exception {
        send(POST + "Connection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
                + "2;a=b\r\n{}\r\n0\r\nAuthorization: Bearer root\r\nContent-Length: 9\r\n\r\n");

        assertThat(backend.heads).hasSize(1);
        assertThat(backend.heads.get(0)).contains("Content-Length: 2\r\n").doesNotContain("root", "Trailer");
    }

    static Stream<List<String>> malformedOverHttp2() {
        List<String> usual = List.of(":method", "GET", ":scheme", "http", ":path", "/v1/x", ":authority", "a");
        return Stream.of(
                        List.of("x-a", "1\r\nInjected: 1"),
                        List.of("x-a", "1\nInjected: 1"),
                        List.of("x-a", "1\u0000"),
                        List.of("x-a: 1\r\ninjected", "1"),
                        List.of("x a", "1"),
                        List.of("X-Upper", "1"),
                        List.of("connection", "close"),
                        List.of("te", "gzip"),
                        List.of(":path", "/v1/y"),
                        List.of(":method", "POST"),
                        List.of(":other", "1"),
                        List.of("x-a", "1", ":authority", "b"),
                        List.of("host", "b"))
                .map(more -> Stream.concat(usual.stream(), more.stream()).toList());
    }

    @Test
    void fieldsOfHttp1OverHttp2_endHere() throws Exception {
        http2(List.of(
                ":method",
                "GET",
                ":scheme",
                "http",
                ":path",
                "/v1/x",
                ":authority",
                "a",
                "transfer-encoding",
                "chunked",
                "upgrade",
                "x",
                "keep-alive",
                "1"));

        assertThat(backend.heads)
                .allMatch(head -> !head.toLowerCase(Locale.ROOT).contains("chunked"));
        assertThat(backend.heads)
                .allMatch(head -> !head.toLowerCase(Locale.ROOT).contains("upgrade"));
    }

    /** HTTP/1.0 has no chunks: whatever it is taken for, it is one request, and the connection's last. */
    @Test
    void chunkedOverHttp10_isAtMostOneRequest() throws Exception {
        send("POST /v1/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED);

        assertThat(backend.heads).hasSizeLessThan(2).noneMatch(head -> head.contains("smuggled"));
    }

    @ParameterizedTest
    @MethodSource("malformedOverHttp2")
    void malformedOverHttp2_injectsNothing(List<String> fields) throws Exception {
        String outcome = http2(fields);

        assertThat(outcome).isIn("400", "refused");
        assertThat(backend.heads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1/x",
                "*",
                "@evil/",
                ":1/",
                "http://evil/v1/x",
                "/v1/x y",
                "/v1/x HTTP/1.1\r\nInjected: 1\r\n\r\n"
            })
    void pathOverHttp2_thatIsNone_isRefused(String path) throws Exception {
        String outcome = http2(List.of(":method", "GET", ":scheme", "http", ":path", path, ":authority", "a"));

        assertThat(outcome).isIn("400", "refused");
        assertThat(backend.heads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\r\nInjected: 1", "u@a", "a/b"})
    void authorityOverHttp2_thatIsNone_isRefused(String authority) throws Exception {
        String outcome = http2(List.of(":method", "GET", ":scheme", "http", ":path", "/v1/x", ":authority", authority));

        assertThat(outcome).isIn("400", "refused");
        assertThat(backend.heads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /smuggled HTTP/1.1\r\n", "G", "get", "GET\u0000", "CONNECT"})
    void methodOverHttp2_thatIsNone_isRefused(String method) throws Exception {
        String outcome = http2(List.of(":method", method, ":scheme", "http", ":path", "/v1/x", ":authority", "a"));

        assertThat(outcome).isNotEqualTo("200");
        assertThat(backend.heads).isEmpty();
    }

    private String http2(List<String> fields) throws IOException {
        try (RawHttp2 client = new RawHttp2(gateway.uri().getPort())) {
            client.headers(true, fields.toArray(new String[0]));
            return client.outcome();
        }
    }

    /** A body that goes on after its length, in one that is read first and in one that is sent on piece by piece. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4000})
    void bodyOverHttp2_longerThanItsLength_isNoRequest(int length) throws Exception {
        byte[] body = ("x".repeat(length) + SMUGGLED.repeat(50)).getBytes(StandardCharsets.ISO_8859_1);
        try (RawHttp2 client = new RawHttp2(gateway.uri().getPort())) {
            client.headers(
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    "/v1/x",
                    ":authority",
                    "a",
                    "content-length",
                    Integer.toString(length));
            client.data(true, body);
            client.outcome();
        }
        send("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(backend.heads).noneMatch(head -> head.contains("smuggled"));
        assertThat(backend.heads).anyMatch(head -> head.startsWith("GET /after"));
    }
}
