// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a backend again and again, never more often than every {@link #SHORTEST}, and remembers its last answer with its
 * age. Safe from any thread.
 */
public final class BackendWatch implements AutoCloseable {
    /** No backend is asked more often. */
    public static final Duration SHORTEST = Duration.ofMillis(250);

    /** After so many intervals without an answer the last one says nothing any more. */
    private static final int STALE_INTERVALS = 3;

    private static final Logger LOG = System.getLogger(BackendWatch.class.getName());

    private final BackendStatus backend;
    private final Duration interval;
    private final LongSupplier nanoClock;
    private final Runnable asked;
    private volatile @Nullable ScheduledThreadPoolExecutor scheduler;
    private volatile @Nullable Answer last;
    private volatile @Nullable String problem;

    private record Answer(BackendReading reading, long nanos) {}

    /**
     * What is known of the backend.
     *
     * @param reading its last answer, empty if it never gave one
     * @param age how old that is, zero if there is none
     * @param isFresh whether it may be relied on
     * @param problem why the last question failed, empty if it did not
     */
    public record Known(Optional<BackendReading> reading, Duration age, boolean isFresh, Optional<String> problem) {}

    /**
     * A watch that has not begun.
     *
     * @param asked called after each question, answered or not, on the thread that asked
     */
    BackendWatch(BackendStatus backend, Duration interval, LongSupplier nanoClock, Runnable asked) {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: at least " + SHORTEST + ")");
        }
        this.backend = backend;
        this.interval = interval;
        this.nanoClock = nanoClock;
        this.asked = asked;
    }

    /**
     * Starts asking.
     *
     * @param interval from the end of one question to the next
     * @param nanoClock a clock that never runs backwards, in nanoseconds
     */
    public static BackendWatch start(BackendStatus backend, Duration interval, LongSupplier nanoClock) {
        BackendWatch watch = new BackendWatch(backend, interval, nanoClock, () -> {});
        watch.begin();
        return watch;
    }

    /** Asks from now on, on a thread of its own. */
    void begin() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "anteroom-backend");
            thread.setDaemon(true);
            return thread;
        });
        ScheduledFuture<?> unused =
                executor.scheduleWithFixedDelay(this::ask, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
        scheduler = executor;
    }

    void ask() {
        try {
            last = new Answer(backend.read(), nanoClock.getAsLong());
            problem = null;
        } catch (IOException | RuntimeException e) {
            problem = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            asked.run();
        } catch (RuntimeException e) {
            // The executor would not ask again, and nobody would be told.
            LOG.log(Level.ERROR, "what a backend says could not be used", e);
        }
    }

    /** What is known now. */
    public Known known() {
        Answer answer = last;
        Optional<String> failed = Optional.ofNullable(problem);
        if (answer == null) {
            return new Known(Optional.empty(), Duration.ZERO, false, failed);
        }
        Duration age = Duration.ofNanos(nanoClock.getAsLong() - answer.nanos());
        boolean fresh = age.compareTo(interval.multipliedBy(STALE_INTERVALS)) <= 0;
        return new Known(Optional.of(answer.reading()), age, fresh, failed);
    }

    /** Stops asking. */
    @Override
    public void close() {
        ScheduledThreadPoolExecutor running = scheduler;
        if (running != null) {
            running.shutdownNow();
        }
    }
}
