// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import io.anteroom.protocol.ProtocolSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the application's answer once the filter has committed an event stream while the request waited. */
public abstract class LateContract {
    private final Container container;

    /** The contract on one container. */
    protected LateContract(Container container) {
        this.container = container;
    }

    private static Request stream() {
        return Request.post("/", Scene.STREAMING_BODY).with("Accept", "text/event-stream");
    }

    private Answer lateAnswer(Protocol protocol, Request request, String act) {
        try (Scene scene = new Scene(Room.on(container), Phase.WAITING_COMMITTED, protocol, request, act)) {
            scene.goOn();
            return scene.wholeAnswer();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void stream_sendsItsHeadersEarly(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream(), "sse");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.header("Cache-Control")).contains("no-cache").contains("no-transform");
        assertThat(answer.header("X-Accel-Buffering")).isEqualTo("no");
        assertThat(answer.header("Queue-Was-Queued")).isEqualTo("true");
        assertThat(answer.header("Queue-Initial-Position")).isEqualTo("1");
        assertThat(answer.header("Content-Length")).isNull();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void standing_isSentAsCommentsOfOneLine(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream(), "sse");

        String before = answer.body().substring(0, answer.body().indexOf("data:"));
        List<String> lines = before.lines().toList();
        assertThat(lines).isNotEmpty().allMatch(line -> line.startsWith(": queue "));
        assertThat(before).endsWith("\n").doesNotContain("\n\n").doesNotContain("\r");
        assertThat(lines.get(0)).contains("position=1").contains("depth=1");
        assertThat(lines.get(lines.size() - 1)).startsWith(": queue admitted wait_ms=");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void errorOfTheApplication_becomesAnErrorEvent(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream(), "unavailable");

        checkErrorEvent(answer);
        assertThat(answer.body()).contains("no capacity").contains("503");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void answerThatIsNoStream_becomesAnErrorEvent(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream(), "hello");

        checkErrorEvent(answer);
        assertThat(answer.body()).doesNotContain("\nhello guest");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void redirect_becomesAnErrorEvent(Protocol protocol) {
        checkErrorEvent(lateAnswer(protocol, stream(), "redirect"));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void emptyAnswer_becomesAnErrorEvent(Protocol protocol) {
        checkErrorEvent(lateAnswer(protocol, stream(), "nothing"));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void reset_takesBackWhatWasNotSent(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream(), "reset");

        checkErrorEvent(answer);
        assertThat(answer.body()).doesNotContain("should never be seen");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void compression_isHiddenFromTheApplication(Protocol protocol) {
        Answer answer = lateAnswer(protocol, stream().with("Accept-Encoding", "gzip, br"), "gzip");

        assertThat(answer.header("Content-Encoding")).isNull();
        assertThat(answer.body()).endsWith("data: first\n\ndata: second\n\ndata: [DONE]\n\n");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void compression_staysWhereNothingWasCommitted(Protocol protocol) {
        Request zipping = stream().with("Accept-Encoding", "gzip, br");
        try (Scene scene = new Scene(Room.on(container), Phase.WAITING, protocol, zipping, "tell")) {
            scene.goOn();
            assertThat(scene.wholeAnswer().body()).endsWith("\ngzip, br");
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void jsonClient_isNeverCommittedEarly(Protocol protocol) {
        Request json = Request.post("/", "{\"model\":\"m\"}");
        RoomPlan plan = Room.on(container).commitsSoon();
        try (Scene scene = new Scene(plan, Phase.WAITING, protocol, json, "send-error")) {
            scene.room().pause(Duration.ofMillis(300));
            scene.goOn();
            assertThat(scene.call().answer().status()).isEqualTo(418);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false", "HTTP2, true"})
    void alias_ofAStreamThatHasBegun_reachesThePathThatIsMeant(Protocol protocol, boolean onThreads) {
        RoomPlan plan = Room.on(container)
                .commitsSoon()
                .filter(b -> b.protocol(ProtocolSettings.DEFAULT.withAliases(Map.of("/queue/sse", "/v1/sse"))));
        try (Room room = (onThreads ? plan.waitsOnThreads() : plan).open()) {
            Room.Occupant occupant = room.occupy();
            Request request = Request.post("/queue/sse?hold=mid", Scene.STREAMING_BODY)
                    .with("Accept", "text/event-stream")
                    .id("aliased");
            try (Call call = protocol.open(room.port(), request)) {
                call.awaitText(": queue position=1");
                occupant.letGo();
                call.awaitText("data: first\n\n");
                assertThat(room.snapshot().running()).isEqualTo(1);
                room.log().open("aliased");
                Answer answer = call.answer();

                assertThat(answer.body())
                        .contains("\n: queue admitted wait_ms=")
                        .endsWith("data: [DONE]\n\n");
                assertThat(answer.end()).isEqualTo(End.COMPLETE);
            }
            room.awaitSettled();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void clientThatLeaves_isNoFailureOfTheApplication(Protocol protocol) {
        List<String> said = new CopyOnWriteArrayList<>();
        String id = "leaves-by-" + protocol;
        Request request = stream().with("Queue-Request-Id", id);
        try (LogCapture log = new LogCapture(said);
                Scene scene = new Scene(Room.on(container), Phase.STREAMING_LATE, protocol, request, "flood")) {
            assertThat(log.name()).isNotEmpty();
            scene.call().leave(Departure.RST);
            scene.goOn();
            scene.room().awaitSettled();
        }
        assertThat(said).noneMatch(line -> line.contains("request " + id + " failed"));
    }

    /** An error event, then a normal end, and nothing of the application's raw answer. */
    private static void checkErrorEvent(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        String body = Objects.requireNonNull(answer.body());
        assertThat(body).contains("event: error\ndata: {").contains("\"error\"");
        assertThat(body).endsWith("\n\n");
        String event = body.substring(body.indexOf("event: error"));
        assertThat(event.lines())
                .allMatch(line -> line.isEmpty() || line.startsWith("event: error") || line.startsWith("data: "));
    }
}
