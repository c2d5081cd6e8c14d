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

/**
 * Threads that write to clients, and may therefore block: virtual ones from Java 24 on (before that a container's
 * {@code synchronized} would pin them), else a few of the platform's.
 */
final class Workers {
    private static final int VIRTUAL_SINCE = 24;
    private static final int PLATFORM_THREADS = 16;
    private static final long KEEP_SECONDS = 30;

    private final ExecutorService threads = create();

    void execute(Runnable task) {
        try {
            threads.execute(() -> guarded(task));
        } catch (RejectedExecutionException closed) {
            // The last answers while the door closes: rather on this thread than not at all.
            guarded(task);
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

    private static ExecutorService create() {
        if (Runtime.version().feature() >= VIRTUAL_SINCE) {
            try {
                Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
                return (ExecutorService) virtual.invoke(null);
            } catch (ReflectiveOperationException e) {
                Log.debug("no virtual threads", e);
            }
        }
        ThreadPoolExecutor platform = new ThreadPoolExecutor(
                PLATFORM_THREADS,
                PLATFORM_THREADS,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemon("anteroom-worker"));
        platform.allowCoreThreadTimeOut(true);
        return platform;
    }
}
