// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for calls that block until they are answered: so many calls at a time, so many more that wait for their turn,
 * and what comes beyond that is refused. Threads that have nothing to do end. Safe from any thread.
 */
final class Callers implements Executor {
    private static final Logger LOG = System.getLogger(Callers.class.getName());
    private static final int IDLE_SECONDS = 10;

    private final int most;
    private final int mostWaiting;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    /** Bounded by what is handed to it; it takes the thread that was busy last, as a fixed pool does not. */
    private final ThreadPoolExecutor threads;

    private int busy;

    Callers(String name, int most, int mostWaiting) {
        this.most = most;
        this.mostWaiting = mostWaiting;
        threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Makes a call as soon as there is a thread for it.
     *
     * @throws RejectedExecutionException if too many are waiting, there are no threads to be had, or this has stopped
     */
    @Override
    public void execute(Runnable call) {
        synchronized (this) {
            if (busy >= most) {
                if (waiting.size() >= mostWaiting) {
                    throw new RejectedExecutionException(mostWaiting + " calls to the cluster wait already");
                }
                waiting.add(call);
                return;
            }
            busy++;
        }
        begin(call);
    }

    private void begin(Runnable call) {
        boolean hasBegun = false;
        try {
            threads.execute(() -> work(call));
            hasBegun = true;
        } catch (OutOfMemoryError e) {
            throw new RejectedExecutionException("the system gives no more threads", e);
        } finally {
            if (!hasBegun) {
                synchronized (this) {
                    busy--;
                }
            }
        }
    }

    private void work(Runnable first) {
        for (Runnable call = first; call != null; call = next()) {
            try {
                call.run();
            } catch (Throwable e) {
                // Errors, too: those that wait are to have their turn.
                LOG.log(Level.WARNING, "cluster: a call failed", e);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable next = waiting.poll();
        if (next == null) {
            busy--;
        }
        return next;
    }

    /** How many have no thread yet. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Takes no more. What is under way goes on, and what waits has its turn: each call ends with the instance. */
    void stop() {
        threads.shutdown();
    }
}
