// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.map.IMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One step asked of one bucket, by a thread that blocks until it is answered: the calls that do not block have
 * Hazelcast start a thread for each answer where there are two processors or fewer. Safe from any thread.
 */
final class BucketCall implements Runnable {
    private final IMap<String, byte[]> map;
    private final String key;
    private final Buckets.Step step;
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
    /** By a thread that makes it, or by whoever has it made no more. */
    private final AtomicBoolean isTakenUp = new AtomicBoolean();

    BucketCall(IMap<String, byte[]> map, String key, Buckets.Step step) {
        this.map = map;
        this.key = key;
        this.step = step;
    }

    @Override
    public void run() {
        if (!isTakenUp.compareAndSet(false, true)) {
            return;
        }
        try {
            boolean unused = answer.complete(map.<byte[]>executeOnKey(key, step.processor()));
        } catch (Throwable e) {
            // Errors, too, come back from the node that was called; somebody waits for whatever it is.
            boolean unused = answer.completeExceptionally(e);
        }
    }

    /** Whether it has a thread, or has had one; else it waits for its turn. */
    boolean hasBegun() {
        return isTakenUp.get();
    }

    /** Waits for the answer, at most so long; not at all if that is not above 0. */
    byte[] await(long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    /**
     * Nobody waits for it any more: it is not made if it has not begun, else its answer, if there ever is one, goes to
     * somebody else, by the thread that has it.
     */
    void giveUp(Consumer<byte[]> late) {
        if (!isTakenUp.compareAndSet(false, true)) {
            CompletableFuture<Void> unused = answer.thenAccept(late);
        }
    }
}
