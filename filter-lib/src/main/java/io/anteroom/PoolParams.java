// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Reads the settings of one pool. Each key stands for all pools, or, with the pool's name and a dot before it, for that
 * pool alone. Not thread-safe.
 */
final class PoolParams {
    private static final int ALL = Integer.MAX_VALUE;

    private final ParamReader reader;
    private final String pool;
    private PoolSettings settings = PoolSettings.ofSlots(1);

    PoolParams(ParamReader reader, String pool) {
        this.reader = reader;
        this.pool = pool;
    }

    PoolSettings read() {
        boolean hasSlots = reader.has("slots");
        if (!reader.has(pool + ".slots") && !hasSlots) {
            reader.problem("slots: none for pool " + pool + " (expected: a number from 0 to 1000000)");
        }
        number("slots", 0, 1_000_000, value -> settings = settings.withSlots(value.intValue()));
        each(key -> reader.choice(key, Order.class, order -> settings = settings.withOrder(order)), "order");
        each(key -> reader.choice(key, OnFull.class, onFull -> settings = settings.withOnFull(onFull)), "on-full");
        each(key -> reader.flag(key, early -> settings = settings.withEarlyRefusal(early)), "early-refusal");
        duration("longest-run", value -> settings = settings.withLongestRun(value));
        queue();
        callers();
        for (Priority priority : Priority.values()) {
            level(priority, priority.name().toLowerCase(Locale.ROOT));
        }
        return settings;
    }

    private void queue() {
        number("max-waiting", 0, 10_000_000, value -> {
            settings = settings.withQueue(value.intValue(), settings.maxWaitingBytes());
        });
        each(
                key -> reader.bytes(key, Long.MAX_VALUE, value -> {
                    settings = settings.withQueue(settings.maxWaiting(), value);
                }),
                "max-waiting-bytes");
    }

    private void callers() {
        number(
                "key-max-waiting",
                0,
                ALL,
                value -> perKey(value.intValue(), settings.perKey().maxRunning()));
        number("key-max-running", 1, ALL, value -> perKey(settings.perKey().maxWaiting(), value.intValue()));
        number(
                "ip-max-waiting",
                0,
                ALL,
                value -> perIp(value.intValue(), settings.perIp().maxRunning()));
        number("ip-max-running", 1, ALL, value -> perIp(settings.perIp().maxWaiting(), value.intValue()));
    }

    private void perKey(int maxWaiting, int maxRunning) {
        settings = settings.withCallers(new CallerLimits(maxWaiting, maxRunning), settings.perIp());
    }

    private void perIp(int maxWaiting, int maxRunning) {
        settings = settings.withCallers(settings.perKey(), new CallerLimits(maxWaiting, maxRunning));
    }

    private void level(Priority priority, String name) {
        number("weight." + name, 1, 1000, value -> {
            settings = settings.withLevel(priority, settings.level(priority).withWeight(value.intValue()));
        });
        number("max-waiting." + name, 0, ALL, value -> {
            settings = settings.withLevel(priority, settings.level(priority).withMaxWaiting(value.intValue()));
        });
        duration("longest-wait." + name, value -> {
            settings = settings.withLevel(priority, settings.level(priority).withLongestWait(value));
        });
    }

    private void number(String name, long min, long max, Consumer<Long> to) {
        each(key -> reader.number(key, min, max, to), name);
    }

    private void duration(String name, Consumer<Duration> to) {
        each(key -> reader.duration(key, to), name);
    }

    /** First what stands for all pools, then what this one says itself. */
    private void each(Consumer<String> read, String name) {
        read.accept(name);
        read.accept(pool + "." + name);
    }
}
