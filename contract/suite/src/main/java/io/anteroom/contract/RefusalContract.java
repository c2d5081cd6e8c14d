// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Http2Call;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.RawHttp2;
import io.anteroom.contract.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What refusals, hand-overs and shutdown do to connections and to those who wait. */
public abstract class RefusalContract {
    private static final String BODY = "{\"model\":\"m\"}";

    private final Container container;

    /** The contract on one container. */
    protected RefusalContract(Container container) {
        this.container = container;
    }

    private RoomPlan full() {
        return Room.on(container).settings(s -> s.withQueue(0, 1 << 20));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void fullQueue_refusesWithReasonAndRetryAfter(Protocol protocol) {
        try (Room room = full().open()) {
            room.occupy();
            String id = room.newId("refused");
            Answer answer =
                    protocol.ask(room.port(), Request.post("/v1/hello", BODY).id(id));

            checkRefusal(answer, "queue-full", "queue_full");
            assertThat(room.log().entered(id)).isZero();
        }
    }

    @Test
    void refusal_ofStream_keepsTheTrueStatus() {
        try (Room room = full().commitsSoon().open()) {
            room.occupy();
            Answer answer = Protocol.HTTP1.ask(
                    room.port(), Request.post("/v1/sse", Scene.STREAMING_BODY).with("Accept", "text/event-stream"));

            checkRefusal(answer, "queue-full", "queue_full");
        }
    }

    @Test
    void connection_afterRefusal_servesTheNextRequest() {
        try (Room room = full().open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            Room.Occupant occupant = room.occupy();
            Answer refusal = connection.send(Request.post("/v1/hello", BODY)).answer();
            checkRefusal(refusal, "queue-full", "queue_full");
            if (room.has(Quirk.CLOSES_AFTER_503)) {
                assertThat(refusal.header("Connection")).isEqualTo("close");
                return;
            }
            checkRefusal(connection.send(Request.post("/v1/hello", BODY)).answer(), "queue-full", "queue_full");
            occupant.letGo();
            Answer answer =
                    connection.send(Request.post("/v1/hello", BODY).id("later")).answer();
            assertThat(answer.body()).isEqualTo("hello later");
        }
    }

    @Test
    void pipelinedRequests_afterRefusal_areAnsweredInOrder() {
        try (Room room = full().open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            room.occupy();
            String refused = RawHttp1.text(Request.post("/v1/hello", BODY));
            String chunked = "POST /v1/hello HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
            String served = RawHttp1.text(Request.post("/free/echo", "{\"mine\":1}"));

            connection.send(served + refused + served + chunked + served);

            assertThat(connection.answer().body()).isEqualTo("{\"mine\":1}");
            Answer refusal = connection.answer();
            checkRefusal(refusal, "queue-full", "queue_full");
            if (room.has(Quirk.CLOSES_AFTER_503)) {
                // The client is told that what it has pipelined behind will not be looked at.
                assertThat(refusal.header("Connection")).isEqualTo("close");
                return;
            }
            assertThat(connection.answer().body()).isEqualTo("{\"mine\":1}");
            checkRefusal(connection.answer(), "queue-full", "queue_full");
            assertThat(connection.answer().body()).isEqualTo("{\"mine\":1}");
        }
    }

    @Test
    void pipelinedRequests_afterWait_areAnsweredInOrder() {
        try (Room room = Room.on(container).open();
                RawHttp1 connection = RawHttp1.to(room.port())) {
            Room.Occupant occupant = room.occupy();
            connection.send(RawHttp1.text(Request.post("/v1/echo", "{\"first\":1}"))
                    + RawHttp1.text(Request.post("/v1/echo", "{\"second\":1}")));
            room.awaitWaiting(1);
            occupant.letGo();

            assertThat(connection.answer().body()).isEqualTo("{\"first\":1}");
            assertThat(connection.answer().body()).isEqualTo("{\"second\":1}");
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void drain_answersEveryWaiter(Protocol protocol) throws InterruptedException {
        try (Room room = Room.on(container).open()) {
            Room.Occupant occupant = room.occupy();
            List<Call> waiters = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                waiters.add(protocol.open(
                        room.port(), Request.post("/v1/hello", BODY).with("Authorization", "Bearer key-" + i)));
            }
            room.awaitWaiting(30);
            room.sendBystandersHome();
            Thread draining = new Thread(() -> room.anteroom().drain(Duration.ofSeconds(10)));
            draining.start();

            for (Call waiter : waiters) {
                try (waiter) {
                    checkRefusal(waiter.answer(), "shutting-down", "shutting_down");
                }
            }
            occupant.letGo();
            draining.join();
        }
    }

    @Test
    void deadClients_amongTheLiving_areSkipped() {
        try (Room room = Room.on(container).open()) {
            Room.Occupant occupant = room.occupy();
            List<String> dead = new ArrayList<>();
            List<Call> leaving = new ArrayList<>();
            List<Call> staying = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String id = room.newId(i % 2 == 0 ? "dead" : "alive");
                Protocol protocol = i % 3 == 0 ? Protocol.HTTP2 : Protocol.HTTP1;
                Call call = protocol.open(
                        room.port(), Request.post("/v1/hello", BODY).id(id));
                if (i % 2 == 0) {
                    dead.add(id);
                    leaving.add(call);
                } else {
                    staying.add(call);
                }
            }
            room.awaitWaiting(12);
            for (int i = 0; i < leaving.size(); i++) {
                leaving.get(i).leave(i % 4 < 2 ? Departure.FIN : Departure.RST);
            }
            room.awaitWaiting(6);
            occupant.letGo();

            for (Call call : staying) {
                try (call) {
                    assertThat(call.answer().body()).startsWith("hello alive");
                }
            }
            assertThat(dead).allSatisfy(id -> assertThat(room.log().entered(id)).isZero());
            assertThat(room.log().mostInside()).isEqualTo(1);
        }
    }

    @Test
    void resetStream_leavesTheOthersOfItsConnectionAlone() {
        try (Room room = Room.on(container).open();
                RawHttp2 connection = RawHttp2.to(room.port())) {
            Room.Occupant occupant = room.occupy();
            String dead = room.newId("dead");
            Http2Call leaving = connection.send(Request.post("/v1/hello", BODY).id(dead));
            room.awaitWaiting(1);
            Http2Call staying = connection.send(Request.post("/v1/hello", BODY).id("stays"));
            room.awaitWaiting(2);

            leaving.leave(Departure.RST_STREAM);
            room.awaitWaiting(1);
            occupant.letGo();

            assertThat(staying.answer().body()).isEqualTo("hello stays");
            assertThat(room.log().entered(dead)).isZero();
        }
    }

    @Test
    void leaving_afterItsStreamHasBegun_isNoFailureToLog() {
        List<String> lines = new ArrayList<>();
        try (LogCapture log = new LogCapture(lines);
                Room room = Room.on(container).commitsSoon().open()) {
            room.occupy();
            for (int i = 0; i < 3; i++) {
                Request stream = Request.post("/v1/sse", Scene.STREAMING_BODY).with("Accept", "text/event-stream");
                Call leaving = Protocol.HTTP2.open(room.port(), stream);
                leaving.awaitText(":");

                leaving.leave(Departure.FIN);

                room.awaitWaiting(0);
            }
            assertThat(log.name()).isEqualTo("io.anteroom");
        }
        assertThat(lines).doesNotContain("a worker failed");
    }

    @Test
    void steadySlowReader_isServedInFull() {
        try (Room room = Room.on(container)
                        .filter(f -> f.writeIdle(Duration.ofSeconds(5)))
                        .open();
                RawHttp1 connection = RawHttp1.slowlyTo(room.port())) {
            connection.send(Request.get("/v1/big"));
            // Large: each step waits for its turn on a busy machine, and the sender for a third of its buffer.
            int step = 1 << 20;
            // Longer in all than the limit, with no pause that comes near it, on a busy machine either.
            for (int read = step; connection.awaitLength(read); read += step) {
                room.pause(Duration.ofMillis(400));
            }
            Answer answer = connection.answer();

            assertThat(answer.end()).isEqualTo(End.COMPLETE);
            assertThat(answer.body()).hasSize(16 << 20);
        }
    }

    @Test
    void closeOfAnteroom_withWaiters_answersThem() {
        try (Room room = Room.on(container).open()) {
            room.occupy();
            Call waiter = Protocol.HTTP1.open(room.port(), Request.post("/v1/hello", BODY));
            room.awaitWaiting(1);
            room.sendBystandersHome();
            room.anteroom().close();

            checkRefusal(waiter.answer(), "shutting-down", "shutting_down");
            waiter.close();
        }
    }

    private static void checkRefusal(Answer answer, String reason, String code) {
        assertThat(answer.end()).as("%s", answer).isEqualTo(End.COMPLETE);
        assertThat(answer.status()).as("%s", answer).isEqualTo(503);
        assertThat(answer.header("Queue-Reject-Reason")).isEqualTo(reason);
        assertThat(answer.header("Retry-After")).matches("[1-9]|[1-5][0-9]|60");
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    }
}
