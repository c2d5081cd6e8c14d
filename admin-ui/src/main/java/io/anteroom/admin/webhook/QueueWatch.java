// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admission.Pool;
import io.anteroom.admission.Pools;
import io.anteroom.admission.Priority;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.event.QueueEvent;
import io.anteroom.webhook.WatchSettings;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells when a queue is full, too full, stalled, or well again, and how many requests have waited in vain. Requests
 * cost it one counter, and only those that wait in vain; everything else is found by looking at the pools once a
 * second. Of servers that share pools one tells what all of them see; what each sees alone, its own requests that
 * waited in vain, each tells itself.
 */
public final class QueueWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(QueueWatch.class.getName());
    private static final int LEVELS = Priority.values().length;

    private final Pools pools;
    private final Events events;
    private final Supplier<WatchSettings> settings;
    private final BooleanSupplier isTeller;
    private final LongSupplier nanoClock;
    private final Map<String, AtomicLongArray> expired = new ConcurrentHashMap<>();
    private final Map<String, PoolWatch> watches = new HashMap<>();
    private final Events.Subscription subscription;
    private final ScheduledExecutorService timer;

    QueueWatch(
            Pools pools,
            Events events,
            Supplier<WatchSettings> settings,
            BooleanSupplier isTeller,
            LongSupplier nanoClock) {
        this.pools = pools;
        this.events = events;
        this.settings = settings;
        this.isTeller = isTeller;
        this.nanoClock = nanoClock;
        subscription = events.subscribe(this::count);
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "anteroom-watch");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins to watch.
     *
     * @param pools the pools
     * @param events where requests are told, and where notices are
     * @param settings the thresholds in force, asked again and again
     */
    public static QueueWatch start(Pools pools, Events events, Supplier<WatchSettings> settings) {
        return start(pools, events, settings, () -> true);
    }

    /**
     * Begins to watch pools that servers share.
     *
     * @param isTeller whether it is this server that tells at this moment; all of them keep watching, so that another
     *     can go on where it stopped
     */
    public static QueueWatch start(
            Pools pools, Events events, Supplier<WatchSettings> settings, BooleanSupplier isTeller) {
        QueueWatch watch = new QueueWatch(pools, events, settings, isTeller, System::nanoTime);
        ScheduledFuture<?> unused = watch.timer.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
        return watch;
    }

    private void count(QueueEvent event) {
        if (event.kind() == QueueEvent.Kind.EXPIRED) {
            // As many as there are pools: their names do not come from requests.
            expired.computeIfAbsent(event.pool(), pool -> new AtomicLongArray(LEVELS))
                    .incrementAndGet(event.priority().ordinal());
        }
    }

    /** Looks at all pools once. */
    void look() {
        try {
            Set<String> known = new HashSet<>();
            for (Pool pool : pools.all()) {
                known.add(pool.name());
                look(pool);
            }
            watches.keySet().retainAll(known);
            expired.keySet().retainAll(known);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Looking at the queues failed; they are looked at again in a second", e);
        }
    }

    private void look(Pool pool) {
        PoolWatch.Look look = new PoolWatch.Look(pool.settings(), pool.snapshot(), expired(pool.name()));
        List<Notice> notices =
                watches.computeIfAbsent(pool.name(), PoolWatch::new).look(look, settings.get(), nanoClock.getAsLong());
        boolean tellsAll = isTeller.getAsBoolean();
        notices.stream()
                .filter(notice -> tellsAll || notice.type().equals(Notice.QUEUE_TIMEOUT))
                .forEach(events::on);
    }

    private Map<Priority, Long> expired(String pool) {
        Map<Priority, Long> counts = new EnumMap<>(Priority.class);
        AtomicLongArray own = expired.get(pool);
        for (Priority level : Priority.values()) {
            long count = own == null ? 0 : own.getAndSet(level.ordinal(), 0);
            if (count > 0) {
                counts.put(level, count);
            }
        }
        return counts;
    }

    @Override
    public void close() {
        subscription.close();
        timer.shutdownNow();
    }
}
