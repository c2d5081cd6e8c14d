// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request's stay at the fallback of its pool, which may have room for so many at once. Taken and given back once.
 * Safe from any thread.
 */
final class FallbackStay {
    private static final int NOT_YET = 0;
    private static final int BEGUN = 1;
    private static final int LEFT = 2;

    private final Fallback to;
    private final AtomicInteger there;
    private final AtomicInteger stage = new AtomicInteger(NOT_YET);

    /** @param there how many are there now, shared by all of the pool */
    FallbackStay(Fallback to, AtomicInteger there) {
        this.to = to;
        this.there = there;
    }

    /** Whether there is room at this moment. */
    boolean hasRoom() {
        return to.most() == 0 || there.get() < to.most();
    }

    /** Begins; false if there is no room, and nothing has happened then. */
    boolean begin() {
        if (there.incrementAndGet() > to.most() && to.most() > 0) {
            there.decrementAndGet();
            return false;
        }
        stage.set(BEGUN);
        return true;
    }

    boolean hasBegun() {
        return stage.get() != NOT_YET;
    }

    /** Gives its room back, if it has any. */
    void leave() {
        if (stage.compareAndSet(BEGUN, LEFT)) {
            there.decrementAndGet();
        }
    }
}
