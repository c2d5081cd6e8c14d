// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig;
import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.settings.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What differs between two configurations, for the log. */
final class Differences {
    private static final int TOLD = 20;

    private Differences() {}

    /** The first of them, and how many there are besides. */
    static String told(List<Change> changes) {
        String first = changes.stream().limit(TOLD).map(Change::toString).collect(Collectors.joining("; "));
        return changes.size() <= TOLD ? first : first + "; and " + (changes.size() - TOLD) + " more";
    }

    /** What cannot change while the gateway runs. */
    static List<String> untilRestart(GatewayConfig now, GatewayConfig then) {
        List<String> names = new ArrayList<>();
        add(names, "listen", now.listen(), then.listen());
        add(names, "pools.*.backend", now.backends(), then.backends());
        add(names, "pools.*.fallback", fallbacks(now), fallbacks(then));
        add(names, "trusted-proxies", now.trustedProxies(), then.trustedProxies());
        add(names, "waiting", now.waiting(), then.waiting());
        add(names, "protocol", now.protocol(), then.protocol());
        add(names, "shutdown", now.shutdown(), then.shutdown());
        add(names, "log", now.log(), then.log());
        addOperator(names, now.operator(), then.operator());
        return names;
    }

    /** What counts until then: not which backends there are, which is followed like that of all groups. */
    private static Map<String, List<Object>> fallbacks(GatewayConfig config) {
        Map<String, List<Object>> fallbacks = new HashMap<>();
        config.fallbacks()
                .forEach((pool, fallback) -> fallbacks.put(
                        pool, List.of(fallback.how(), fallback.upstream().map(UpstreamGroup::name))));
        return fallbacks;
    }

    private static void addOperator(List<String> names, OperatorConfig now, OperatorConfig then) {
        add(names, "node", now.node(), then.node());
        add(names, "storage", now.storage(), then.storage());
        add(names, "settings", now.source(), then.source());
        add(names, "admin", now.admin(), then.admin());
        add(names, "webhooks.allow, ports, key or trust", now.sending(), then.sending());
        add(
                names,
                "metrics",
                List.of(now.telemetry().metrics(), now.telemetry().metricsToken()),
                List.of(then.telemetry().metrics(), then.telemetry().metricsToken()));
        add(names, "tracing", now.telemetry().tracing(), then.telemetry().tracing());
        add(names, "cluster", now.cluster(), then.cluster());
    }

    private static void add(List<String> names, String name, Object now, Object then) {
        if (!now.equals(then)) {
            names.add(name);
        }
    }
}
