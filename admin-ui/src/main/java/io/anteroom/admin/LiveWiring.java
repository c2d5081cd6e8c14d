// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin;

import io.anteroom.Anteroom;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.AnalyticsBuilder;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.UpstreamView;
import io.anteroom.admin.web.Guard;
import io.anteroom.admin.web.live.LiveSources;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.servlet.Requests;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the live pages are given of an anteroom.
 *
 * @param anteroom what is looked at
 * @param cluster the servers
 * @param upstreams the backends
 * @param clock what time it is
 * @param nanoClock for durations
 */
record LiveWiring(
        Anteroom anteroom, ClusterView cluster, UpstreamView upstreams, InstantSource clock, LongSupplier nanoClock) {

    LiveSources sources(@Nullable Analytics counts, Running running, Guard guard) {
        Callers callers = anteroom.parts().callers();
        return new LiveSources(
                anteroom.pools(),
                counts,
                cluster,
                upstreams,
                AnalyticsBuilder.naming(flow -> name(callers, flow)),
                new Facts(anteroom.requests()),
                running,
                Pool::cancel,
                guard,
                clock,
                nanoClock);
    }

    private record Facts(Requests requests) implements LiveSources.Facts {
        @Override
        public LiveSources.Facts.@Nullable Known find(String pool, long ticket) {
            Requests.Facts known = requests.find(pool, ticket);
            return known == null ? null : new LiveSources.Facts.Known(known.id(), known.model());
        }

        @Override
        public void learn(String pool, List<WaitingTicket> waiting) {
            requests.learn(pool, waiting);
        }
    }

    private static @Nullable String name(Callers callers, String flow) {
        return flow.isEmpty()
                ? null
                : callers.find(new Identity(flow)).map(KnownCaller::name).orElse(null);
    }
}
