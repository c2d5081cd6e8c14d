// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import io.anteroom.servlet.PlaceSettings;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Places that are kept for clients that come back, tickets, and what callers are told of both. */
public abstract class PlacesContract {
    private static final String BODY = "{\"model\":\"m\"}";
    private static final Pattern ID = Pattern.compile("\"id\":\"([A-Za-z0-9_-]{22})\"");

    private final Container container;

    /** The contract on one container. */
    protected PlacesContract(Container container) {
        this.container = container;
    }

    /** A room whose only slot is taken; what is told does not depend on who else is there. */
    private Room open(RoomPlan plan) {
        return plan.withoutBystanders().open();
    }

    private RoomPlan plan() {
        return Room.on(container);
    }

    private static Request chat(String id) {
        return Request.post("/v1/hello?hold=start", BODY).id(id).with("Queue-Request-Id", id);
    }

    private static Answer get(Room room, Protocol protocol, String path) {
        return protocol.ask(room.port(), Request.get(path));
    }

    private static void awaitBody(Room room, String path, String text) {
        Await.until(
                path + " to tell " + text,
                () -> get(room, Protocol.HTTP1, path).body().contains(text),
                () -> get(room, Protocol.HTTP1, path));
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false", "HTTP2, true"})
    void hold_over_keepsThePlace_andTheSameRequestWalksBackIn(Protocol protocol, boolean onThreads) {
        RoomPlan plan = plan().filter(b -> b.places(PlaceSettings.DEFAULT.withJsonHold(Duration.ofSeconds(3))));
        try (Room room = open(onThreads ? plan.waitsOnThreads() : plan)) {
            Room.Occupant occupant = room.occupy();
            Answer away = protocol.ask(room.port(), chat("first"));
            assertThat(away.status()).as("%s", away).isEqualTo(503);
            assertThat(away.end()).isEqualTo(End.COMPLETE);
            assertThat(away.header("Retry-After")).matches("[1-9]|[1-5][0-9]|60");
            assertThat(away.body()).contains("\"code\":\"queue_timeout\"", "\"place_kept\":true");
            assertThat(get(room, protocol, "/queue/requests/first").body()).contains("\"status\":\"kept\"");

            Request stream = Request.post("/v1/sse", Scene.STREAMING_BODY).with("Accept", "text/event-stream");
            try (Call later = protocol.open(room.port(), stream.id("later"));
                    Call back = comeBack(room, protocol)) {
                occupant.letGo();
                room.awaitEntered("first");
                assertThat(room.log().entered("later")).as("it came later").isZero();
                room.log().open("first");

                assertThat(back.answer().body()).isEqualTo("hello first");
                assertThat(later.answer().body()).endsWith("data: [DONE]\n\n");
            }
            room.awaitSettled();
            room.checkAlive();
        }
    }

    /** Somebody else waits behind the place before its owner is back. */
    private static Call comeBack(Room room, Protocol protocol) {
        room.awaitWaiting(2);
        Call back = protocol.open(room.port(), chat("first"));
        awaitBody(room, "/queue/requests/first", "\"status\":\"queued\"");
        assertThat(room.snapshot().waiting()).as("never queued twice").isEqualTo(2);
        return back;
    }

    private static String ticket(Room room, Protocol protocol) {
        Answer given = protocol.ask(
                room.port(), Request.post("/v1/hello", BODY).id("ticket").with("Prefer", "respond-async"));
        assertThat(given.status()).as("%s", given).isEqualTo(202);
        assertThat(given.header("Preference-Applied")).isEqualTo("respond-async");
        assertThat(given.header("Retry-After")).matches("[1-9]|[1-5][0-9]|60");
        Matcher id = ID.matcher(given.body());
        assertThat(id.find()).as("%s", given).isTrue();
        assertThat(given.header("Location")).isEqualTo("/queue/tickets/" + id.group(1));
        return id.group(1);
    }

    private static Answer redeem(Room room, Protocol protocol, String id) {
        return protocol.ask(
                room.port(), Request.post("/v1/hello", BODY).id("ticket").with("Queue-Ticket", id));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void ticket_isGiven_becomesReady_andIsRedeemedOnce(Protocol protocol) {
        try (Room room = open(plan())) {
            Room.Occupant occupant = room.occupy();
            String id = ticket(room, protocol);
            String path = "/queue/tickets/" + id;
            assertThat(get(room, protocol, path).body()).contains("\"status\":\"queued\"", "\"queue_position\":1");
            assertThat(redeem(room, protocol, id).status()).isEqualTo(409);

            occupant.letGo();
            awaitBody(room, path, "\"status\":\"ready\"");
            Answer answer = redeem(room, protocol, id);

            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello ticket");
            assertThat(answer.header("Queue-Was-Queued")).isEqualTo("true");
            assertThat(redeem(room, protocol, id).status()).isEqualTo(410);
            assertThat(get(room, protocol, path).body()).contains("\"status\":\"claimed\"");
            assertThat(room.log().entered("ticket")).isEqualTo(1);
            room.awaitSettled();
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false"})
    void longPoll_isAnsweredWhenTheTurnComes(Protocol protocol, boolean onThreads) {
        try (Room room = open(onThreads ? plan().waitsOnThreads() : plan())) {
            Room.Occupant occupant = room.occupy();
            String id = ticket(room, protocol);
            Request poll = Request.get("/queue/tickets/" + id).with("Prefer", "wait=50");
            long begun = System.nanoTime();
            try (Call call = protocol.open(room.port(), poll)) {
                room.pause(Duration.ofMillis(100));
                occupant.letGo();
                Answer answer = call.answer();

                assertThat(answer.body()).contains("\"status\":\"ready\"");
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(40));
            }
            redeem(room, protocol, id);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false"})
    void ticket_isWatchedByEvents_untilItNoLongerWaits(Protocol protocol, boolean onThreads) {
        try (Room room = open(onThreads ? plan().waitsOnThreads() : plan())) {
            Room.Occupant occupant = room.occupy();
            String id = ticket(room, protocol);
            Request watch = Request.get("/queue/tickets/" + id).with("Accept", "text/event-stream");
            try (Call call = protocol.open(room.port(), watch)) {
                call.awaitText("event: queue_status\ndata: {\"id\":\"" + id + "\"");
                occupant.letGo();
                call.awaitText("\"status\":\"ready\"");
                Answer answer = call.answer();

                assertThat(answer.end()).isEqualTo(End.COMPLETE);
                assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
                assertThat(answer.body()).contains("\"status\":\"queued\"").endsWith("}\n\n");
            }
            redeem(room, protocol, id);
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void ticket_givenUp_isGone(Protocol protocol) {
        try (Room room = open(plan())) {
            room.occupy();
            String path = "/queue/tickets/" + ticket(room, protocol);

            Answer gone = protocol.ask(room.port(), new Request("DELETE", path, Map.of(), ""));

            assertThat(gone.status()).as("%s", gone).isEqualTo(204);
            assertThat(get(room, protocol, path).status()).isEqualTo(404);
            assertThat(room.snapshot().waiting()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void status_ofRequestsAndBatches_isTold_alsoWhenEverySlotIsTaken(Protocol protocol) {
        try (Room room = open(plan())) {
            Room.Occupant occupant = room.occupy();
            Request asked = chat("asked").with("Queue-Batch-Id", "nightly");
            try (Call call = protocol.open(room.port(), asked)) {
                room.awaitWaiting(1);
                String id = ticket(room, protocol);

                assertThat(get(room, protocol, "/queue/requests/asked").body())
                        .contains("\"status\":\"queued\"", "\"queue_position\":1", "\"pool\":\"llm\"");
                assertThat(get(room, protocol, "/queue/requests/nobody").status())
                        .isEqualTo(404);
                Answer status = get(room, protocol, "/queue/status");
                assertThat(status.header("Cache-Control")).contains("no-store");
                assertThat(status.body())
                        .as("a caller without a key")
                        .contains("\"tickets\":[]", "\"requests\":[]")
                        .contains("\"current_size\":2", "\"running\":1", "\"slots\":1");
                assertThat(get(room, protocol, "/queue/batch/nightly").body())
                        .contains("\"total_requests\":1,\"completed\":0,\"running\":0,\"queued\":1,\"failed\":0");
                Answer wrong = protocol.ask(room.port(), Request.post("/queue/status", BODY));
                assertThat(wrong.status()).isEqualTo(405);
                assertThat(wrong.header("Allow")).contains("GET");

                occupant.letGo();
                room.log().open("asked");
                assertThat(call.answer().body()).isEqualTo("hello asked");
                awaitBody(room, "/queue/tickets/" + id, "\"status\":\"ready\"");
                redeem(room, protocol, id);
            }
            awaitBody(room, "/queue/batch/nightly", "\"total_requests\":1,\"completed\":1,\"running\":0,\"queued\":0");
            assertThat(get(room, protocol, "/v1/management/queue/batch/nightly").body())
                    .contains("\"completed\":1");
        }
    }
}
