// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Refusal;
import io.anteroom.event.Arriving;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.event.QueueListener;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells listeners and batches what happens to one exchange, one thing after the other. */
final class ExchangeEvents {
    private final Ask ask;
    private final Live live;
    private final Batches.@Nullable Member member;
    private final @Nullable QueueListener follower;
    private volatile long admittedNanos;

    ExchangeEvents(Ask ask, Live live, HttpServletRequest request) {
        this.ask = ask;
        this.live = live;
        this.member = live.batches().member(ask);
        this.follower = live.hasListener() ? live.follower(new Arrived(ask, request)) : null;
    }

    /** What listeners see of a request. */
    private record Arrived(Ask ask, HttpServletRequest request) implements Arriving {
        @Override
        public String requestId() {
            return ask.id();
        }

        @Override
        public String pool() {
            return ask.pool().name();
        }

        @Override
        public @Nullable String header(String name) {
            return request.getHeader(name);
        }

        @Override
        public void attribute(String name, Object value) {
            request.setAttribute(name, value);
        }
    }

    /** It takes up the place, or the ticket, of an earlier one. */
    void takesUp() {
        if (member != null) {
            member.takesUp();
        }
    }

    void tell(Kind kind, Duration waited, int position, Refusal.@Nullable Code refusal) {
        if (member != null) {
            member.told(kind, waited);
        }
        if (!live.hasListener()) {
            return;
        }
        if (kind == Kind.ADMITTED) {
            admittedNanos = System.nanoTime();
        }
        Duration ran = kind == Kind.RELEASED ? Duration.ofNanos(System.nanoTime() - admittedNanos) : Duration.ZERO;
        QueueEvent event = ask.event(kind, waited, position, ran, refusal);
        live.tell(event);
        if (follower != null) {
            live.tell(follower, event);
        }
    }

    /** It goes on to its fallback, instead of being refused for that. */
    void fellBack(Refusal refusal, boolean waited, int position) {
        tell(kind(refusal.code(), waited), refusal.waited(), position, refusal.code());
        tell(Kind.FELL_BACK, refusal.waited(), position, refusal.code());
    }

    /** What a refusal is, by whether there was a wait before it. */
    static Kind kind(Refusal.Code code, boolean waited) {
        if (!waited) {
            return Kind.REFUSED;
        }
        return code == Refusal.Code.WAIT_TIMEOUT || code == Refusal.Code.ABSENT ? Kind.EXPIRED : Kind.SHED;
    }
}
