// SPDX-License-Identifier: Apache-2.0
package io.anteroom.metrics;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.backend.BackendReading;
import io.anteroom.backend.BackendWatch.Known;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** How one pool stands now, and what its backends say. Figures of one scrape come from one look at the pool. */
final class PoolGauges {
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    private final Pool pool;
    private final Supplier<Map<String, Known>> backends;
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private volatile @Nullable Look look;

    private record Look(PoolSnapshot snapshot, long nanos) {}

    PoolGauges(Pool pool, Supplier<Map<String, Known>> backends, MeterRegistry registry) {
        this.pool = pool;
        this.backends = backends;
        this.registry = registry;
        levels();
        slots();
        Tags tags = Tags.of("pool", pool.name());
        gauge("queue.away", "Of those who wait: who has left and is expected back", tags, now -> now.away());
        gauge("queue.limit", "How many may wait", tags, now -> pool.settings().maxWaiting());
        sized("queue.memory", "What the bodies of those who wait take", "bytes", tags, now -> now.waitingBytes());
        sized(
                "queue.estimate",
                "The likely wait of a newcomer of normal priority",
                "seconds",
                tags,
                now -> now.estimate()
                        .map(Estimate::likely)
                        .map(PoolGauges::seconds)
                        .orElse(Double.NaN));
        for (PoolMode mode : PoolMode.values()) {
            Tags named = tags.and("mode", lower(mode));
            gauge("pool.mode", "1 for the mode that the pool is in", named, now -> now.mode() == mode ? 1 : 0);
        }
        backends.get().keySet().forEach(this::backend);
    }

    String pool() {
        return pool.name();
    }

    private void levels() {
        for (Priority level : Priority.values()) {
            Tags tags = Tags.of("pool", pool.name(), "level", lower(level));
            gauge(
                    "queue.waiting",
                    "How many wait",
                    tags,
                    now -> depth(now, level).waiting());
            gauge(
                    "slots.running",
                    "How many hold a slot",
                    tags,
                    now -> depth(now, level).running());
        }
    }

    private static PoolSnapshot.Depth depth(PoolSnapshot now, Priority level) {
        PoolSnapshot.Depth depth = now.levels().get(level);
        return depth == null ? new PoolSnapshot.Depth(0, 0) : depth;
    }

    private void slots() {
        Tags tags = Tags.of("pool", pool.name());
        gauge("slots.configured", "How many may run by the settings", tags, now -> now.slots());
        gauge("slots.usable", "How many may run now, as the backends have room", tags, now -> now.usableSlots());
    }

    private void backend(String name) {
        Tags tags = Tags.of("pool", pool.name(), "backend", withoutCredentials(name));
        told("backend.running", "Requests that the backend works on", tags, name, BackendReading::running);
        told("backend.waiting", "Requests that wait inside of the backend", tags, name, BackendReading::waiting);
        add(Gauge.builder(
                        "anteroom.backend.cache.use",
                        () -> known(
                                name,
                                known -> known.reading()
                                        .map(BackendReading::cacheUse)
                                        .orElse(OptionalDouble.empty())
                                        .orElse(Double.NaN)))
                .description("How full the backend's cache is")
                .baseUnit("ratio")
                .tags(tags));
        add(Gauge.builder(
                        "anteroom.backend.reading.age",
                        () -> known(name, known -> known.reading().isPresent() ? seconds(known.age()) : Double.NaN))
                .description("How old the last answer of the backend is")
                .baseUnit("seconds")
                .tags(tags));
        add(Gauge.builder("anteroom.backend.fresh", () -> known(name, known -> known.isFresh() ? 1 : 0))
                .description("1 while the backend's last answer may be relied on")
                .tags(tags));
    }

    private void told(
            String name, String description, Tags tags, String backend, Function<BackendReading, OptionalInt> figure) {
        add(Gauge.builder(
                        "anteroom." + name,
                        () -> known(backend, known -> {
                            OptionalInt told = known.reading().map(figure).orElse(OptionalInt.empty());
                            return told.isPresent() ? told.getAsInt() : Double.NaN;
                        }))
                .description(description)
                .tags(tags));
    }

    private double known(String backend, ToDoubleFunction<Known> figure) {
        Known known = backends.get().get(backend);
        return known == null ? Double.NaN : figure.applyAsDouble(known);
    }

    /** Names are addresses as a rule, in which a careless hand may have put a password. */
    private static String withoutCredentials(String name) {
        return name.replaceAll("//[^/@]*@", "//").replaceAll("[?#].*", "");
    }

    private void gauge(String name, String description, Tags tags, ToDoubleFunction<PoolSnapshot> figure) {
        sized(name, description, null, tags, figure);
    }

    private void sized(
            String name, String description, @Nullable String unit, Tags tags, ToDoubleFunction<PoolSnapshot> figure) {
        add(Gauge.builder("anteroom." + name, () -> figure.applyAsDouble(now()))
                .description(description)
                .baseUnit(unit)
                .tags(tags));
    }

    private void add(Gauge.Builder<?> gauge) {
        meters.add(gauge.register(registry));
    }

    private PoolSnapshot now() {
        long nanos = System.nanoTime();
        Look last = look;
        if (last == null || nanos - last.nanos() >= LOOK_NANOS) {
            last = new Look(pool.snapshot(), nanos);
            look = last;
        }
        return last.snapshot();
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void close() {
        meters.forEach(registry::remove);
    }
}
