// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.settings.StoreException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who watches live. Each second one snapshot is made for all; a watcher that has not taken the last one gets
 * the newest when it is ready and misses those between, and one that takes nothing for ten seconds is cut off. Nobody
 * waits for anybody. Safe from any thread.
 */
final class LiveStreams implements AutoCloseable {
    static final int MOST = 64;
    static final int MOST_PER_USER = 8;
    private static final System.Logger LOG = System.getLogger(LiveStreams.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(10);
    private static final int CHECK_EVERY = 5;

    private final Supplier<String> snapshots;
    private final Set<Seat> seats = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, Integer> perUser = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final long stalledNanos;
    private final ScheduledThreadPoolExecutor ticker;
    private long ticks;

    LiveStreams(Supplier<String> snapshots) {
        this(snapshots, PERIOD, STALLED_AFTER);
    }

    /**
     * The same at another pace.
     *
     * @param period the time from one snapshot to the next
     * @param stalledAfter how long somebody may take nothing
     */
    LiveStreams(Supplier<String> snapshots, Duration period, Duration stalledAfter) {
        this.snapshots = snapshots;
        this.stalledNanos = stalledAfter.toNanos();
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
        return taken.get();
    }

    /** A place among those who watch, or null if there is none left. */
    @Nullable Seat take(String user) {
        if (taken.incrementAndGet() > MOST) {
            taken.decrementAndGet();
            return null;
        }
        if (perUser.merge(user, 1, Integer::sum) > MOST_PER_USER) {
            leave(user);
            return null;
        }
        return new Seat(user);
    }

    private void leave(String user) {
        perUser.computeIfPresent(user, (same, count) -> count > 1 ? count - 1 : null);
        taken.decrementAndGet();
    }

    private void tick() {
        try {
            if (seats.isEmpty()) {
                return;
            }
            byte[] event = event();
            boolean isCheck = ++ticks % CHECK_EVERY == 0;
            for (Seat seat : seats) {
                seat.tick(event, isCheck);
            }
        } catch (RuntimeException e) {
            // The timer would not come again.
            LOG.log(Level.ERROR, "the live streams miss a second", e);
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
        seats.forEach(Seat::end);
    }

    /** One who watches. */
    final class Seat implements WriteListener, AsyncListener {
        private final String user;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable AsyncContext context;
        private @Nullable ServletOutputStream out;
        private BooleanSupplier isAllowed = () -> true;
        private byte @Nullable [] next;
        private boolean hasBegun;
        private boolean isOver;
        private long waitingSinceNanos;

        private Seat(String user) {
            this.user = user;
        }

        /**
         * Takes the request over, to be answered for as long as its client watches. If that fails, the seat is free
         * again.
         */
        void begin(HttpServletRequest request, HttpServletResponse response, BooleanSupplier isAllowed)
                throws IOException {
            boolean hasBegun = false;
            try {
                byte[] first = event();
                ServletOutputStream stream = response.getOutputStream();
                AsyncContext started = request.startAsync();
                lock.lock();
                try {
                    this.context = started;
                    this.out = stream;
                    this.isAllowed = isAllowed;
                    this.next = first;
                    this.waitingSinceNanos = System.nanoTime();
                } finally {
                    lock.unlock();
                }
                started.setTimeout(0);
                started.addListener(this);
                seats.add(this);
                stream.setWriteListener(this);
                hasBegun = true;
            } finally {
                if (!hasBegun) {
                    end();
                }
            }
        }

        private void tick(byte[] event, boolean isCheck) {
            if (isCheck && !isStillAllowed()) {
                end();
                return;
            }
            lock.lock();
            try {
                if (next != null && System.nanoTime() - waitingSinceNanos > stalledNanos) {
                    end();
                    return;
                }
                if (next == null) {
                    waitingSinceNanos = System.nanoTime();
                }
                next = event;
                if (hasBegun) {
                    pump();
                }
            } finally {
                lock.unlock();
            }
        }

        /** A store that cannot be asked ends nothing. */
        private boolean isStillAllowed() {
            try {
                return isAllowed.getAsBoolean();
            } catch (StoreException e) {
                return true;
            }
        }

        @Override
        public void onWritePossible() {
            lock.lock();
            try {
                hasBegun = true;
                pump();
            } finally {
                lock.unlock();
            }
        }

        /** Writes what there is, as long as that does not block; called again when it would no more. */
        private void pump() {
            ServletOutputStream to = out;
            try {
                while (!isOver && to != null && to.isReady()) {
                    byte[] event = next;
                    if (event == null) {
                        return;
                    }
                    next = null;
                    to.write(event);
                    if (to.isReady()) {
                        to.flush();
                    }
                }
            } catch (IOException | RuntimeException e) {
                // The client is gone, and the container knows.
                end();
            }
        }

        private void end() {
            AsyncContext ended;
            lock.lock();
            try {
                if (isOver) {
                    return;
                }
                isOver = true;
                ended = context;
                context = null;
                out = null;
                next = null;
            } finally {
                lock.unlock();
            }
            seats.remove(this);
            leave(user);
            try {
                if (ended != null) {
                    ended.complete();
                }
            } catch (IllegalStateException e) {
                // The container has ended it already.
                LOG.log(Level.TRACE, "a live stream was over", e);
            }
        }

        @Override
        public void onError(Throwable t) {
            end();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end();
        }

        @Override
        public void onError(AsyncEvent event) {
            end();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
