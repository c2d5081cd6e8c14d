// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A row of the matrix: one way in which requests end, with the phases in which it can happen.
 *
 * @param name for reports
 * @param phases where it is played
 * @param protocols over which
 * @param act what the application does
 * @param request what the client sends; its path is the act's
 * @param plan what the room is like
 * @param script what happens, with its checks; the room's own invariants are checked afterwards
 */
record Ending(
        String name,
        Set<Phase> phases,
        Set<Protocol> protocols,
        String act,
        Request request,
        Consumer<RoomPlan> plan,
        Consumer<Scene> script) {

    /** An ending in the given phases, over both protocols, in a room with nothing special about it. */
    static Ending of(String name, String act, Set<Phase> phases, Consumer<Scene> script) {
        Request streaming = Request.post("/", Scene.STREAMING_BODY).with("Accept", "text/event-stream");
        return new Ending(name, phases, EnumSet.allOf(Protocol.class), act, streaming, plan -> {}, script);
    }

    Ending named(String other) {
        return new Ending(other, phases, protocols, act, request, plan, script);
    }

    Ending only(Protocol protocol) {
        return new Ending(name, phases, EnumSet.of(protocol), act, request, plan, script);
    }

    Ending in(Consumer<RoomPlan> change) {
        return new Ending(name, phases, protocols, act, request, plan.andThen(change), script);
    }

    Ending sending(Function<Request, Request> change) {
        return new Ending(name, phases, protocols, act, change.apply(request), plan, script);
    }

    /** All scenarios of this row. */
    Stream<Scenario> scenarios() {
        return phases.stream()
                .flatMap(phase -> protocols.stream().map(protocol -> new Scenario(this, phase, protocol)));
    }

    /** One cell of the matrix. */
    record Scenario(Ending ending, Phase phase, Protocol protocol) {
        void play(Container container) {
            RoomPlan plan = Room.on(container);
            ending.plan.accept(plan);
            try (Scene scene = new Scene(plan, phase, protocol, ending.request, ending.act)) {
                ending.script.accept(scene);
            }
        }

        @Override
        public String toString() {
            return ending.name + " (" + ending.act + ") while " + phase + " over " + protocol;
        }
    }
}
