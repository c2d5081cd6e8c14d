// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.Request;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One request with an ending drawn from a seed. */
final class RandomEnding {
    private static final Kind[] KINDS = Kind.values();

    private final Room room;
    private final Stalled stalled;
    private final SplittableRandom random;
    private final String id;
    private final Kind kind;
    private final Protocol protocol;
    private final int takes;

    /** The ways to end. */
    public enum Kind {
        /** Reads to the end. */
        COMPLETE,
        /** Reads an event stream to the end. */
        STREAM,
        /** Several requests over one connection. */
        REUSE,
        /** Closes the connection at a random moment. */
        CANCEL,
        /** Resets the connection at a random moment. */
        RESET,
        /** Resets the HTTP/2 stream at a random moment. */
        RESET_STREAM,
        /** Stops reading and stays. */
        STALL,
        /** Waits only a few milliseconds. */
        TIME_OUT,
        /** Leaves in the middle of its body. */
        HALF_BODY,
        /** The application throws before the commit. */
        THROW,
        /** The application throws after the commit. */
        THROW_LATE,
        /** The application starts async cycles of its own. */
        NESTED
    }

    RandomEnding(Room room, Stalled stalled, int turn, long seed) {
        this.room = room;
        this.stalled = stalled;
        this.random = new SplittableRandom(seed * 1_000_003 + turn);
        this.id = "random-" + turn;
        this.kind = draw();
        this.protocol = random.nextInt(4) == 0 ? Protocol.HTTP2 : Protocol.HTTP1;
        this.takes = random.nextInt(8);
    }

    private Kind draw() {
        Kind drawn = KINDS[random.nextInt(KINDS.length)];
        // A stalled reader holds its slot for the whole write-idle limit and longer: one in 240 is plenty.
        return drawn == Kind.STALL && random.nextInt(20) != 0 ? Kind.CANCEL : drawn;
    }

    Kind kind() {
        return kind;
    }

    /** Plays it; the answer says what was wrong, if anything. */
    Optional<String> play() {
        return switch (kind) {
            case COMPLETE -> readAll(protocol, request("work"), 200, "hello " + id);
            case STREAM -> readAll(protocol, stream("sse"), 200, "data: [DONE]\n\n");
            case REUSE -> reuse();
            case CANCEL -> leave(protocol, Departure.FIN);
            case RESET -> leave(protocol, Departure.RST);
            case RESET_STREAM -> leave(Protocol.HTTP2, Departure.RST_STREAM);
            case STALL -> stall();
            case TIME_OUT ->
                readAll(
                        protocol,
                        request("work").with("Queue-Max-Wait-Ms", String.valueOf(1 + random.nextInt(20))),
                        200,
                        "hello " + id);
            case HALF_BODY -> halfBody();
            case THROW -> readAll(protocol, request("throw"), 500, "");
            case THROW_LATE -> throwLate();
            case NESTED -> readAll(protocol, request("nested"), 200, "hello " + id);
        };
    }

    private Request request(String act) {
        return Request.post("/v1/" + act, "{\"model\":\"m\"}").id(id).with("X-Takes", String.valueOf(takes));
    }

    private Request stream(String act) {
        return Request.post("/v1/" + act, Scene.STREAMING_BODY)
                .id(id)
                .with("Accept", "text/event-stream")
                .with("X-Takes", String.valueOf(takes));
    }

    private Optional<String> readAll(Protocol over, Request request, int status, String bodyEnd) {
        return check(over.ask(room.port(), request), status, bodyEnd);
    }

    private Optional<String> check(Answer answer, int status, String bodyEnd) {
        boolean isRight = answer.status() == status
                && answer.body().endsWith(bodyEnd)
                && (answer.end() == End.COMPLETE || status == 500);
        boolean isRefused = answer.status() == 503
                && answer.end() == End.COMPLETE
                && answer.header("Queue-Reject-Reason") != null
                && answer.header("Retry-After") != null;
        boolean isRefusedLate = answer.status() == 200
                && answer.end() == End.COMPLETE
                && answer.body().contains("event: error");
        return isRight || isRefused || isRefusedLate ? Optional.empty() : Optional.of(this + ": " + answer);
    }

    private Optional<String> reuse() {
        try (RawHttp1 connection = RawHttp1.to(room.port())) {
            int turns = 2 + random.nextInt(4);
            for (int i = 0; i < turns; i++) {
                Answer answer = connection.send(request("work")).answer();
                Optional<String> wrong = check(answer, 200, "hello " + id);
                boolean isLast = "close".equals(answer.header("Connection"));
                if (wrong.isPresent() || isLast) {
                    return wrong;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<String> leave(Protocol over, Departure how) {
        Call call = over.open(room.port(), random.nextBoolean() ? stream("sse") : request("work"));
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000)));
        call.leave(how);
        call.close();
        return Optional.empty();
    }

    private Optional<String> stall() {
        stalled.add(protocol.open(room.port(), stream(random.nextBoolean() ? "flood" : "flood-async")));
        return Optional.empty();
    }

    private Optional<String> halfBody() {
        try (RawHttp1 connection = RawHttp1.to(room.port())) {
            String whole = RawHttp1.text(request("work"));
            connection.send(whole.substring(0, whole.length() - 5));
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(5_000)));
            connection.leave(random.nextBoolean() ? Departure.FIN : Departure.RST);
        }
        return Optional.empty();
    }

    private Optional<String> throwLate() {
        Answer answer = protocol.ask(room.port(), stream("throw-after"));
        boolean isTold = answer.isBroken()
                || answer.body().contains("\"error\"")
                || protocol == Protocol.HTTP2 && room.has(Quirk.ENDS_FAILED_STREAM_CLEANLY);
        return isTold ? Optional.empty() : Optional.of(this + ": " + answer);
    }

    @Override
    public String toString() {
        return id + " " + kind + " over " + protocol;
    }
}
