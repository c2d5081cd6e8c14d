// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.live.LiveStream;
import io.anteroom.admin.live.Seats;
import io.anteroom.admin.web.PageException;
import io.anteroom.settings.StoreException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Tells all windows each second how it stands. What is said of one subject is written once however many watch, and
 * nothing is written while nobody does. One thread ticks; another one fetches what may take time. Safe from any thread.
 */
final class LiveHub implements AutoCloseable {
    /** So many windows can watch at once, in all and of one user. */
    static final int MOST = 64;

    static final int MOST_OF_USER = 8;
    private static final System.Logger LOG = System.getLogger(LiveHub.class.getName());
    /** Then the browser comes back by itself, and is looked at anew. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final int CHECK_EVERY = 5;

    private final LiveSources sources;
    private final Runnable sample;
    private final Function<Topic, String> messages;
    private final Seats seats = new Seats(MOST, MOST_OF_USER);
    private final Map<Topic, Set<LiveStream>> streams = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer = executor("anteroom-live");
    private final ScheduledThreadPoolExecutor background = executor("anteroom-live-figures");
    private volatile boolean isPaused;
    private long ticks;

    /**
     * What a window watches.
     *
     * @param pool a pool, or empty for all
     * @param period how far back its figures look
     */
    record Topic(String pool, Period period) {}

    /**
     * Not ticking yet.
     *
     * @param sample called each second, watched or not
     * @param messages what is said of a subject, on one line
     */
    LiveHub(LiveSources sources, Runnable sample, Function<Topic, String> messages) {
        this.sources = sources;
        this.sample = sample;
        this.messages = messages;
    }

    private static ScheduledThreadPoolExecutor executor(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    void begin() {
        ScheduledFuture<?> unused = timer.scheduleAtFixedRate(this::tick, 0, 1, TimeUnit.SECONDS);
    }

    /** Where what may take time is fetched. */
    Executor background() {
        return background;
    }

    /** How many watch. */
    int watching() {
        return seats.taken();
    }

    /** Has a window watch. */
    void open(Topic topic, String user, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!seats.take(user)) {
            throw PageException.unavailable("So many windows watch already that this one is not kept up to date: at"
                    + " most " + MOST_OF_USER + " of one user, and " + MOST + " in all.");
        }
        BooleanSupplier lasts = sources.guard().lasting(request);
        LiveStream stream = LiveStream.open(
                request,
                response,
                new LiveStream.Terms(lasts, LiveStream.STALLED_AFTER, sources.nanoClock(), () -> seats.leave(user)));
        streams.compute(topic, (unused, known) -> {
            Set<LiveStream> watching = known == null ? ConcurrentHashMap.newKeySet() : known;
            watching.add(stream);
            return watching;
        });
        try {
            timer.execute(() -> guarded(() -> stream.offer(message(topic))));
        } catch (RejectedExecutionException e) {
            // The server stops: the browser comes back, to whoever answers then.
            stream.end();
        }
    }

    private void forgetThoseThatAreOver() {
        for (Topic topic : streams.keySet()) {
            streams.computeIfPresent(topic, (unused, watching) -> {
                watching.removeIf(LiveStream::isOver);
                return watching.isEmpty() ? null : watching;
            });
        }
    }

    private List<LiveStream> all() {
        List<LiveStream> all = new ArrayList<>();
        streams.values().forEach(all::addAll);
        return all;
    }

    void pause(boolean isPaused) {
        this.isPaused = isPaused;
    }

    void tick() {
        guarded(sample);
        forgetThoseThatAreOver();
        if (isPaused) {
            return;
        }
        streams.forEach((topic, watching) -> guarded(() -> {
            byte[] message = message(topic);
            watching.forEach(stream -> stream.offer(message));
        }));
        if (++ticks % CHECK_EVERY == 0) {
            guarded(this::endThoseThatMayNot);
        }
    }

    private byte[] message(Topic topic) {
        return ("data: " + messages.apply(topic) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Whoever has logged out, or may log in no more, sees no further figures. */
    private void endThoseThatMayNot() {
        for (LiveStream stream : all()) {
            if (stream.age().compareTo(LONGEST) > 0 || !lasts(stream)) {
                stream.end();
            }
        }
    }

    /** A database that does not answer ends nothing. */
    private static boolean lasts(LiveStream stream) {
        try {
            return stream.lasts();
        } catch (StoreException e) {
            return true;
        }
    }

    /** The timer would not come again after an exception. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a live page is not told this second's figures", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        background.shutdownNow();
        all().forEach(LiveStream::end);
    }
}
