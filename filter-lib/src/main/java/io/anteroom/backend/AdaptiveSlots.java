// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

/**
 * How many slots a pool should have, by what its backend has waiting: additive increase, multiplicative decrease on the
 * length of the backend's own queue. Latency tells nothing here, because an LLM backend gets slower with every request
 * that it batches (docs/decisions/0005). A pure step function; not safe for several threads.
 */
public final class AdaptiveSlots {
    private static final int TOLERATED_WAITING = 2;
    private static final double FULL_CACHE = 0.9;

    private final int min;
    private int max;
    private double slots;

    /**
     * Starts at the maximum.
     *
     * @param min never fewer, at least 1
     * @param max never more: the configured slots
     */
    public AdaptiveSlots(int min, int max) {
        if (min < 1 || max < min) {
            throw new IllegalArgumentException("min: " + min + " (expected: from 1 to " + max + ")");
        }
        this.min = min;
        this.max = max;
        this.slots = max;
    }

    /** The slots now. */
    public int slots() {
        return (int) slots;
    }

    /** Follows an edit of the configured slots; one that had all of them has all of them again. */
    void atMost(int most) {
        boolean hadAll = slots >= max;
        max = Math.max(min, most);
        slots = hadAll ? max : Math.min(max, slots);
    }

    /** Nothing is known any more: all of them. */
    void forget() {
        slots = max;
    }

    /**
     * One step, once for each question asked.
     *
     * @param known what is known of the backend; where it is stale the slots stay as they are
     * @param isFull whether the pool uses all its slots: one that does not has nothing to learn from an idle backend
     * @return the slots from now on
     */
    public int step(BackendWatch.Known known, boolean isFull) {
        if (known.isFresh() && known.reading().isPresent()) {
            BackendReading reading = known.reading().get();
            if (reading.waiting().isPresent()) {
                adjust(reading.waiting().getAsInt(), reading.cacheUse().orElse(0), isFull);
            }
        }
        return slots();
    }

    private void adjust(int waiting, double cacheUse, boolean isFull) {
        if (waiting > TOLERATED_WAITING) {
            slots -= Math.max(1, Math.max(waiting / 2.0, slots * 0.05));
        } else if (waiting == 0 && isFull && cacheUse <= FULL_CACHE) {
            slots += Math.max(1, slots * 0.04);
        }
        slots = Math.min(max, Math.max(min, slots));
    }
}
