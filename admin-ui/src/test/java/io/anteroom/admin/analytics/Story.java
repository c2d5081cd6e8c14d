// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Makes events and their time. */
final class Story implements InstantSource {
    static final Instant BEGIN = Instant.parse("2026-11-21T09:15:00Z");

    private Instant now = BEGIN;

    @Override
    public Instant instant() {
        return now;
    }

    Story after(Duration time) {
        now = now.plus(time);
        return this;
    }

    static QueueEvent event(Kind kind, String key, Priority level, Duration waited, int position, Duration ran) {
        return event("llm", kind, key, level, waited, position, ran, null);
    }

    static QueueEvent event(
            String pool,
            Kind kind,
            String key,
            Priority level,
            Duration waited,
            int position,
            Duration ran,
            Refusal.Code code) {
        return new QueueEvent(kind, "id", pool, Caller.of(key, "10.0.0.1"), level, null, waited, position, ran, code);
    }

    static QueueEvent queued(String key, int position) {
        return event(Kind.QUEUED, key, Priority.NORMAL, Duration.ZERO, position, Duration.ZERO);
    }

    static QueueEvent admitted(String key, long waitedMillis) {
        int position = waitedMillis == 0 ? 0 : 1;
        return event(Kind.ADMITTED, key, Priority.NORMAL, Duration.ofMillis(waitedMillis), position, Duration.ZERO);
    }

    static QueueEvent released(String key, long ranMillis) {
        return event(Kind.RELEASED, key, Priority.NORMAL, Duration.ZERO, 1, Duration.ofMillis(ranMillis));
    }

    static QueueEvent refused(String key, Refusal.Code code) {
        return event("llm", Kind.REFUSED, key, Priority.LOW, Duration.ZERO, 0, Duration.ZERO, code);
    }
}
