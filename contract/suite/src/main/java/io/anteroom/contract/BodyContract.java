// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The application sees the request that was sent, whether it waited or not. */
public abstract class BodyContract {
    /** The most that the filter keeps of a body unless told otherwise. */
    private static final int BOUND = 1 << 20;

    private static final List<String> READERS = List.of("echo", "echo-reader", "echo-async");

    private final Container container;

    /** The contract on one container. */
    protected BodyContract(Container container) {
        this.container = container;
    }

    /** A way of reading, a way through the filter, a protocol. */
    record Way(String act, boolean isQueued, Protocol protocol) {
        Room open(Container container) {
            RoomPlan plan = Room.on(container);
            return (isQueued ? plan.forceQueue() : plan).open();
        }

        @Override
        public String toString() {
            return act + (isQueued ? " queued" : " direct") + " over " + protocol;
        }
    }

    static Stream<Way> ways() {
        return READERS.stream()
                .flatMap(act -> Stream.of(true, false)
                        .flatMap(queued ->
                                Stream.of(Protocol.values()).map(protocol -> new Way(act, queued, protocol))));
    }

    /** A reader decodes by design; bytes that are not text cannot come back through it. */
    static Stream<Way> waysOfBytes() {
        return ways().filter(way -> !way.act().equals("echo-reader"));
    }

    static Stream<Way> waysOfHttp1() {
        return ways().filter(way -> way.protocol() == Protocol.HTTP1);
    }

    private static String json(int size) {
        String frame = "{\"model\":\"m\",\"prompt\":\"\"}";
        return frame.replace("\"\"}", "\"" + "p".repeat(size - frame.length()) + "\"}");
    }

    private static void checkEcho(Answer answer, String expected) {
        assertThat(answer.status())
                .as("%s %s %s %s", answer.status(), answer.headers(), answer.end(), answer.why())
                .isEqualTo(200);
        assertThat(answer.end()).as(answer.why()).isEqualTo(End.COMPLETE);
        assertThat(answer.body().equals(expected))
                .as(
                        "a body of %s bytes, got %s",
                        expected.length(), answer.body().length())
                .isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void body_ofAnySize_arrivesWhole(Way way) {
        try (Room room = way.open(container)) {
            for (int size : new int[] {30, 5_000, 70_000, BOUND - 1, BOUND, BOUND + 1, 2 * BOUND}) {
                String body = json(size);
                Answer answer = way.protocol().ask(room.port(), Request.post("/v1/" + way.act(), body));

                checkEcho(answer, body);
                assertThat(answer.header("Seen-Length")).isEqualTo(String.valueOf(size));
                assertThat(answer.header("Seen-Length-Header")).isEqualTo(String.valueOf(size));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void alias_reachesThePathThatIsMeant(Way way) {
        try (Room room = way.open(container)) {
            Answer answer = way.protocol()
                    .ask(room.port(), Request.post("/queue/chat/completions", "{\"priority\":1,\"a\":1}"));

            checkEcho(answer, "{\"a\":1}");
        }
    }

    /** As {@code curl -d} sends it; containers would read a form themselves. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void modelRequest_calledAForm_isReadAsJson(Way way) {
        try (Room room = way.open(container)) {
            Request json = Request.post("/v1/" + way.act() + "/chat/completions", "{\"priority\":1,\"a\":1}");
            Request other = Request.post("/v1/" + way.act() + "/chat/completions", "a=1");
            String form = "application/x-www-form-urlencoded";

            checkEcho(way.protocol().ask(room.port(), json.with("Content-Type", form)), "{\"a\":1}");
            assertThat(way.protocol()
                            .ask(room.port(), other.with("Content-Type", form))
                            .status())
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void metadata_asked_isTheFirstMember(Way way) {
        try (Room room = way.open(container)) {
            Answer answer = way.protocol().ask(room.port(), Request.post("/v1/json", "{\"gateflow\":{},\"a\":1}"));

            assertThat(answer.end()).isEqualTo(End.COMPLETE);
            assertThat(answer.body())
                    .startsWith("{\"gateflow\":{\"queue\":{\"was_queued\":" + way.isQueued() + ",")
                    .endsWith("}},\"a\":1}");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void emptyBody_isEmpty(Way way) {
        try (Room room = way.open(container)) {
            Answer answer =
                    way.protocol().ask(room.port(), new Request("POST", "/v1/" + way.act(), Map.of("X-Id", "e"), ""));

            checkEcho(answer, "");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysOfHttp1")
    void chunkedBody_inPieces_arrivesWhole(Way way) {
        try (Room room = way.open(container);
                RawHttp1 connection = RawHttp1.to(room.port())) {
            for (int turn = 0; turn < 3; turn++) {
                connection.send("POST /v1/" + way.act() + " HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
                StringBuilder body = new StringBuilder();
                for (String piece : List.of("{\"a\":", "\"" + "b".repeat(40_000), "\"", "}")) {
                    connection.sendChunk(piece);
                    body.append(piece);
                }
                connection.sendChunk("");

                checkEcho(connection.answer(), body.toString());
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysOfHttp1")
    void expectContinue_isAnsweredBeforeTheBody(Way way) {
        try (Room room = way.open(container);
                RawHttp1 connection = RawHttp1.to(room.port())) {
            String body = json(2_000);
            connection.send("POST /v1/" + way.act() + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n");
            assertThat(connection.interim()).isEqualTo(100);
            connection.send(body.substring(0, 700));
            connection.send(body.substring(700));

            checkEcho(connection.answer(), body);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysOfBytes")
    void binaryBody_arrivesUnchanged(Way way) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            bytes.append((char) (i * 31 & 0xff));
        }
        try (Room room = way.open(container)) {
            Request sent = Request.post("/v1/" + way.act(), bytes.toString())
                    .with("Content-Type", "application/octet-stream")
                    .with("Content-Encoding", "gzip");

            checkEcho(way.protocol().ask(room.port(), sent), bytes.toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void options_areRemovedFromTheBody(Way way) {
        try (Room room = way.open(container)) {
            String body = "{\"model\":\"m\",\"gateflow\":{\"queue\":{\"priority\":\"high\",\"max_wait_ms\":5000}},"
                    + "\"messages\":[{\"gateflow\":1}]}";
            String rest = "{\"model\":\"m\",\"messages\":[{\"gateflow\":1}]}";
            Answer answer = way.protocol().ask(room.port(), Request.post("/v1/" + way.act(), body));

            checkEcho(answer, rest);
            assertThat(answer.header("Seen-Length")).isEqualTo(String.valueOf(rest.length()));
            assertThat(answer.header("Seen-Length-Header")).isEqualTo(String.valueOf(rest.length()));
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void pathAndQuery_survive(Protocol protocol) {
        for (boolean isQueued : new boolean[] {true, false}) {
            RoomPlan plan = Room.on(container);
            try (Room room = (isQueued ? plan.forceQueue() : plan).open()) {
                Answer answer =
                        protocol.ask(room.port(), Request.get("/v1/tell/a%20b;p=1/%C3%A9?x=1&x=%20%26&p=q%2Fr&empty"));

                assertThat(answer.body().split("\n"))
                        .as(isQueued ? "queued" : "direct")
                        .startsWith("GET", "/v1/tell/a%20b;p=1/%C3%A9", "x=1&x=%20%26&p=q%2Fr&empty")
                        .contains("q/r");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void formParameters_survive(Protocol protocol) {
        for (boolean isQueued : new boolean[] {true, false}) {
            RoomPlan plan = Room.on(container);
            try (Room room = (isQueued ? plan.forceQueue() : plan).open()) {
                Request form = Request.post("/v1/tell", "a=b&p=from+form")
                        .with("Content-Type", "application/x-www-form-urlencoded");
                assertThat(protocol.ask(room.port(), form).body().split("\n"))
                        .as(isQueued ? "queued" : "direct")
                        .contains("from form");
            }
        }
    }

    @Test
    void unreadBody_doesNotHarmTheNextRequest() {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            for (int turn = 0; turn < 5; turn++) {
                String id = room.newId("unread");
                Answer answer = connection
                        .send(Request.post("/v1/never-reads", json(60_000)).id(id))
                        .answer();
                assertThat(answer.body()).isEqualTo("hello " + id);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Departure.class,
            names = {"FIN", "RST"})
    void clientThatLeavesInsideItsBody_isForgotten(Departure how) {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            connection.send("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\nX-Id: half\r\n\r\n{\"a\":");
            connection.leave(how);

            room.checkAlive();
            room.awaitSettled();
            room.checkAlive();
        }
    }
}
