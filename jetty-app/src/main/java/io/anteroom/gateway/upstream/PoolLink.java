// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;

/** Has a pool use only the slots of those of its backends that are available. Used by one thread at a time. */
final class PoolLink {
    /** By which the pool knows what is said of its slots here. */
    private static final String SOURCE = "upstreams";

    private final Pool pool;
    private int limit = Integer.MAX_VALUE;
    private boolean holds;

    /** A link that has done nothing yet. */
    PoolLink(Pool pool) {
        this.pool = pool;
    }

    /** Whether it is that very pool, and not one of its name that was made after it. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Pool other) {
        return pool == other;
    }

    /** Follows what can be used of its group, from 0 to 1. */
    void follow(double share, boolean holdsWhenDown) {
        hold(share <= 0 && holdsWhenDown);
        int slots = pool.settings().slots();
        // With nothing available all slots are left: whoever gets one is told so at once, and the queue empties.
        int usable = share >= 1 || share <= 0 ? Integer.MAX_VALUE : Math.max(1, (int) Math.round(slots * share));
        if (usable != limit) {
            limit = usable;
            pool.limitSlots(SOURCE, usable);
        }
    }

    /** An operator who has told the pool something else has the last word. */
    private void hold(boolean isToHold) {
        if (isToHold == holds) {
            return;
        }
        PoolMode mode = pool.snapshot().mode();
        if (isToHold && mode == PoolMode.OPEN) {
            holds = true;
            pool.mode(PoolMode.HOLDING);
        } else if (!isToHold) {
            holds = false;
            if (mode == PoolMode.HOLDING) {
                pool.mode(PoolMode.OPEN);
            }
        }
    }
}
