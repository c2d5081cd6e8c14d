// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.Peers;
import io.anteroom.admission.Ticket;
import io.anteroom.event.Arriving;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.rate.Toll;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is going on behind one front door: the exchanges, those of them that wait, and one ticker for all of
 * them. The ticker runs only while there is something to look after. Safe from any thread.
 */
final class Live {
    private static final long TICK_MILLIS = 100;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DoorSettings settings;
    private final Clock clock;
    private final AtomicInteger active = new AtomicInteger();
    private final Set<Exchange> writing = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> atFallbacks = new ConcurrentHashMap<>();
    private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
    private final Workers workers = new Workers(16, 256);
    /** Apart from those who write to whoever waits: anybody may watch. */
    private final Workers watchers = new Workers(4, 64);

    private final Departures departures;
    private final AtomicBoolean isTicking = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final boolean hasListener;
    private final KeptPlaces places;
    private final TicketBook tickets;
    private final Elsewhere elsewhere;
    private final Batches batches = new Batches(System::nanoTime);
    private final WaitingRequests requests = new WaitingRequests();
    private final Set<TicketWatch> watches = ConcurrentHashMap.newKeySet();
    private volatile boolean isDraining;
    private long lastRoundNanos;

    Live(DoorSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.hasListener = !settings.listener().equals(DoorSettings.NOBODY);
        this.places = new KeptPlaces(settings.places(), this);
        this.tickets = new TicketBook(settings.tickets(), this);
        this.elsewhere = new Elsewhere(peers(), this);
        this.departures = new Departures(settings.probe());
        this.timer = new ScheduledThreadPoolExecutor(1, Workers.daemon("anteroom-ticker"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        lastRoundNanos = System.nanoTime() - ROUND_NANOS;
    }

    DoorSettings settings() {
        return settings;
    }

    KeptPlaces places() {
        return places;
    }

    /** The time of day, for what clients are told. */
    Clock clock() {
        return clock;
    }

    /** The other nodes that share the pools. */
    Peers peers() {
        return settings.routes().peers();
    }

    /** What they hold. */
    Elsewhere elsewhere() {
        return elsewhere;
    }

    TicketBook tickets() {
        return tickets;
    }

    Batches batches() {
        return batches;
    }

    WaitingRequests requests() {
        return requests;
    }

    /** Looks after somebody who watches a ticket, until {@link #ended(TicketWatch)}. */
    void watch(TicketWatch watch) {
        watches.add(watch);
        tickSoon();
    }

    /** How many watch tickets. */
    int watching() {
        return watches.size();
    }

    void ended(TicketWatch watch) {
        watches.remove(watch);
    }

    boolean isDraining() {
        return isDraining;
    }

    boolean hasListener() {
        return hasListener;
    }

    /** Whoever wants to follow this request, or null. */
    @Nullable QueueListener follower(Arriving request) {
        try {
            return settings.listener().arrives(request);
        } catch (RuntimeException e) {
            Log.warn("a queue listener failed", e);
            return null;
        }
    }

    void tell(QueueEvent event) {
        tell(settings.listener(), event);
    }

    void tell(QueueListener listener, QueueEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            Log.warn("a queue listener failed", e);
        }
    }

    void tellWaits(String requestId, Ticket ticket) {
        try {
            settings.listener().waits(requestId, ticket);
        } catch (RuntimeException e) {
            Log.warn("a queue listener failed", e);
        }
    }

    Duration longestWait(Ask ask) {
        Duration own = ask.arrival().longestWait();
        return own != null
                ? own
                : ask.pool().settings().level(ask.arrival().priority()).longestWait();
    }

    /** The same, whatever level it may be moved to: no pool ends its wait later. */
    Duration longestWaitEver(Ask ask) {
        Duration own = ask.arrival().longestWait();
        if (own != null) {
            return own;
        }
        Duration longest = Duration.ZERO;
        for (LevelSettings level : ask.pool().settings().levels().values()) {
            longest = level.longestWait().compareTo(longest) > 0 ? level.longestWait() : longest;
        }
        return longest;
    }

    /** How long one who waits may wait in all. */
    Duration longestWait(Ask ask, Ticket ticket) {
        Duration ofArrival = longestWait(ask);
        if (ask.arrival().longestWait() != null
                || ofArrival.compareTo(ticket.status().waited()) > 0) {
            return ofArrival;
        }
        // It waits on, so it has been moved to another level.
        return ask.pool().waiting(Integer.MAX_VALUE).stream()
                .filter(waiting -> waiting.id() == ticket.id())
                .findFirst()
                .map(waiting -> ask.pool().settings().level(waiting.priority()).longestWait())
                .orElse(ofArrival);
    }

    /** The stay of a request at its fallback, which has not begun; null if it has none. */
    @Nullable FallbackStay fallbackStay(Ask ask) {
        Fallback to = ask.fallback();
        return to == null
                ? null
                : new FallbackStay(to, atFallbacks.computeIfAbsent(ask.pool().name(), pool -> new AtomicInteger()));
    }

    /** One more exchange is under way. */
    void began() {
        active.incrementAndGet();
    }

    /** One of them has ended. */
    void ended(Exchange exchange, boolean isWatched) {
        if (isWatched) {
            writing.remove(exchange);
        }
        Toll toll = exchange.ask().toll();
        if (toll != null) {
            pay(toll, exchange);
        }
        FallbackStay fallback = exchange.fallback;
        if (fallback != null) {
            fallback.leave();
        }
        if (exchange.waiting() != null) {
            requests.remove(exchange);
        }
        if (active.decrementAndGet() == 0 && isDraining) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private static void pay(Toll toll, Exchange exchange) {
        if (exchange.isKept) {
            // Whoever comes back to the place has paid already.
            return;
        }
        if (exchange.lease() == null && !exchange.hasFallenBack()) {
            toll.giveBack();
        } else {
            toll.settle();
        }
    }

    /** How long what ends an exchange may take to reach us. */
    Duration settle() {
        Duration limit = settings.writeIdle();
        return limit.compareTo(Exchange.GRACE) < 0 ? limit : Exchange.GRACE;
    }

    /** Looks after the writes of an exchange from now on. */
    void watchWrites(Exchange exchange) {
        writing.add(exchange);
        tickSoon();
    }

    void park(Wait wait, HttpServletRequest request) {
        departures.watch(wait, request);
        waiting.add(wait);
        tickSoon();
    }

    void unpark(Wait wait) {
        waiting.remove(wait);
    }

    /** Writes to somebody who only watches. */
    void executeWatch(Runnable task) {
        watchers.execute(task);
    }

    /** Runs something that may block on a client. */
    void execute(Runnable task) {
        workers.execute(task);
    }

    /** Runs something short after a while, or at once when the door is closed. */
    void after(Duration delay, Runnable task) {
        Future<?> unused = later(delay, task);
    }

    /** The same for somebody who may call it off; null if it has been run at once. */
    @Nullable Future<?> later(Duration delay, Runnable task) {
        try {
            return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            task.run();
            return null;
        }
    }

    private void tickSoon() {
        if (!isTicking.get() && isTicking.compareAndSet(false, true)) {
            tickLater();
        }
    }

    private void tickLater() {
        after(Duration.ofMillis(TICK_MILLIS), this::tick);
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            waiting.forEach(wait -> wait.tick(now));
            watches.forEach(watch -> watch.tick(now));
            workers.look(now);
            watchers.look(now);
            if (now - lastRoundNanos >= ROUND_NANOS) {
                lastRoundNanos = now;
                round(now);
            }
        } catch (RuntimeException e) {
            Log.warn("the ticker failed", e);
        }
        isTicking.set(false);
        if (!(waiting.isEmpty() && writing.isEmpty() && watches.isEmpty()) && !timer.isShutdown()) {
            tickSoon();
        }
    }

    private void round(long now) {
        departures.look(waiting, wait -> execute(wait::leave));
        writing.removeIf(Exchange::isOver);
        long writeIdle = settings.writeIdle().toNanos();
        for (Exchange exchange : writing) {
            exchange.tick(now);
            if (exchange.writes().isLonger(writeIdle, now)) {
                execute(exchange::cutOff);
            } else if (exchange.isUntold(now)) {
                Log.debug("request " + exchange.ask().id() + " is complete, which its container has not said", null);
                execute(exchange::completed);
            }
        }
    }

    /** Answers everybody who waits, refuses newcomers, and waits for those who run. */
    boolean drain(Duration timeout) {
        isDraining = true;
        waiting.forEach(Wait::shutDown);
        places.close();
        tickets.close();
        long remaining = timeout.toNanos();
        lock.lock();
        try {
            while (active.get() > 0 && remaining > 0) {
                remaining = idle.awaitNanos(Math.min(remaining, ROUND_NANOS)) + Math.max(0, remaining - ROUND_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return active.get() == 0;
    }

    void close() {
        timer.shutdownNow();
        workers.close();
        watchers.close();
    }
}
