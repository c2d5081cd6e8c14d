// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How a plan is sent.
 *
 * @param order who goes first in the gateway
 * @param earlyRefusal whether it refuses at once what would wait too long
 * @param onFull what it does when the queue is full
 * @param maxWaiting how many may wait
 * @param stream whether answers come token by token
 * @param target an outside gateway instead of our own
 * @param modelPort where the model server listens, 0 for a free port; an outside gateway must lead to it
 * @param warmUp for how long other requests are sent before, which are not measured
 */
public record ReplaySettings(
        Order order,
        boolean earlyRefusal,
        OnFull onFull,
        int maxWaiting,
        boolean stream,
        Optional<URI> target,
        int modelPort,
        Duration warmUp) {
    /** Weighted order, early refusal, a queue without end. */
    public static final ReplaySettings DEFAULT = new ReplaySettings(
            Order.WEIGHTED, true, OnFull.REJECT, 1_000_000, false, Optional.empty(), 0, Duration.ZERO);
}
