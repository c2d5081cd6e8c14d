// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import io.anteroom.servlet.Fallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that go on elsewhere, without a slot, when their longest wait is over. */
public abstract class FallbackContract {
    private static final String BODY = "{\"model\":\"large\"}";

    private final Container container;

    /** The contract on one container. */
    protected FallbackContract(Container container) {
        this.container = container;
    }

    private Room open(Fallback fallback, boolean onThreads) {
        RoomPlan plan = Room.on(container).filter(b -> b.fallback(Room.POOL, fallback));
        return (onThreads ? plan.waitsOnThreads() : plan).commitsSoon().open();
    }

    private static Request falling(Request request) {
        return request.with("Queue-On-Timeout", "fallback");
    }

    private static Request impatient(Request request) {
        return falling(request).with("Queue-Max-Wait-Ms", "300");
    }

    /** The occupant keeps the only slot all the time. */
    private static Answer ask(Room room, Protocol protocol, Request request) {
        room.occupy();
        return checked(room, protocol.ask(room.port(), request));
    }

    private static Answer checked(Room room, Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.end()).isEqualTo(End.COMPLETE);
        assertThat(room.snapshot().running()).isEqualTo(1);
        assertThat(room.snapshot().waiting()).isZero();
        return answer;
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP1, false, echo",
        "HTTP1, true, echo",
        "HTTP2, false, echo",
        "HTTP2, true, echo",
        "HTTP1, false, echo-reader"
    })
    void path_isForwardedTo_withTheModelOfTheFallback(Protocol protocol, boolean onThreads, String act) {
        Fallback fallback = new Fallback("small", "/free/" + act).withModel("tiny");
        try (Room room = open(fallback, onThreads)) {
            Answer answer = ask(
                    room, protocol, impatient(Request.post("/v1/hello", BODY).id("falls")));

            assertThat(answer.body()).isEqualTo("{\"model\":\"tiny\"}");
            assertThat(answer.header("Seen-Length")).isEqualTo("16");
            assertThat(answer.header("Queue-Fallback")).isEqualTo("small");
            assertThat(answer.header("Queue-Was-Queued")).isEqualTo("true");
            assertThat(room.log().entered("falls")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false", "HTTP2, true"})
    void attribute_tellsTheApplication(Protocol protocol, boolean onThreads) {
        try (Room room = open(new Fallback("small", null), onThreads)) {
            Answer answer = ask(room, protocol, impatient(Request.post("/v1/fallback", BODY)));

            assertThat(answer.body()).isEqualTo("falls back to small");
            assertThat(answer.header("Queue-Fallback")).isEqualTo("small");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP1, false, /free/sse", "HTTP1, true, /free/sse", "HTTP2, false, /free/sse", "HTTP2, true, /free/sse",
        "HTTP1, false,", "HTTP1, true,", "HTTP2, false,", "HTTP2, true,"
    })
    void stream_thatHasBegun_goesOnWithTheFallbacks(Protocol protocol, boolean onThreads, @Nullable String path) {
        try (Room room = open(new Fallback("small", path), onThreads)) {
            Request stream = Request.post("/v1/sse", Scene.STREAMING_BODY).with("Accept", "text/event-stream");
            room.occupy();
            try (Call call = protocol.open(room.port(), falling(stream))) {
                call.awaitText(": queue position=1");
                room.endWaits();
                Answer answer = checked(room, call.answer());

                assertThat(answer.body())
                        .startsWith(": queue position=1")
                        .contains("\n: queue fallback name=small\ndata: first\n\n")
                        .endsWith("data: [DONE]\n\n");
            }
        }
    }
}
