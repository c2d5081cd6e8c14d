// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.admission.Pool;
import java.time.Duration;

/**
 * Has a pool use only the slots of those of its backends that are available, and hold where that is wanted while none
 * is. Used by one thread at a time.
 */
final class PoolLink {
    /** By which the pool knows what is said of its slots here. */
    private static final String SOURCE = "upstreams";
    /** A cluster that has lost its state has lost what was said as well. */
    private static final long AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Pool pool;
    private int limit = Integer.MAX_VALUE;
    private boolean hasSaid;
    private boolean holds;
    private long saidNanos;

    /** A link that has done nothing yet. */
    PoolLink(Pool pool) {
        this.pool = pool;
    }

    /** Whether it is that very pool, and not one of its name that was made after it. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Pool other) {
        return pool == other;
    }

    /** Follows what can be used of its group. */
    void follow(Group group, long nowNanos) {
        double share = group.usableShare();
        hold(group, share, nowNanos);
        int slots = pool.settings().slots();
        // With nothing available all slots are left: whoever gets one is told so at once, and the queue empties.
        int usable = share >= 1 || share <= 0 ? Integer.MAX_VALUE : Math.max(1, (int) Math.round(slots * share));
        if (usable != limit) {
            limit = usable;
            pool.limitSlots(SOURCE, usable);
        }
    }

    /** Takes back what has been said to a pool that is not followed any more: whoever puts it back begins anew. */
    void takeBack() {
        if (holds) {
            holds = false;
            pool.hold(SOURCE, false);
        }
        if (limit != Integer.MAX_VALUE) {
            limit = Integer.MAX_VALUE;
            pool.limitSlots(SOURCE, limit);
        }
    }

    /**
     * A gateway that has just come takes its backends for well, and does not know: what others have held for want of
     * them it must not let go.
     */
    private void hold(Group group, double share, long nowNanos) {
        boolean mayHold = group.settings().holdsWhenDown();
        boolean isKnown = !mayHold || share <= 0 || group.isSure();
        if (hasSaid || (mayHold && isKnown)) {
            say(isKnown ? mayHold && share <= 0 : holds, nowNanos);
        }
    }

    private void say(boolean isToHold, long nowNanos) {
        if (!hasSaid || isToHold != holds || nowNanos - saidNanos >= AGAIN_NANOS) {
            hasSaid = true;
            holds = isToHold;
            saidNanos = nowNanos;
            pool.hold(SOURCE, isToHold);
        }
    }
}
