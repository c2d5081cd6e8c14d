// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be read is answered with a clear 4xx; nothing that a client sends makes a 500 or a leak. */
public abstract class BadInputContract {
    private final Container container;

    /** The contract on one container. */
    protected BadInputContract(Container container) {
        this.container = container;
    }

    @ParameterizedTest
    @CsvSource({
        "Queue-Priority, urgent!!",
        "Queue-Priority, 1.5",
        "Queue-Max-Wait-Ms, soon",
        "Queue-Max-Wait-Ms, -1",
        "Queue-Max-Wait-Ms, 99999999999999999999",
        "Queue-On-Full, explode",
        "Queue-Enabled, perhaps",
    })
    void unreadableHeader_isNamedWithWhatIsAllowed(String name, String value) {
        try (Room room = Room.on(container).open()) {
            String id = room.newId("bad");
            for (Protocol protocol : Protocol.values()) {
                Answer answer = protocol.ask(
                        room.port(),
                        Request.post("/v1/hello", "{}").with(name, value).id(id));

                check400(answer, name);
            }
            assertThat(room.log().entered(id)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"gateflow\":{\"queue\":{\"priority\":\"urgent\"}}}",
                "{\"gateflow\":{\"queue\":{\"max_wait_ms\":\"soon\"}}}",
                "{\"gateflow\":{\"queue\":{\"max_wait_ms\":-5}}}",
                "{\"gateflow\":{\"queue\":{\"on_full\":7}}}",
                "{\"gateflow\":{\"queue\":[]}}",
                "{\"gateflow\":7}",
            })
    void unreadableOption_isNamedWithWhatIsAllowed(String body) {
        try (Room room = Room.on(container).open()) {
            for (Protocol protocol : Protocol.values()) {
                check400(protocol.ask(room.port(), Request.post("/v1/hello", body)), "gateflow");
            }
        }
    }

    static List<String> brokenBodies() {
        return List.of(
                "{",
                "{\"model\":",
                "[1,2",
                "nonsense",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"" + "\u0000" + "\"}",
                "{\"gateflow\":{\"queue\":",
                "{\"model\":" + "[".repeat(20_000),
                "{\"model\":" + "1".repeat(20_000) + "}",
                "{\"" + "k".repeat(200_000) + "\":1}",
                "\u00ff\u00fe{}");
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void brokenJson_isRefusedOrPassedOnUntouched(String body) {
        try (Room room = Room.on(container).open()) {
            for (Protocol protocol : Protocol.values()) {
                Answer answer = protocol.ask(room.port(), Request.post("/v1/echo", body));

                assertThat(answer.end()).isEqualTo(End.COMPLETE);
                assertThat(answer.status()).isIn(200, 400);
                if (answer.status() == 200) {
                    assertThat(answer.body().equals(body))
                            .as("passed on untouched")
                            .isTrue();
                } else {
                    checkTellsError(answer);
                }
            }
        }
    }

    static List<String> hostileKeys() {
        String rightToLeft = new String(
                "\u202e\u05d0\u05d1\u05d2\u202c".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return List.of(
                "k".repeat(7_000),
                rightToLeft,
                "a\u007fb",
                "\u00ff\u00fe\u0080",
                "'; DROP TABLE keys; --",
                "{\"a\":1}",
                "..%2f..%2f",
                "<script>alert(1)</script>",
                "",
                " ");
    }

    @ParameterizedTest
    @MethodSource("hostileKeys")
    void hostileKey_isServedOrRefused(String key) {
        try (Room room = Room.on(container).open()) {
            for (String header : List.of("Authorization", "x-api-key", "Queue-Batch-Id", "Queue-Request-Id")) {
                String value = header.equals("Authorization") ? "Bearer " + key : key;
                // What a field value may not hold, the HTTP/2 client refuses to encode by itself.
                boolean isFieldValue = value.strip().equals(value) && value.indexOf('\u007f') < 0;
                for (Protocol protocol : isFieldValue ? Protocol.values() : new Protocol[] {Protocol.HTTP1}) {
                    Answer answer =
                            protocol.ask(room.port(), Request.get("/v1/hello").with(header, value));

                    boolean isRefused = answer.status() == 0 || answer.status() >= 400 && answer.status() < 500;
                    assertThat(answer.status() == 200 || isRefused)
                            .as("%s: %s", header, answer)
                            .isTrue();
                    if (isRefused
                            && String.valueOf(answer.header("Content-Type")).startsWith("application/json")) {
                        checkTellsError(answer);
                    }
                }
            }
            room.checkAlive();
        }
    }

    /** Header bytes that HTTP forbids: the container refuses them before the filter sees anything. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\rb", "a\nb", "a\r\n b", "a\u0001b"})
    void forbiddenBytes_neverReachTheApplication(String key) {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            String id = room.newId("forbidden");
            connection.send(
                    "GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nX-Id: " + id + "\r\nx-api-key: " + key + "\r\n\r\n");
            Answer answer = connection.answer();

            assertThat(answer.status()).isBetween(200, 499);
            room.checkAlive();
        }
    }

    @Test
    void oversizedHeaders_areRefused() {
        try (Room room = Room.on(container).open()) {
            String id = room.newId("oversized");
            Answer answer = Protocol.HTTP1.ask(room.port(), oversized(id));

            assertThat(answer.status()).as("%s", answer).isIn(431, 400);
            assertThat(room.log().entered(id)).isZero();
            room.checkAlive();
        }
    }

    /** Over HTTP/2 Jetty announces its limit, and an honest client does not even send; Tomcat ends the stream. */
    @Test
    void oversizedHeaders_overHttp2_neverReachTheApplication() {
        try (Room room = Room.on(container).open()) {
            String id = room.newId("oversized");
            try {
                Answer answer = Protocol.HTTP2.ask(room.port(), oversized(id));
                assertThat(answer.isBroken() || answer.status() == 431 || answer.status() == 400)
                        .as("%s", answer)
                        .isTrue();
            } catch (IllegalStateException e) {
                // The client's own limit speaks first, or the server's if its settings have already come.
                assertThat(e).hasMessageMatching("(?s).*(encode|Header size).*");
            }
            assertThat(room.log().entered(id)).isZero();
            room.checkAlive();
        }
    }

    private static Request oversized(String id) {
        return Request.get("/v1/hello").id(id).with("x-api-key", "k".repeat(2 * Deployment.HEADER_LIMIT));
    }

    @Test
    void wrongContentLength_isRefusedOrForgotten() {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            connection.send("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: nonsense\r\n\r\n{}");

            assertThat(connection.answer().status()).isEqualTo(400);
            room.checkAlive();
        }
    }

    @Test
    void unknownCharset_isTheApplicationsToJudge() {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            connection.send("POST /v1/hello HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json; charset=bogus\r\nContent-Length: 2\r\n\r\n{}");

            assertThat(connection.answer().status()).isEqualTo(200);
            room.checkAlive();
        }
    }

    @Test
    void brokenChunk_isRefusedOrForgotten() {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            connection.send("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");

            assertThat(connection.answer().status()).isIn(0, 400);
            room.checkAlive();
        }
    }

    private static void check400(Answer answer, String named) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(answer.end()).isEqualTo(End.COMPLETE);
        assertThat(answer.body().toLowerCase(Locale.ROOT))
                .contains(named.toLowerCase(Locale.ROOT))
                .contains("expected");
        checkTellsError(answer);
    }

    private static void checkTellsError(Answer answer) {
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.body()).contains("\"error\"").doesNotContain("Exception");
    }
}
