// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.UpstreamView;
import io.anteroom.admin.web.Guard;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Pools;
import io.anteroom.admission.WaitingTicket;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the live pages look at.
 *
 * @param pools the pools
 * @param analytics what happened, or null if nobody counts
 * @param cluster the servers
 * @param upstreams the backends
 * @param names what callers are called, by their flows
 * @param facts what is known of requests that wait
 * @param running how many requests of callers run
 * @param cancel ends a wait
 * @param guard tells whether a session lasts that watches
 * @param clock what time it is
 * @param nanoClock for durations
 */
public record LiveSources(
        Pools pools,
        @Nullable Analytics analytics,
        ClusterView cluster,
        UpstreamView upstreams,
        UnaryOperator<String> names,
        Facts facts,
        Running running,
        Cancel cancel,
        Guard guard,
        InstantSource clock,
        LongSupplier nanoClock) {

    /** What is known of requests that wait. Safe from any thread. */
    @FunctionalInterface
    public interface Facts {
        /** Whose turn a ticket is, or null if this server does not know; quick. */
        @Nullable Known find(String pool, long ticket);

        /** Has {@link #find} know what other servers know of these; waits for a call to them at most. */
        default void learn(String pool, List<WaitingTicket> waiting) {}

        /** A request: its id, and the model that it asks for, or null. */
        record Known(String id, @Nullable String model) {}
    }

    /** Ends a wait, and tells its caller why. */
    @FunctionalInterface
    public interface Cancel {
        /** False if that ticket does not wait. */
        boolean cancel(Pool pool, long ticket, String reason);
    }
}
