// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The slots of a simulated model server. Counts for itself how many are there: what others claim does not count. */
final class ModelSlots {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Completion> inside = new ArrayDeque<>();
    private final int slots;
    private int running;
    private int mostRunning;
    private long overAdmissions;
    private long served;
    private long cancelled;
    private long tokens;

    ModelSlots(int slots) {
        this.slots = slots;
    }

    /** Starts the work, or lets it wait inside as a real engine would. */
    void enter(Completion completion) {
        lock.lock();
        try {
            mostRunning = Math.max(mostRunning, running + inside.size() + 1);
            if (running >= slots) {
                overAdmissions++;
                inside.add(completion);
                return;
            }
            running++;
        } finally {
            lock.unlock();
        }
        completion.begin();
    }

    /** Ends work that had begun; starts the next from inside. */
    void leave(boolean whole, int made) {
        Completion next = next(whole, made);
        if (next != null) {
            next.begin();
        }
    }

    private @Nullable Completion next(boolean whole, int made) {
        lock.lock();
        try {
            tokens += made;
            if (whole) {
                served++;
            } else {
                cancelled++;
            }
            Completion next = inside.poll();
            if (next == null) {
                running--;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what waits inside. What is on its way in or out finds that out in {@link Completion#begin}. */
    void giveUp(Completion completion) {
        lock.lock();
        try {
            if (inside.remove(completion)) {
                cancelled++;
            }
        } finally {
            lock.unlock();
        }
    }

    int slots() {
        return slots;
    }

    ModelCounts counts() {
        lock.lock();
        try {
            return new ModelCounts(running, inside.size(), served, cancelled, mostRunning, overAdmissions, tokens);
        } finally {
            lock.unlock();
        }
    }
}
