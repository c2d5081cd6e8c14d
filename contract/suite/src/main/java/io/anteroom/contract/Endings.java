// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static io.anteroom.contract.Phase.RUNNING;
import static io.anteroom.contract.Phase.RUNNING_QUEUED;
import static io.anteroom.contract.Phase.STREAMING;
import static io.anteroom.contract.Phase.STREAMING_LATE;
import static io.anteroom.contract.Phase.STREAMING_QUEUED;
import static io.anteroom.contract.Phase.WAITING;
import static io.anteroom.contract.Phase.WAITING_COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.Ending.Scenario;
import io.anteroom.contract.app.BlockingActs;
import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** The matrix of endings and phases. */
final class Endings {
    /** Nothing has been sent yet. */
    private static final Set<Phase> UNCOMMITTED = EnumSet.of(WAITING, RUNNING, RUNNING_QUEUED);

    private static final Set<Phase> STARTED = EnumSet.complementOf(EnumSet.of(WAITING, WAITING_COMMITTED));
    private static final Set<Phase> STARTED_STREAMS = EnumSet.of(STREAMING, STREAMING_QUEUED, STREAMING_LATE);
    private static final Set<Phase> EVERY = EnumSet.allOf(Phase.class);
    private static final Set<Phase> COMMITTED_WAITS = EnumSet.of(WAITING_COMMITTED);

    private Endings() {}

    static Stream<Scenario> all() {
        List<Ending> rows = new ArrayList<>();
        normal(rows);
        failures(rows);
        nested(rows);
        departures(rows);
        slowReaders(rows);
        timeOuts(rows);
        shutdown(rows);
        waitsOnThreads(rows);
        return rows.stream().flatMap(Ending::scenarios);
    }

    private static void normal(List<Ending> rows) {
        rows.add(Ending.of("normal", "hello", UNCOMMITTED, Endings::helloComes));
        for (String act : List.of("sse", "sse-async", "nested-sse")) {
            rows.add(Ending.of("normal stream", act, EVERY, Endings::streamComes));
        }
        rows.add(Ending.of("normal stream by writer", "writer", EVERY, Endings::writtenStreamComes));
        rows.add(Ending.of("keep-alive reuse", "hello", UNCOMMITTED, scene -> {
                    helloComes(scene);
                    scene.checkReuse();
                })
                .only(Protocol.HTTP1));
        rows.add(Ending.of("keep-alive reuse", "sse", EVERY, scene -> {
                    streamComes(scene);
                    scene.checkReuse();
                })
                .only(Protocol.HTTP1));
        rows.add(Ending.of("forward", "forward", UNCOMMITTED, Endings::helloComes));
        rows.add(Ending.of("include", "include", UNCOMMITTED, scene -> body(scene, "[hello " + scene.id() + "]")));
        rows.add(Ending.of("empty answer", "nothing", UNCOMMITTED, scene -> body(scene, "")));
    }

    private static void failures(List<Ending> rows) {
        for (String act : List.of("throw", "throw-error", "nested-throw")) {
            rows.add(Ending.of("app throws before commit", act, UNCOMMITTED, scene -> throwIsTold(scene, act)));
            rows.add(Ending.of("app throws before commit", act, COMMITTED_WAITS, Endings::failureIsTold));
        }
        rows.add(Ending.of("app throws after commit", "throw-after", EVERY, Endings::failureIsTold));
        rows.add(Ending.of("sendError", "send-error", UNCOMMITTED, scene -> status(scene, 418)));
        rows.add(Ending.of("sendError", "send-error", COMMITTED_WAITS, Endings::failureIsTold));
        rows.add(Ending.of("sendError after commit", "send-error-after", EVERY, Endings::failureIsTold));
        Consumer<RoomPlan> pages = plan -> plan.errorPages(418, 500);
        rows.add(Ending.of("error dispatch", "send-error", UNCOMMITTED, scene -> sorry(scene, 418))
                .in(pages));
        rows.add(Ending.of("error dispatch", "throw", UNCOMMITTED, scene -> sorry(scene, 500))
                .in(pages));
        rows.add(Ending.of("error dispatch", "send-error", COMMITTED_WAITS, Endings::failureIsTold)
                .in(pages));
        rows.add(Ending.of("error dispatch", "throw-after", STARTED_STREAMS, Endings::failureIsTold)
                .in(pages));
    }

    private static void nested(List<Ending> rows) {
        for (String act : List.of("nested", "nested-twice", "nested-complete")) {
            rows.add(Ending.of("nested async", act, UNCOMMITTED, Endings::helloComes));
        }
        rows.add(Ending.of("nested async", "nested-complete", COMMITTED_WAITS, Endings::failureIsTold));
        rows.add(Ending.of("nested async times out", "nested-timeout", UNCOMMITTED, scene -> {
            scene.goOn();
            assertThat(scene.call().answer().status()).isBetween(500, 599);
        }));
        rows.add(Ending.of("nested async times out", "nested-timeout-told", UNCOMMITTED, scene -> status(scene, 504)));
        rows.add(Ending.of(
                "nested async times out", "nested-timeout", COMMITTED_WAITS, scene -> timesOut(scene, "failed")));
        rows.add(Ending.of(
                "nested async times out",
                "nested-timeout-told",
                COMMITTED_WAITS,
                scene -> timesOut(scene, "backend timed out")));
        Set<Phase> begun = EnumSet.of(WAITING_COMMITTED, STREAMING_LATE);
        rows.add(Ending.of("nested async times out", "sse-timeout", begun, scene -> timesOut(scene, "failed")));
        rows.add(Ending.of("nested async times out", "sse-timeout-silent", begun, scene -> timesOut(scene, "failed")));
        rows.add(Ending.of("nested async times out", "sse-timeout-told", begun, scene -> {
            scene.goOn();
            assertThat(scene.wholeAnswer().body()).endsWith("data: first\n\ndata: sorry\n\n");
        }));
    }

    private static void departures(List<Ending> rows) {
        // Tomcat does not tell an application that goes async after its HTTP/2 client has left; the write limit does.
        Consumer<RoomPlan> attentive = plan -> plan.filter(f -> f.writeIdle(Duration.ofSeconds(2)));
        for (Departure how : Departure.values()) {
            for (String act : List.of("sse", "sse-async", "nested-sse", "flood", "flood-async")) {
                // While it waits, it does not matter what the application would have done.
                Set<Phase> phases = act.equals("sse") ? EVERY : STARTED;
                Ending leaving = Ending.of("client leaves by " + how, act, phases, scene -> leave(scene, how));
                rows.add((how == Departure.RST_STREAM ? leaving.only(Protocol.HTTP2) : leaving).in(attentive));
            }
        }
        rows.add(Ending.of("client ends its half", "hello", EnumSet.of(WAITING), Endings::halfClose)
                .only(Protocol.HTTP1));
    }

    private static void slowReaders(List<Ending> rows) {
        // Holds for the innocent as well, whose threads may wait for their turn on a busy machine.
        Consumer<RoomPlan> impatient = plan -> plan.filter(f -> f.writeIdle(Duration.ofSeconds(1)));
        for (String act : List.of("big", "flood", "flood-async")) {
            Set<Phase> phases = act.equals("big") ? UNCOMMITTED : EVERY;
            rows.add(Ending.of("client stops reading", act, phases, Endings::stall)
                    .in(impatient));
        }
    }

    private static void timeOuts(List<Ending> rows) {
        rows.add(Ending.of("longest wait over", "hello", EnumSet.of(WAITING), Endings::expire)
                .sending(r -> r.with("Queue-Max-Wait-Ms", "150")));
        rows.add(Ending.of("longest wait over", "hello", COMMITTED_WAITS, Endings::expireByEdit));
        Set<Phase> waits = EnumSet.of(WAITING, WAITING_COMMITTED);
        Function<Request, Request> hasty = r -> r.with(HastyContainer.TIMEOUT, "100");
        rows.add(Ending.of(
                        "longest wait extended by edit",
                        "sse",
                        waits,
                        scene -> extend(scene, scene.room()::extendWaits))
                .sending(hasty));
        rows.add(Ending.of("longest wait extended by move", "sse", waits, scene -> extend(scene, scene.room()::moveAll))
                .sending(hasty));
        // The answer has to have begun by then, on whatever machine.
        for (Phase phase : waits) {
            String millis = phase == WAITING_COMMITTED ? "20000" : "2000";
            rows.add(Ending.of("container's own time-out", "hello", EnumSet.of(phase), Endings::timeOutOfContainer)
                    .sending(r -> r.with(HastyContainer.TIMEOUT, millis).with(HastyContainer.ALWAYS, "true")));
        }
        rows.add(Ending.of(
                        "longest run over",
                        "sse",
                        EnumSet.of(RUNNING, RUNNING_QUEUED, STREAMING, STREAMING_QUEUED),
                        Endings::outstay)
                .in(plan -> plan.settings(s -> s.withLongestRun(Duration.ofMillis(300)))));
    }

    /** What differs where the wait holds a thread. */
    private static void waitsOnThreads(List<Ending> rows) {
        Set<Phase> waits = EnumSet.of(WAITING, WAITING_COMMITTED);
        Set<Phase> phases = EnumSet.of(WAITING, WAITING_COMMITTED, STREAMING_LATE);
        List<Ending> own = new ArrayList<>();
        own.add(Ending.of("normal", "sse", phases, Endings::streamComes));
        own.add(Ending.of("nested async", "nested-sse", phases, Endings::streamComes));
        own.add(Ending.of("app throws after commit", "throw-after", phases, Endings::failureIsTold));
        for (Departure how : Departure.values()) {
            Ending leaving = Ending.of("client leaves by " + how, "sse", phases, scene -> leave(scene, how));
            own.add(how == Departure.RST_STREAM ? leaving.only(Protocol.HTTP2) : leaving);
        }
        own.add(Ending.of("longest wait over", "hello", waits, Endings::expireByEdit));
        own.add(Ending.of("shutdown", "sse", phases, Endings::drain));
        own.forEach(row -> rows.add(row.named(row.name() + ", on a thread").in(RoomPlan::waitsOnThreads)));
        rows.add(Ending.of("client resets, virtual threads", "sse", waits, scene -> leave(scene, Departure.RST_STREAM))
                .only(Protocol.HTTP2)
                .in(RoomPlan::virtualThreads));
    }

    private static void shutdown(List<Ending> rows) {
        rows.add(Ending.of("shutdown", "sse", EVERY, Endings::drain));
    }

    private static Answer body(Scene scene, String expected) {
        scene.goOn();
        Answer answer = scene.wholeAnswer();
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(expected);
        assertThat(scene.room().log().entered(scene.id())).isGreaterThan(0);
        return answer;
    }

    private static void helloComes(Scene scene) {
        body(scene, "hello " + scene.id());
    }

    private static void streamComes(Scene scene) {
        scene.goOn();
        Answer answer = scene.wholeAnswer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.body()).endsWith("data: first\n\ndata: second\n\ndata: [DONE]\n\n");
        assertThat(answer.body().startsWith(":")).isEqualTo(scene.phase().isCommittedByFilter());
    }

    private static void writtenStreamComes(Scene scene) {
        scene.goOn();
        assertThat(scene.wholeAnswer().body()).endsWith("data: first\n\ndata: second\n\n");
    }

    private static void status(Scene scene, int expected) {
        scene.goOn();
        assertThat(scene.call().answer().status()).isEqualTo(expected);
    }

    private static void throwIsTold(Scene scene, String act) {
        boolean isDropped = act.equals("nested-throw") && scene.room().has(Quirk.DROPS_THROW_AFTER_START_ASYNC);
        scene.goOn();
        Answer answer = scene.call().answer();
        assertThat(answer.status()).as("%s", answer).isEqualTo(isDropped ? 0 : 500);
        assertThat(answer.isBroken()).as("%s", answer).isEqualTo(isDropped);
    }

    private static void sorry(Scene scene, int status) {
        scene.goOn();
        Answer answer = scene.wholeAnswer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("sorry: " + status + " for " + scene.id());
    }

    private static void failureIsTold(Scene scene) {
        scene.goOn();
        scene.checkFailureIsTold();
    }

    /** What the client is told by the error event of a stream that has begun. */
    private static void timesOut(Scene scene, String said) {
        scene.goOn();
        String body = scene.wholeAnswer().body();
        assertThat(body).contains("event: error\ndata: {").contains(said).endsWith("\n\n");
    }

    private static void leave(Scene scene, Departure how) {
        scene.call().leave(how);
        Room room = scene.room();
        if (scene.phase() == WAITING && how == Departure.RST_STREAM && scene.hidesReset()) {
            // Let in unnoticed; the slot comes back all the same.
            scene.freeSlot();
            room.awaitEntered(scene.id());
        } else if (scene.phase().isWaiting()) {
            room.awaitWaiting(0);
            assertThat(room.snapshot().counts().abandoned()).isEqualTo(1);
            scene.freeSlot();
            room.awaitSettled();
            room.checkAlive();
            assertThat(room.log().entered(scene.id()))
                    .as("a dead client was admitted")
                    .isZero();
            return;
        }
        scene.goOn();
        room.awaitSettled();
        room.checkAlive();
    }

    /** A half-closed connection cannot be told from a closed one; proxies take it for gone, and so does the filter. */
    private static void halfClose(Scene scene) {
        ((RawHttp1) scene.call()).shutdownOutput();
        scene.room().awaitWaiting(0);
        scene.freeSlot();
        scene.room().awaitSettled();
        assertThat(scene.room().log().entered(scene.id())).isZero();
    }

    private static void stall(Scene scene) {
        scene.goOn();
        Room room = scene.room();
        room.awaitEntered(scene.id());
        room.awaitSettled();
        room.checkAlive();
        Answer answer = scene.call().answer();
        assertThat(answer.body().length()).as("a stalled answer is cut").isLessThan(BlockingActs.BIG);
        if (!room.has(Quirk.CANNOT_CUT_RESPONSE)) {
            // What had begun with status comments may still get the dialect's error event before its end.
            String tail = answer.body().substring(Math.max(0, answer.body().length() - 300));
            assertThat(answer.isBroken() || tail.contains("event: error"))
                    .as("the client can see it: " + tail)
                    .isTrue();
        }
    }

    /** However long it took until the answer had begun. */
    private static void expireByEdit(Scene scene) {
        scene.room().endWaits();
        expire(scene);
    }

    private static void expire(Scene scene) {
        Answer answer = scene.wholeAnswer();
        assertThat(scene.room().log().entered(scene.id())).isZero();
        assertThat(answer.body()).contains("queue_timeout");
        if (scene.phase() == WAITING) {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).matches("[1-9]|[1-5][0-9]|60");
            assertThat(answer.header("Queue-Reject-Reason")).isEqualTo("wait-timeout");
        } else {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("event: error\ndata: ").contains("\"error\"");
        }
    }

    /** The container would have given it the time that it had when it began to wait. */
    private static void extend(Scene scene, Runnable extension) {
        extension.run();
        scene.room().pause(Duration.ofSeconds(2));
        streamComes(scene);
    }

    /** One answer, and nothing beside it. */
    private static void timeOutOfContainer(Scene scene) {
        expire(scene);
        if (scene.phase() == WAITING_COMMITTED || !scene.room().has(Quirk.CLOSES_AFTER_503)) {
            scene.freeSlot();
            scene.checkReuse();
        }
    }

    private static void outstay(Scene scene) {
        Room room = scene.room();
        room.awaitRunning(0);
        assertThat(room.snapshot().counts().leasesExpired()).isEqualTo(1);
        room.checkAlive();
        room.awaitRunning(0);
        // On a busy machine those who ask whether the room is alive may outstay as well.
        long expired = room.snapshot().counts().leasesExpired();
        scene.goOn();
        scene.call().answer();
        room.awaitSettled();
        assertThat(room.snapshot().counts().leasesExpired()).isEqualTo(expired);
    }

    private static void drain(Scene scene) {
        Room room = scene.room();
        room.sendBystandersHome();
        Thread draining = new Thread(() -> room.anteroom().drain(Duration.ofSeconds(10)), "drain");
        draining.start();
        if (scene.phase().isWaiting()) {
            Answer answer = scene.wholeAnswer();
            assertThat(answer.status()).isEqualTo(scene.phase() == WAITING ? 503 : 200);
            assertThat(answer.body()).contains("shutting_down");
            assertThat(room.log().entered(scene.id())).isZero();
            scene.freeSlot();
        } else {
            String late = room.newId("late");
            Await.until("newcomers to be refused", () -> isRefused(room, late), room::snapshot);
            streamComes(scene);
        }
        Await.until("drain() to return", () -> !draining.isAlive(), room::snapshot);
        // A slot that was on its way to one who has been sent away is given back by whoever brings it.
        room.awaitRunning(0);
    }

    private static boolean isRefused(Room room, String id) {
        Answer answer =
                Protocol.HTTP1.ask(room.port(), Request.get("/v1/hello").id(id).with("Queue-Enabled", "false"));
        return answer.status() == 503 && answer.body().contains("shutting_down");
    }
}
