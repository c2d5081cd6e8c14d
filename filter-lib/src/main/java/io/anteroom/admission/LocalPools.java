// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pools of this JVM: each is one {@link PoolMachine} under one lock, which is held only while the machine decides; what
 * it decides is carried out outside of it. Two daemon threads tell the waiters, one keeps the deadlines.
 */
public final class LocalPools implements Pools {
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, LocalPool> byName = new LinkedHashMap<>();
    private final Map<String, LocalPool> leaving = new HashMap<>();
    private final LongSupplier nanoClock;
    private final Timer timer;
    private final Executor teller;
    private final Runnable stop;
    private boolean closed;

    /**
     * Pools with threads of their own.
     *
     * @param nanoClock a clock that never runs backwards, in nanoseconds, as {@code System::nanoTime}; it may begin
     *     anywhere, and go from {@link Long#MAX_VALUE} to {@link Long#MIN_VALUE}
     */
    public LocalPools(LongSupplier nanoClock) {
        this.nanoClock = sinceNow(nanoClock);
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, daemon("anteroom-deadlines"));
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        ExecutorService tellers = Executors.newFixedThreadPool(2, daemon("anteroom-waiters"));
        this.timer = (delay, task) -> {
            try {
                ScheduledFuture<?> unused = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                // The pools are closed: nobody waits any more.
            }
        };
        this.teller = tellers;
        this.stop = () -> {
            scheduler.shutdownNow();
            shutDown(tellers);
        };
    }

    /**
     * Pools on somebody else's clock, timer and threads, which stay theirs: a simulator's, or a host's.
     *
     * @param nanoClock a clock that never runs backwards, in nanoseconds, wherever it begins
     * @param timer runs a task once after a delay
     * @param teller runs the waiters' calls
     */
    public LocalPools(LongSupplier nanoClock, Timer timer, Executor teller) {
        this.nanoClock = sinceNow(nanoClock);
        this.timer = timer;
        this.teller = teller;
        this.stop = () -> {};
    }

    /**
     * Machines compare times, which a clock that wraps would upset: theirs begins at 0 now, and lasts for centuries.
     */
    private static LongSupplier sinceNow(LongSupplier nanoClock) {
        long start = nanoClock.getAsLong();
        return () -> nanoClock.getAsLong() - start;
    }

    /** Runs a task once after a delay; early does no harm. */
    public interface Timer {
        /** Runs {@code task} after {@code delay}. */
        void after(Duration delay, Runnable task);
    }

    @Override
    public Pool open(String name, PoolSettings settings) {
        lock.lock();
        try {
            return byName.computeIfAbsent(name, unknown -> make(unknown, settings));
        } finally {
            lock.unlock();
        }
    }

    private LocalPool make(String name, PoolSettings settings) {
        LocalPool back = leaving.remove(name);
        if (back != null) {
            back.configure(settings);
            back.mode(closed ? PoolMode.CLOSED : PoolMode.OPEN);
            return back;
        }
        LocalPool pool = new LocalPool(name, new PoolMachine(settings), nanoClock, timer, this::tell);
        if (closed) {
            pool.mode(PoolMode.CLOSED);
        }
        return pool;
    }

    @Override
    public @Nullable Pool find(String name) {
        lock.lock();
        try {
            return byName.get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Collection<Pool> all() {
        lock.lock();
        try {
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean remove(String name) {
        lock.lock();
        try {
            LocalPool pool = byName.remove(name);
            leaving.values().removeIf(LocalPools::isIdle);
            if (pool == null) {
                return false;
            }
            pool.mode(closed ? PoolMode.CLOSED : PoolMode.DRAINING);
            leaving.put(name, pool);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isIdle(Pool pool) {
        PoolSnapshot now = pool.snapshot();
        return now.waiting() == 0 && now.running() == 0;
    }

    @Override
    public void close() {
        List<Pool> ending;
        lock.lock();
        try {
            closed = true;
            ending = new ArrayList<>(byName.values());
            ending.addAll(leaving.values());
        } finally {
            lock.unlock();
        }
        for (Pool pool : ending) {
            pool.mode(PoolMode.CLOSED);
        }
        stop.run();
    }

    private void tell(Runnable call) {
        try {
            teller.execute(call);
        } catch (RejectedExecutionException closed) {
            // The threads are gone because the pools are closed; nobody may be left waiting for all that.
            call.run();
        }
    }

    private static void shutDown(ExecutorService tellers) {
        tellers.shutdown();
        try {
            if (!tellers.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                tellers.shutdownNow().forEach(Runnable::run);
            }
        } catch (InterruptedException e) {
            tellers.shutdownNow().forEach(Runnable::run);
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
