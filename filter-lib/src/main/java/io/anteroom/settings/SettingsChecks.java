// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.PoolSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.webhook.WebhookSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What no part of the document can check alone. */
final class SettingsChecks {
    private SettingsChecks() {}

    /** Everything that does not fit together. */
    static List<SettingsProblem> problems(
            Map<String, PoolSettings> pools,
            Map<String, String> routes,
            Map<String, String> models,
            Map<String, KnownCaller> callers) {
        List<SettingsProblem> problems = new ArrayList<>();
        if (pools.isEmpty()) {
            problems.add(new SettingsProblem("pools", "none", "at least one"));
        }
        routes(problems, "routes", routes, pools);
        routes(problems, "models", models, pools);
        Map<Identity, String> owners = new HashMap<>();
        callers.forEach((name, caller) -> {
            String owner = owners.putIfAbsent(caller.identity(), name);
            if (owner != null) {
                problems.add(new SettingsProblem(
                        "callers." + name + "." + Difference.KEY_HASH, "that of " + owner, "each key once"));
            }
            if (!caller.name().equals(name)) {
                problems.add(new SettingsProblem("callers." + name, "a caller named " + caller.name(), "its own name"));
            }
        });
        return problems;
    }

    private static void routes(
            List<SettingsProblem> problems, String key, Map<String, String> routes, Map<String, PoolSettings> pools) {
        routes.forEach((pattern, pool) -> {
            if (!pools.containsKey(pool)) {
                String expected = "one of " + String.join(", ", pools.keySet());
                problems.add(new SettingsProblem(key + "." + pattern, pool, expected));
            }
        });
    }

    /** The pools that webhooks name and nobody has described. */
    static List<SettingsProblem> strayWebhooks(Map<String, PoolSettings> pools, Map<String, WebhookSettings> webhooks) {
        List<SettingsProblem> problems = new ArrayList<>();
        webhooks.forEach((name, webhook) -> webhook.pools().stream()
                .filter(pool -> !pools.containsKey(pool))
                .forEach(pool -> problems.add(new SettingsProblem(
                        "webhooks." + name + ".pools", pool, "one of " + String.join(", ", pools.keySet())))));
        return problems;
    }

    /** The groups that callers name and nobody has described. */
    static List<SettingsProblem> missingGroups(Map<String, KnownCaller> callers, Map<String, CallerPolicy> groups) {
        List<SettingsProblem> problems = new ArrayList<>();
        callers.forEach((name, caller) -> {
            String group = caller.group();
            if (group != null && !groups.containsKey(group)) {
                String expected = groups.isEmpty()
                        ? "null, as there are no groups"
                        : "one of " + String.join(", ", groups.keySet());
                problems.add(new SettingsProblem("callers." + name + ".group", group, expected));
            }
        });
        return problems;
    }
}
