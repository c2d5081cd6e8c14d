// SPDX-License-Identifier: Apache-2.0
package io.anteroom.metrics;

import io.anteroom.Anteroom;
import io.anteroom.admission.Pool;
import io.anteroom.event.Events;
import io.anteroom.event.Events.Subscription;
import io.anteroom.event.Notice;
import io.anteroom.event.QueueEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * An anteroom's meters in a registry of Micrometer: what docs/observability.md lists. Labels are names of pools,
 * levels, reasons and backends, which settings bound; never callers, keys or models. Safe from any thread.
 */
public final class AnteroomMetrics implements AutoCloseable {
    private static final int MOST_POOLS = 1000;
    private static final Set<String> NOTICES = Set.of(
            Notice.QUEUE_FULL,
            Notice.QUEUE_HIGH_USAGE,
            Notice.QUEUE_TIMEOUT,
            Notice.QUEUE_RECOVERED,
            Notice.QUEUE_STALLED,
            Notice.UPSTREAM_DOWN,
            Notice.UPSTREAM_UP,
            Notice.NODE_JOINED,
            Notice.NODE_LEFT,
            Notice.QUOTA_SOFT_LIMIT,
            Notice.QUOTA_EXHAUSTED);

    private final Anteroom anteroom;
    private final MeterRegistry registry;
    private final Map<String, PoolGauges> pools = new ConcurrentHashMap<>();
    private final Map<String, RequestMeters> requests = new ConcurrentHashMap<>();
    private final FunctionCounter storeFailures;
    private final List<Subscription> subscriptions;

    private AnteroomMetrics(Anteroom anteroom, Events events, MeterRegistry registry) {
        this.anteroom = anteroom;
        this.registry = registry;
        storeFailures = FunctionCounter.builder(
                        "anteroom.rate.store.failures", anteroom.rates(), rates -> rates.storeFailures())
                .description("How often the store of the rate limits has failed")
                .register(registry);
        refresh();
        subscriptions = List.of(events.subscribe(this::on), events.subscribeNotices(this::on));
    }

    /**
     * Registers the meters, and counts from now on.
     *
     * @param events what was given to the anteroom as its listener
     */
    public static AnteroomMetrics bind(Anteroom anteroom, Events events, MeterRegistry registry) {
        return new AnteroomMetrics(anteroom, events, registry);
    }

    /** Takes up pools that were opened since, and lets go of removed ones: call it before each scrape. */
    public void refresh() {
        Set<String> open = anteroom.pools().all().stream().map(Pool::name).collect(Collectors.toSet());
        pools.values().removeIf(gauges -> {
            boolean isGone = !open.contains(gauges.pool());
            if (isGone) {
                gauges.close();
            }
            return isGone;
        });
        for (Pool pool : anteroom.pools().all()) {
            if (pools.size() < MOST_POOLS) {
                PoolGauges unused = pools.computeIfAbsent(
                        pool.name(), name -> new PoolGauges(pool, () -> anteroom.backends(name), registry));
                RequestMeters unusedRequests = requests(pool.name());
            }
        }
    }

    private RequestMeters requests(String pool) {
        RequestMeters known = requests.get(pool);
        if (known != null) {
            return known;
        }
        String name = requests.size() < MOST_POOLS ? pool : "(others)";
        return requests.computeIfAbsent(name, fresh -> new RequestMeters(fresh, registry));
    }

    private void on(QueueEvent event) {
        requests(event.pool()).on(event);
    }

    private void on(Notice notice) {
        Counter.builder("anteroom.notices")
                .description("Notices by type, as webhooks are sent for")
                .tag("type", NOTICES.contains(notice.type()) ? notice.type() : "other")
                .register(registry)
                .increment();
    }

    /** Counts no more, and takes the gauges out of the registry; counters stay as they are. */
    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
        pools.values().forEach(PoolGauges::close);
        pools.clear();
        var unused = registry.remove(storeFailures);
    }
}
