// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that write to clients, and may therefore block: virtual ones from Java 24 on (before that a container's
 * {@code synchronized} would pin them), else a few of the platform's, and more while all of them are stuck: clients
 * that do not read must not be able to hold up what is written to all others. Safe from any thread.
 */
final class Workers {
    private static final int VIRTUAL_SINCE = 24;
    private static final long KEEP_SECONDS = 30;
    /** Nothing has begun or ended for so long although every thread is busy. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final int usual;
    private final int most;
    private final ExecutorService threads;
    /** The same where the threads are the platform's, else null. */
    private final @Nullable ThreadPoolExecutor platform;

    private final AtomicInteger busy = new AtomicInteger();
    private volatile long movedNanos = System.nanoTime();

    /**
     * Workers of the best kind that there is.
     *
     * @param usual how many of the platform's threads while clients read
     * @param most how many while they do not
     */
    Workers(int usual, int most) {
        this(usual, most, virtual());
    }

    /** Workers on these threads, or on the platform's. */
    Workers(int usual, int most, @Nullable ExecutorService virtual) {
        this.usual = usual;
        this.most = most;
        if (virtual == null) {
            ThreadPoolExecutor pool = platform(usual);
            this.platform = pool;
            this.threads = pool;
        } else {
            this.platform = null;
            this.threads = virtual;
        }
    }

    void execute(Runnable task) {
        try {
            threads.execute(() -> work(task));
        } catch (RejectedExecutionException closed) {
            // The last answers while the door closes: rather on this thread than not at all.
            guarded(task);
        }
    }

    private void work(Runnable task) {
        busy.incrementAndGet();
        movedNanos = System.nanoTime();
        try {
            guarded(task);
        } finally {
            busy.decrementAndGet();
            movedNanos = System.nanoTime();
        }
    }

    /**
     * Takes on more threads if all of them are stuck, and lets them go when they are not. Called every now and then.
     */
    void look(long nowNanos) {
        ThreadPoolExecutor pool = platform;
        if (pool == null) {
            return;
        }
        int now = pool.getCorePoolSize();
        if (busy.get() >= now) {
            if (now < most && nowNanos - movedNanos > STUCK_NANOS) {
                int more = Math.min(most, now + usual);
                pool.setMaximumPoolSize(more);
                pool.setCorePoolSize(more);
            }
        } else if (now > usual && busy.get() <= usual / 2) {
            pool.setCorePoolSize(usual);
            pool.setMaximumPoolSize(usual);
        }
    }

    void close() {
        threads.shutdown();
    }

    static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            // Not the web application's that happens to be current: it could never be unloaded.
            thread.setContextClassLoader(Workers.class.getClassLoader());
            return thread;
        };
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            Log.warn("a worker failed", e);
        }
    }

    private static @Nullable ExecutorService virtual() {
        if (Runtime.version().feature() >= VIRTUAL_SINCE) {
            try {
                Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
                return (ExecutorService) virtual.invoke(null);
            } catch (ReflectiveOperationException e) {
                Log.debug("no virtual threads", e);
            }
        }
        return null;
    }

    private static ThreadPoolExecutor platform(int usual) {
        ThreadPoolExecutor platform = new ThreadPoolExecutor(
                usual, usual, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemon("anteroom-worker"));
        platform.allowCoreThreadTimeOut(true);
        return platform;
    }
}
