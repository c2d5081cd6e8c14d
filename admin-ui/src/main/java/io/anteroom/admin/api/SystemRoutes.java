// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Authentication;
import io.anteroom.admin.store.Role;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.StoreException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Health, the API's own document, the cluster, the backends. */
final class SystemRoutes {
    private static final String CLUSTER = "cluster";
    private static final String UPSTREAMS = "upstreams";

    private final Access access;
    private final SettingsDesk desk;
    private final ClusterView cluster;
    private final UpstreamView upstreams;
    private final Supplier<Map<String, Object>> document;

    SystemRoutes(
            Access access,
            SettingsDesk desk,
            ClusterView cluster,
            UpstreamView upstreams,
            Supplier<Map<String, Object>> document) {
        this.access = access;
        this.desk = desk;
        this.cluster = cluster;
        this.upstreams = upstreams;
        this.document = document;
    }

    /** How the administration itself is. */
    record Health(
            @Field("ok, set_up_required or degraded") String status,

            @Field("what is the matter, for those who are logged in") @Nullable String detail) {}

    /** All backends. */
    record UpstreamList(List<UpstreamView.Upstream> upstreams) {}

    List<Route> routes() {
        return List.of(
                Route.open(
                                "GET",
                                "/health",
                                "Tells whether the administration works; in detail to whoever is logged in.")
                        .answers(200, Health.class)
                        .by(this::health),
                Route.open("GET", "/openapi.json", "This document.").by(call -> Reply.of(document.get())),
                Route.of("GET", "/cluster", CLUSTER, Role.VIEWER, "Shows the servers that share the pools.")
                        .answers(200, ClusterView.State.class)
                        .by(call -> Reply.of(cluster.state())),
                Route.of("GET", "/upstreams", UPSTREAMS, Role.VIEWER, "Lists the backends.")
                        .answers(200, UpstreamList.class)
                        .by(call -> Reply.of(new UpstreamList(upstreams.all()))),
                action("drain", "Sends a backend nothing new.", upstreams::drain),
                action("undrain", "Sends a backend requests again.", upstreams::undrain),
                action("reset", "Closes a backend's breaker.", upstreams::reset));
    }

    private Route action(String verb, String summary, Predicate<String> action) {
        return Route.of("POST", "/upstreams/{upstream}/" + verb, UPSTREAMS, Role.OPERATOR, summary)
                .answers(200, UpstreamView.Upstream.class)
                .by(call -> act(call, verb, action));
    }

    private Reply act(Call call, String verb, Predicate<String> action) {
        String id = call.name("upstream");
        if (!action.test(id)) {
            throw ApiProblem.missing("upstream: unknown");
        }
        call.audit("upstream." + verb, id, "");
        return Reply.of(upstreams.all().stream()
                .filter(upstream -> upstream.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiProblem.missing("upstream: gone meanwhile")));
    }

    private Reply health(Call call) {
        String trouble = desk.trouble();
        try {
            if (access.needsSetUp()) {
                return Reply.of(new Health("set_up_required", null));
            }
            boolean isKnown = access.authenticate(call.request(), false) instanceof Authentication.Known;
            return Reply.of(new Health(trouble == null ? "ok" : "degraded", isKnown ? trouble : null));
        } catch (StoreException e) {
            return Reply.of(new Health("degraded", null));
        }
    }
}
