// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import io.anteroom.admission.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Told what happens to each request, on the thread where it happens, which is often the pool's own: it must be quick
 * and must not block. What it throws is logged and otherwise ignored.
 */
@FunctionalInterface
public interface QueueListener {
    /** Something happened. */
    void on(QueueEvent event);

    /**
     * A request waits with this ticket, which can be asked where it stands; told before its {@code QUEUED}. Asking
     * costs time under the pool's lock, so that nothing is asked here unless somebody wants to know.
     */
    default void waits(String requestId, Ticket ticket) {}

    /**
     * A request has arrived, told before anything that happens to it. Whoever wants to follow just this one answers a
     * listener for it, which is told its events and no others, after everybody else.
     */
    default @Nullable QueueListener arrives(Arriving request) {
        return null;
    }
}
