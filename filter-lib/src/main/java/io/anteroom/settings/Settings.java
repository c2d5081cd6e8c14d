// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.PoolSettings;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that operators edit while requests are under way, as one document. Immutable, and right as a whole: what
 * does not fit together cannot be made. {@link SettingsText} is its JSON form.
 *
 * @param pools the pools by name, at least one
 * @param routes pools by path: {@code /exact}, {@code /prefix/*} or {@code *}; what fits none passes without waiting
 * @param models pools by model: {@code exact}, {@code prefix*} or {@code *}; stronger than the path
 * @param callers who is known, their groups, and the policy of all others
 * @param limits rate limits, budgets and prices for everybody
 * @param retention how much of the past is kept
 * @param notices what deserves attention, and who is told of it
 */
public record Settings(
        Map<String, PoolSettings> pools,
        Map<String, String> routes,
        Map<String, String> models,
        Callers.Snapshot callers,
        RateSettings limits,
        Retention retention,
        NoticeSettings notices) {

    /**
     * Copies the maps, keeping their order, and checks that everything fits together.
     *
     * @throws SettingsException with all problems
     */
    public Settings {
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        routes = Collections.unmodifiableMap(new LinkedHashMap<>(routes));
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        List<SettingsProblem> problems = SettingsChecks.problems(pools, routes, models, callers.byName());
        problems.addAll(SettingsChecks.strayWebhooks(pools, notices.webhooks()));
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    /** One pool that takes all requests, callers whom nobody knows, no limits. */
    public static Settings of(String pool, PoolSettings settings) {
        return new Settings(
                Map.of(pool, settings),
                Map.of("*", pool),
                Map.of(),
                Callers.Snapshot.of(CallerPolicy.DEFAULT),
                RateSettings.NONE,
                Retention.DEFAULT,
                NoticeSettings.DEFAULT);
    }

    /** The same with this pool, in place of the one that had its name. */
    public Settings withPool(String name, PoolSettings settings) {
        Map<String, PoolSettings> changed = new LinkedHashMap<>(pools);
        changed.put(name, settings);
        return new Settings(changed, routes, models, callers, limits, retention, notices);
    }

    /** The same without a pool and the routes to it. */
    public Settings withoutPool(String name) {
        Map<String, PoolSettings> fewer = new LinkedHashMap<>(pools);
        fewer.remove(name);
        return new Settings(
                fewer,
                others(routes, name),
                others(models, name),
                callers,
                limits,
                retention,
                withoutPool(notices, name));
    }

    private static Map<String, String> others(Map<String, String> routes, String pool) {
        Map<String, String> others = new LinkedHashMap<>(routes);
        others.values().removeIf(pool::equals);
        return others;
    }

    /** A webhook that was told of that pool alone goes with it: of all pools it must not be told unasked. */
    private static NoticeSettings withoutPool(NoticeSettings notices, String pool) {
        Map<String, WebhookSettings> webhooks = new LinkedHashMap<>();
        notices.webhooks().forEach((name, webhook) -> {
            List<String> left = webhook.pools().stream()
                    .filter(other -> !other.equals(pool))
                    .toList();
            if (webhook.pools().isEmpty() || !left.isEmpty()) {
                webhooks.put(name, webhook.withPools(left));
            }
        });
        return new NoticeSettings(notices.watch(), webhooks);
    }

    /** The same with this route, in place of the one that had its path. */
    public Settings withRoute(String path, String pool) {
        Map<String, String> changed = new LinkedHashMap<>(routes);
        changed.put(path, pool);
        return new Settings(pools, changed, models, callers, limits, retention, notices);
    }

    /** The same with this route of a model, in place of the one that it had. */
    public Settings withModel(String model, String pool) {
        Map<String, String> changed = new LinkedHashMap<>(models);
        changed.put(model, pool);
        return new Settings(pools, routes, changed, callers, limits, retention, notices);
    }

    /** The same with other callers. */
    public Settings withCallers(Callers.Snapshot callers) {
        return new Settings(pools, routes, models, callers, limits, retention, notices);
    }

    /** The same with other limits. */
    public Settings withLimits(RateSettings limits) {
        return new Settings(pools, routes, models, callers, limits, retention, notices);
    }

    /** The same with another retention. */
    public Settings withRetention(Retention retention) {
        return new Settings(pools, routes, models, callers, limits, retention, notices);
    }

    /** The same with other notices. */
    public Settings withNotices(NoticeSettings notices) {
        return new Settings(pools, routes, models, callers, limits, retention, notices);
    }
}
