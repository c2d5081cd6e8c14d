// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.live.LiveStream;
import io.anteroom.admin.live.Seats;
import io.anteroom.settings.StoreException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Everybody who watches by the API. Each second one snapshot is made for all, and none while nobody watches. Nobody
 * waits for anybody. Safe from any thread.
 */
final class LiveStreams implements AutoCloseable {
    static final int MOST = 64;
    static final int MOST_OF_USER = 8;
    private static final System.Logger LOG = System.getLogger(LiveStreams.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int CHECK_EVERY = 5;

    private final Supplier<String> snapshots;
    private final Set<LiveStream> streams = ConcurrentHashMap.newKeySet();
    private final Seats seats = new Seats(MOST, MOST_OF_USER);
    private final Duration stalledAfter;
    private final ScheduledThreadPoolExecutor ticker;
    private long ticks;

    LiveStreams(Supplier<String> snapshots) {
        this(snapshots, PERIOD, LiveStream.STALLED_AFTER);
    }

    /**
     * The same at another pace.
     *
     * @param period the time from one snapshot to the next
     * @param stalledAfter how long somebody may take nothing
     */
    LiveStreams(Supplier<String> snapshots, Duration period, Duration stalledAfter) {
        this.snapshots = snapshots;
        this.stalledAfter = stalledAfter;
        this.ticker = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "anteroom-live");
            thread.setDaemon(true);
            return thread;
        });
        ScheduledFuture<?> unused =
                ticker.scheduleAtFixedRate(this::tick, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How many watch. */
    int size() {
        return seats.taken();
    }

    /**
     * Takes a request over, to be answered for as long as its client watches.
     *
     * @return false if there is no seat left; nothing has been done then
     * @throws IOException if the container does not let it begin
     */
    boolean open(String user, HttpServletRequest request, HttpServletResponse response, BooleanSupplier isAllowed)
            throws IOException {
        if (!seats.take(user)) {
            return false;
        }
        byte[] first = firstFor(user);
        LiveStream stream = LiveStream.open(
                request,
                response,
                new LiveStream.Terms(isAllowed, stalledAfter, System::nanoTime, () -> seats.leave(user)));
        stream.offer(first);
        streams.add(stream);
        return true;
    }

    private byte[] firstFor(String user) {
        boolean isMade = false;
        try {
            byte[] first = event();
            isMade = true;
            return first;
        } finally {
            if (!isMade) {
                seats.leave(user);
            }
        }
    }

    private void tick() {
        try {
            streams.removeIf(LiveStream::isOver);
            if (streams.isEmpty()) {
                return;
            }
            byte[] event = event();
            boolean isCheck = ++ticks % CHECK_EVERY == 0;
            for (LiveStream stream : streams) {
                if (isCheck && !isStillAllowed(stream)) {
                    stream.end();
                } else {
                    stream.offer(event);
                }
            }
        } catch (RuntimeException e) {
            // The timer would not come again.
            LOG.log(Level.ERROR, "the live streams miss a second", e);
        }
    }

    /** A store that cannot be asked ends nothing. */
    private static boolean isStillAllowed(LiveStream stream) {
        try {
            return stream.lasts();
        } catch (StoreException e) {
            return true;
        }
    }

    /** JSON on one line, so that nothing in it can begin an event of its own. */
    private byte[] event() {
        return ("event: snapshot\ndata: " + snapshots.get() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Ends all streams. */
    @Override
    public void close() {
        ticker.shutdownNow();
        streams.forEach(LiveStream::end);
    }
}
