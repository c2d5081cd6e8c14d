// SPDX-License-Identifier: Apache-2.0
package io.anteroom.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.backend.BackendReading;
import io.anteroom.backend.BackendSettings;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AnteroomMetricsTest {
    private static final String BACKEND = "http://user:secret@127.0.0.1:8000?key=secret";
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Events events = new Events();
    private final BackendReading told =
            new BackendReading(OptionalInt.of(3), OptionalInt.empty(), OptionalDouble.of(0.5));
    private final Anteroom anteroom = Anteroom.builder()
            .pool("llm", PoolSettings.ofSlots(1))
            .backends("llm", new BackendSettings(Map.of(BACKEND, () -> told), Duration.ofSeconds(1), false, 1))
            .listener(events)
            .build();
    private final AnteroomMetrics metrics = AnteroomMetrics.bind(anteroom, events, registry);

    @AfterEach
    void close() {
        metrics.close();
        anteroom.close();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    private static QueueEvent event(Kind kind, int position, Refusal.Code code) {
        return new QueueEvent(
                kind,
                "id",
                "llm",
                Caller.of("key-secret", "10.0.0.1"),
                Priority.HIGH,
                "batch",
                Duration.ofSeconds(3),
                position,
                Duration.ofSeconds(7),
                code);
    }

    @Test
    void gauges_tellHowThePoolStands() {
        Pool pool = anteroom.pool("llm");
        Admission first = pool.offer(Arrival.of(Caller.of("a", "10.0.0.1"), Priority.NORMAL), NOBODY);
        Admission second = pool.offer(Arrival.of(Caller.of("a", "10.0.0.1"), Priority.LOW), NOBODY);
        assertThat(first).isInstanceOf(Lease.class);
        assertThat(second).isNotInstanceOf(Refusal.class);

        assertThat(gauge("anteroom.queue.waiting", "pool", "llm", "level", "low"))
                .isEqualTo(1);
        assertThat(gauge("anteroom.queue.waiting", "pool", "llm", "level", "high"))
                .isZero();
        assertThat(gauge("anteroom.slots.running", "pool", "llm", "level", "normal"))
                .isEqualTo(1);
        assertThat(gauge("anteroom.slots.configured", "pool", "llm")).isEqualTo(1);
        assertThat(gauge("anteroom.slots.usable", "pool", "llm")).isEqualTo(1);
        assertThat(gauge("anteroom.queue.limit", "pool", "llm")).isEqualTo(1000);
        assertThat(gauge("anteroom.queue.estimate", "pool", "llm")).isNaN();
        assertThat(gauge("anteroom.pool.mode", "pool", "llm", "mode", "open")).isEqualTo(1);
        assertThat(gauge("anteroom.pool.mode", "pool", "llm", "mode", "holding"))
                .isZero();
    }

    @Test
    void mode_changed_isSeenAtTheNextLook() {
        anteroom.pool("llm").mode(PoolMode.HOLDING);

        assertThat(gauge("anteroom.pool.mode", "pool", "llm", "mode", "holding"))
                .isEqualTo(1);
    }

    @Test
    void counters_everyKindOfEvent_isCountedOnce() {
        for (Kind kind : Kind.values()) {
            events.on(event(kind, 1, Refusal.Code.QUEUE_FULL));
        }
        events.on(event(Kind.ADMITTED, 0, null));

        String[] high = {"pool", "llm", "level", "high"};
        for (String name :
                new String[] {"queued", "released", "expired", "abandoned", "kept", "given.up", "fallback"}) {
            assertThat(count("anteroom.requests." + name, high)).as(name).isEqualTo(1);
        }
        assertThat(count("anteroom.requests.refused", "reason", "queue_full")).isEqualTo(1);
        assertThat(count("anteroom.requests.shed", "reason", "queue_full")).isEqualTo(1);
        assertThat(count("anteroom.requests.admitted", "level", "high", "how", "waited"))
                .isEqualTo(1);
        assertThat(count("anteroom.requests.admitted", "level", "high", "how", "at_once"))
                .isEqualTo(1);
        Timer waits = registry.get("anteroom.wait")
                .tags("level", "high", "outcome", "expired")
                .timer();
        assertThat(waits.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(registry.get("anteroom.run").tags(high).timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(7);
        assertThat(waits.takeSnapshot().histogramCounts()).anyMatch(bucket -> bucket.count() == 1);
    }

    @Test
    void backends_readingAndItsAge_withoutCredentials() {
        String[] tags = {"pool", "llm", "backend", "http://127.0.0.1:8000"};
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (gauge("anteroom.backend.fresh", tags) != 1 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }

        assertThat(gauge("anteroom.backend.running", tags)).isEqualTo(3);
        assertThat(gauge("anteroom.backend.waiting", tags)).isNaN();
        assertThat(gauge("anteroom.backend.cache.use", tags)).isEqualTo(0.5);
        assertThat(gauge("anteroom.backend.reading.age", tags)).isBetween(0.0, 30.0);
    }

    @Test
    void notices_knownTypes_othersTogether() {
        events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of()));
        events.on(new Notice("made.up.1", "x", Map.of()));
        events.on(new Notice("made.up.2", "x", Map.of()));

        assertThat(count("anteroom.notices", "type", "queue.full")).isEqualTo(1);
        assertThat(count("anteroom.notices", "type", "other")).isEqualTo(2);
    }

    @Test
    void labels_neverNameACallerOrASecret() {
        for (Kind kind : Kind.values()) {
            events.on(event(kind, 1, Refusal.Code.QUEUE_FULL));
        }

        for (Meter meter : registry.getMeters()) {
            assertThat(meter.getId().toString()).doesNotContain("secret", "10.0.0.1", "batch");
        }
    }

    @Test
    void refresh_poolsThatComeAndGo() {
        anteroom.pools().open("gpu", PoolSettings.ofSlots(2));
        metrics.refresh();
        assertThat(gauge("anteroom.slots.configured", "pool", "gpu")).isEqualTo(2);

        anteroom.pools().remove("gpu");
        metrics.refresh();

        assertThat(registry.find("anteroom.slots.configured")
                        .tags("pool", "gpu")
                        .gauge())
                .isNull();
        assertThat(registry.find("anteroom.slots.configured")
                        .tags("pool", "llm")
                        .gauge())
                .isNotNull();
    }

    @Test
    void close_countsNoMore() {
        metrics.close();
        events.on(event(Kind.QUEUED, 1, null));

        assertThat(count("anteroom.requests.queued", "level", "high")).isZero();
        assertThat(registry.find("anteroom.queue.waiting").gauge()).isNull();
    }
}
