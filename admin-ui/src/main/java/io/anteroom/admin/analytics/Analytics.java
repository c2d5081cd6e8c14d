// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admin.analytics.AnalyticsStore.Range;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.settings.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Counts what happens in the queues, keeps it by minutes, and answers how any period went: a listener, to be subscribed
 * to the events. One thread of its own looks at the pools, another stores a minute when it is over, and what there is
 * of the last one when it is closed; a crash costs the minute that was under way. Nobody else waits while something is
 * stored. Safe from any thread.
 */
public final class Analytics implements QueueListener, AutoCloseable {
    /** No more points are answered at once. */
    public static final int MOST_POINTS = 3000;

    private static final System.Logger LOG = System.getLogger(Analytics.class.getName());
    private static final long MINUTE_MILLIS = 60_000;
    private static final int MOST_POOLS = 1000;
    private static final String OTHERS = "(others)";
    private static final int BACKLOG_BYTES = 32 << 20;
    private static final long RETRY_MILLIS = 10_000;

    private final AnalyticsStore store;
    private final InstantSource clock;
    private final Supplier<Collection<Pool>> pools;
    private final Supplier<Duration> retention;
    private final UnaryOperator<String> names;
    private final Map<String, PoolRecorder> recorders = new ConcurrentHashMap<>();
    /** A minute is either in its recorder or in the backlog for whoever reads under it; nobody asks the store then. */
    private final ReadWriteLock moving = new ReentrantReadWriteLock();

    private final Backlog backlog;
    private final Reader reader;
    /** Held by whoever stores. */
    private final ReentrantLock storing = new ReentrantLock();

    private final ScheduledThreadPoolExecutor timer;
    private long retryMillis = Long.MIN_VALUE;
    private long forgottenHour = Long.MIN_VALUE;

    Analytics(AnalyticsBuilder builder) {
        this.store = builder.store;
        this.clock = builder.clock;
        this.pools = builder.pools;
        this.retention = builder.retention;
        this.names = builder.names;
        this.backlog = new Backlog(store, builder.node, BACKLOG_BYTES);
        this.reader = new Reader(store, backlog, this::held);
        this.timer = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "anteroom-analytics");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to describe one. */
    public static AnalyticsBuilder builder() {
        return new AnalyticsBuilder();
    }

    Analytics begin() {
        ScheduledFuture<?> unusedLooks = timer.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(this::keep, 1, 1, TimeUnit.SECONDS);
        return this;
    }

    @Override
    public void on(QueueEvent event) {
        long now = clock.millis();
        recorder(event.pool(), now).on(event, now);
    }

    private PoolRecorder recorder(String pool, long now) {
        PoolRecorder known = recorders.get(pool);
        if (known != null) {
            return known;
        }
        String name = recorders.size() < MOST_POOLS ? pool : OTHERS;
        return recorders.computeIfAbsent(name, fresh -> new PoolRecorder(fresh, now));
    }

    /** Looks at the pools, and stores what is over. */
    void tick() {
        look();
        keep();
    }

    private void look() {
        try {
            long now = clock.millis();
            for (Pool pool : pools.get()) {
                recorder(pool.name(), now).sample(pool.snapshot(), now);
            }
            takeClosed(now);
        } catch (RuntimeException e) {
            // The timer would not come again.
            LOG.log(System.Logger.Level.ERROR, "The analytics failed for a second", e);
        }
    }

    private void takeClosed(long now) {
        moving.writeLock().lock();
        try {
            recorders
                    .values()
                    .forEach(recorder -> recorder.takeClosed(now).forEach(over -> backlog.add(over.close(names))));
        } finally {
            moving.writeLock().unlock();
        }
    }

    private void takeOpen() {
        moving.writeLock().lock();
        try {
            recorders
                    .values()
                    .forEach(recorder -> backlog.add(recorder.takeOpen().close(names)));
        } finally {
            moving.writeLock().unlock();
        }
    }

    private void keep() {
        storing.lock();
        try {
            long now = clock.millis();
            if (backlog.trouble() == null || now >= retryMillis) {
                keep(now);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "The analytics could not be stored", e);
        } finally {
            storing.unlock();
        }
    }

    /** What fails is tried again, so that it is over when all of this succeeds. */
    private void keep(long now) {
        try {
            backlog.flush();
            forget(now);
            backlog.recovered();
        } catch (StoreException e) {
            backlog.failed(String.valueOf(e.getMessage()));
            retryMillis = now + RETRY_MILLIS;
        }
    }

    private void forget(long now) {
        long hour = now / MINUTE_MILLIS / 60;
        if (hour != forgottenHour) {
            long minute = now / MINUTE_MILLIS;
            store.forget(minute - retention.get().toMinutes(), minute);
            forgottenHour = hour;
        }
    }

    /** Why nothing can be stored at the moment, or null if it can. */
    public @Nullable String trouble() {
        return backlog.trouble();
    }

    /** How many minutes of pools were lost because the store has failed for too long. */
    public long lostMinutes() {
        return backlog.lost();
    }

    /**
     * How the time until now went.
     *
     * @param pool one pool, or null for all
     * @param period at least a minute; how long, the retention says
     * @throws io.anteroom.settings.StoreException if the store cannot be read
     */
    public Report summary(@Nullable String pool, Duration period) {
        long to = minute() + 1;
        return report(pool, to - Math.max(1, period.toMinutes()), to);
    }

    /** The same for any period; seconds count as a part of their minutes. */
    public Report summary(@Nullable String pool, Instant from, Instant to) {
        return report(pool, floor(from), Math.max(floor(from) + 1, ceil(to)));
    }

    private Report report(@Nullable String pool, long from, long to) {
        Sums sums = reader.whole(pool, Cover.of(from, to, AnalyticsStore.SPANS.get(2)), Sums::new);
        Figures total = new Figures();
        sums.byPool.values().forEach(total::add);
        return new Report(instant(from), instant(to), total, sums.byLevel, sums.byPool);
    }

    private static final class Sums implements AnalyticsStore.Rows {
        private final Map<Priority, Figures> byLevel = new EnumMap<>(Priority.class);
        private final Map<String, Figures> byPool = new TreeMap<>();

        Sums() {
            for (Priority level : Priority.values()) {
                byLevel.put(level, new Figures());
            }
        }

        @Override
        public void row(long minute, String pool, int level, byte[] figures) {
            byPool.computeIfAbsent(pool, fresh -> new Figures()).add(figures);
            if (level < Minute.WHOLE) {
                byLevel.computeIfAbsent(Priority.values()[level], fresh -> new Figures())
                        .add(figures);
            }
        }
    }

    /**
     * A chart.
     *
     * @param pool one pool, or null for all
     * @param level one level, or null for all
     * @param step whole minutes; those of a whole hour or day are much quicker over long times
     * @return a point for each step, the oldest first, beginning at a multiple of the step
     * @throws IllegalArgumentException if the step is none, or there would be more than {@link #MOST_POINTS}
     * @throws io.anteroom.settings.StoreException if the store cannot be read
     */
    public List<Point> query(@Nullable String pool, @Nullable Priority level, Instant from, Instant to, Duration step) {
        Steps steps = Steps.of(from, to, step);
        return reader.whole(pool, steps.ranges(), () -> new Chart(level, steps)).points;
    }

    /**
     * The most that waited at once in each pool, by its name, for each of the steps that {@link #query} has. Pools of
     * which nothing is known are left out.
     *
     * @throws IllegalArgumentException as {@link #query} does
     * @throws io.anteroom.settings.StoreException if the store cannot be read
     */
    public Map<String, List<Long>> mostWaiting(Instant from, Instant to, Duration step) {
        Steps steps = Steps.of(from, to, step);
        return reader.whole(null, steps.ranges(), () -> new MostWaiting(steps)).byPool();
    }

    private static final class Chart implements AnalyticsStore.Rows {
        private final @Nullable Priority level;
        private final Steps steps;
        private final List<Point> points = new ArrayList<>();

        Chart(@Nullable Priority level, Steps steps) {
            this.level = level;
            this.steps = steps;
            for (long i = steps.first(); i < steps.end(); i++) {
                points.add(new Point(instant(i * steps.minutes()), new Figures()));
            }
        }

        @Override
        public void row(long minute, String pool, int which, byte[] figures) {
            if (level == null || level.ordinal() == which) {
                points.get(steps.of(minute)).figures().add(figures);
            }
        }
    }

    /** What the backlog holds, while what the recorders have is added to the other. */
    private Backlog.Held held(List<Minute> recorded) {
        moving.readLock().lock();
        try {
            recorders.values().forEach(recorder -> recorded.addAll(recorder.peek(names)));
            return backlog.held();
        } finally {
            moving.readLock().unlock();
        }
    }

    /**
     * Who sent the most requests in the time until now. Of more than three hours only whole hours are known: the first
     * of them counts as a whole.
     *
     * @param pool one pool, or null for all
     * @param most how many to answer, up to {@link TopList#MOST}
     * @throws io.anteroom.settings.StoreException if the store cannot be read
     */
    public List<CallerFigures> topCallers(CallerKind kind, @Nullable String pool, Duration period, int most) {
        long to = minute() + 1;
        long from = to - Math.max(1, period.toMinutes());
        boolean isRecent = period.toMinutes() <= AnalyticsStore.LISTS_BY_MINUTES;
        long first = isRecent ? from : Math.floorDiv(from, 60L) * 60;
        // Hours and days that are under way are in their rows as well, up to now.
        List<Range> ranges = isRecent
                ? List.of(new Range(1, from, to))
                : Cover.of(first, -Math.floorDiv(-to, 60L) * 60, AnalyticsStore.SPANS.get(2));
        return reader.lists(pool, ranges, kind).first(most);
    }

    /**
     * The last seconds of this server, up to 15 minutes; they are not stored.
     *
     * @param pool one pool, or null for all
     */
    public List<Second> seconds(@Nullable String pool, Duration last) {
        long now = clock.millis();
        if (pool != null) {
            PoolRecorder recorder = recorders.get(pool);
            return recorder == null ? List.of() : recorder.seconds(last, now);
        }
        Map<Instant, Second> sum = new TreeMap<>();
        recorders
                .values()
                .forEach(recorder ->
                        recorder.seconds(last, now).forEach(second -> sum.merge(second.at(), second, Second::plus)));
        return List.copyOf(sum.values());
    }

    private long minute() {
        return clock.millis() / MINUTE_MILLIS;
    }

    static long floor(Instant instant) {
        return Math.floorDiv(instant.toEpochMilli(), MINUTE_MILLIS);
    }

    static long ceil(Instant instant) {
        return -Math.floorDiv(-instant.toEpochMilli(), MINUTE_MILLIS);
    }

    private static Instant instant(long minute) {
        return Instant.ofEpochMilli(minute * MINUTE_MILLIS);
    }

    /** Stores what there is, the minute under way too, and ends. Its store stays open. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "The analytics' thread does not end; it is left to itself");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long now = clock.millis();
        takeClosed(now);
        takeOpen();
        if (!storing.tryLock()) {
            LOG.log(System.Logger.Level.WARNING, "The store does not answer; the last minutes are lost");
            return;
        }
        try {
            backlog.flush();
        } catch (StoreException e) {
            backlog.failed(String.valueOf(e.getMessage()));
        } finally {
            storing.unlock();
        }
    }
}
