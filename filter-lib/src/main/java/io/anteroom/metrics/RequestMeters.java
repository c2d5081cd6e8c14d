// SPDX-License-Identifier: Apache-2.0
package io.anteroom.metrics;

import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What happens to the requests of one pool. Meters are looked up once: events come for each request. */
final class RequestMeters {
    private static final Duration[] WAITS =
            millis(50, 100, 250, 500, 1000, 2500, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000);
    private static final Duration[] RUNS = millis(
            100, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000);

    private final Map<Priority, Level> levels = new EnumMap<>(Priority.class);

    RequestMeters(String pool, MeterRegistry registry) {
        for (Priority level : Priority.values()) {
            levels.put(level, new Level(registry, Tags.of("pool", pool, "level", lower(level))));
        }
    }

    private static Duration[] millis(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void on(QueueEvent event) {
        Level level = levels.get(event.priority());
        if (level != null) {
            level.on(event);
        }
    }

    /** One level of the pool. */
    private static final class Level {
        private final MeterRegistry registry;
        private final Tags tags;
        private final Counter queued;
        private final Counter admittedAtOnce;
        private final Counter admittedAfterWait;
        private final Counter released;
        private final Counter expired;
        private final Counter abandoned;
        private final Counter kept;
        private final Counter givenUp;
        private final Counter fallback;
        private final Timer runs;
        private final Map<String, Timer> waits = new ConcurrentHashMap<>();
        private final Map<String, Counter> refused = new ConcurrentHashMap<>();
        private final Map<String, Counter> shed = new ConcurrentHashMap<>();

        Level(MeterRegistry registry, Tags tags) {
            this.registry = registry;
            this.tags = tags;
            queued = counter("queued", "Requests that came to wait", Tags.empty());
            String admitted = "Requests that got a slot, at once or after a wait";
            admittedAtOnce = counter("admitted", admitted, Tags.of("how", "at_once"));
            admittedAfterWait = counter("admitted", admitted, Tags.of("how", "waited"));
            released = counter("released", "Requests that have given their slot back", Tags.empty());
            expired = counter("expired", "Requests whose longest wait was over", Tags.empty());
            abandoned = counter("abandoned", "Requests whose client left while it waited", Tags.empty());
            kept = counter("kept", "Requests that were sent away with their place kept", Tags.empty());
            givenUp = counter("given.up", "Kept places to which nobody came back", Tags.empty());
            fallback = counter("fallback", "Requests that went on to their fallback", Tags.empty());
            runs = Timer.builder("anteroom.run")
                    .description("How long slots were held")
                    .tags(tags)
                    .serviceLevelObjectives(RUNS)
                    .register(registry);
            Timer unused = waits("admitted");
        }

        private Counter counter(String name, String description, Tags more) {
            return Counter.builder("anteroom.requests." + name)
                    .description(description)
                    .tags(tags.and(more))
                    .register(registry);
        }

        private Timer waits(String outcome) {
            return known(
                    waits,
                    outcome,
                    how -> Timer.builder("anteroom.wait")
                            .description("How long requests waited, zero for those admitted at once")
                            .tags(tags.and("outcome", how))
                            .serviceLevelObjectives(WAITS)
                            .register(registry));
        }

        private Counter refused(Refusal.@Nullable Code code) {
            return known(
                    refused,
                    reason(code),
                    why -> counter("refused", "Requests that were refused on arrival", Tags.of("reason", why)));
        }

        private Counter shed(Refusal.@Nullable Code code) {
            return known(
                    shed,
                    reason(code),
                    why -> counter("shed", "Requests that lost their place", Tags.of("reason", why)));
        }

        private static <T> T known(Map<String, T> all, String name, Function<String, T> maker) {
            T known = all.get(name);
            return known == null ? all.computeIfAbsent(name, maker) : known;
        }

        private static String reason(Refusal.@Nullable Code code) {
            return code == null ? "unknown" : lower(code);
        }

        void on(QueueEvent event) {
            switch (event.kind()) {
                case QUEUED -> queued.increment();
                case ADMITTED -> {
                    (event.position() == 0 ? admittedAtOnce : admittedAfterWait).increment();
                    waits("admitted").record(event.waited());
                }
                case REFUSED -> refused(event.refusal()).increment();
                case SHED -> {
                    shed(event.refusal()).increment();
                    waits("shed").record(event.waited());
                }
                case EXPIRED -> {
                    expired.increment();
                    waits("expired").record(event.waited());
                }
                case ABANDONED -> {
                    abandoned.increment();
                    waits("abandoned").record(event.waited());
                }
                case KEPT -> kept.increment();
                case GIVEN_UP -> givenUp.increment();
                case FELL_BACK -> fallback.increment();
                case RELEASED -> {
                    released.increment();
                    runs.record(event.ran());
                }
            }
        }
    }
}
