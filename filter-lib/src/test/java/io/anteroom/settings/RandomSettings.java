// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Allowance;
import io.anteroom.rate.Budget;
import io.anteroom.rate.CalendarPeriod;
import io.anteroom.rate.Limit;
import io.anteroom.rate.OnLimit;
import io.anteroom.rate.OnStoreFailure;
import io.anteroom.rate.Price;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.Refill;
import io.anteroom.rate.Scope;
import io.anteroom.rate.Unit;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.CallerPolicy.Rights;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Settings that differ from the usual ones in every leaf, by a seed. */
public final class RandomSettings {
    private final RandomGenerator random;

    private RandomSettings(RandomGenerator random) {
        this.random = random;
    }

    /** Settings that are right. */
    public static Settings of(RandomGenerator random) {
        return new RandomSettings(random).settings();
    }

    private Settings settings() {
        Map<String, PoolSettings> pools = new LinkedHashMap<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            pools.put("pool-" + i, pool());
        }
        Map<String, CallerPolicy> groups = new LinkedHashMap<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            groups.put("Gruppe \"" + i + "\"", policy(Access.OPEN));
        }
        Map<String, KnownCaller> callers = new LinkedHashMap<>();
        for (int i = 0; i <= random.nextInt(5); i++) {
            String name = "caller \u00e9" + i;
            callers.put(name, caller(name, List.copyOf(groups.keySet())));
        }
        CallerPolicy others = policy(random.nextBoolean() ? Access.OPEN : Access.UNKNOWN);
        Map<String, String> routes = new LinkedHashMap<>();
        Map<String, String> models = new LinkedHashMap<>();
        for (String path : new String[] {"*", "/*", "/v1/*", "/v1/chat"}) {
            if (random.nextBoolean()) {
                routes.put(path, "pool-0");
                models.put("m" + path.replace("*", "") + "-x", "pool-0");
            }
        }
        return new Settings(
                pools,
                routes,
                models,
                new Callers.Snapshot(callers, groups, others),
                rates(),
                new Retention(
                        1 + random.nextInt(10_000),
                        Duration.ofDays(1 + random.nextInt(3650)),
                        Duration.ofDays(1 + random.nextInt(3650))),
                new NoticeSettings(watch(), webhooks()));
    }

    private WatchSettings watch() {
        int high = 1 + random.nextInt(100);
        return new WatchSettings(high, random.nextInt(high), upToADay(), upToADay(), upToADay());
    }

    private Duration upToADay() {
        return millis(86_399_000).plusSeconds(1);
    }

    private Map<String, WebhookSettings> webhooks() {
        Map<String, WebhookSettings> webhooks = new LinkedHashMap<>();
        for (int i = 0; i < random.nextInt(4); i++) {
            webhooks.put(
                    "hook." + i,
                    new WebhookSettings(
                            "https://hook-" + random.nextInt(9) + ".example.com:8443/a?b=c%20d",
                            random.nextBoolean() ? List.of("*") : List.of("queue.*", "upstream.down"),
                            random.nextBoolean() ? List.of() : List.of("pool-0"),
                            random.nextBoolean(),
                            any(WebhookFormat.values())));
        }
        return webhooks;
    }

    private PoolSettings pool() {
        Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            levels.put(
                    priority,
                    new LevelSettings(1 + random.nextInt(1000), millis(86_400_000), limit(0), random.nextInt(51)));
        }
        return new PoolSettings(
                random.nextInt(1_000_001),
                any(Order.values()),
                levels,
                random.nextInt(10_000_001),
                random.nextLong(Long.MAX_VALUE),
                new CallerLimits(limit(0), limit(1)),
                new CallerLimits(limit(0), limit(1)),
                any(OnFull.values()),
                random.nextBoolean(),
                millis(30L * 86_400_000));
    }

    private KnownCaller caller(String name, List<String> groups) {
        StringBuilder hash = new StringBuilder();
        while (hash.length() < 64) {
            hash.append("0123456789abcdef".charAt(random.nextInt(16)));
        }
        boolean isGrouped = !groups.isEmpty() && random.nextBoolean();
        return new KnownCaller(
                name,
                hash.toString(),
                random.nextBoolean() ? "" : "ar-12345",
                isGrouped ? groups.get(random.nextInt(groups.size())) : null,
                orNull(() -> policy(Access.OPEN)),
                random.nextBoolean(),
                orNull(() -> Instant.ofEpochMilli(random.nextLong(1L << 42))));
    }

    private CallerPolicy policy(Access access) {
        Priority priority = any(Priority.values());
        Priority highest = Priority.values()[random.nextInt(priority.ordinal() + 1)];
        return new CallerPolicy(
                priority,
                highest,
                orNull(() -> millis(86_400_000)),
                1 + random.nextInt(1000),
                orNull(() -> new CallerLimits(limit(0), limit(1))),
                new Rights(random.nextBoolean(), random.nextBoolean(), random.nextBoolean()),
                new Allowance(limits(), budgets()),
                access);
    }

    private RateSettings rates() {
        List<Price> prices = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            prices.add(new Price("m" + i + "*", random.nextLong(1_000_000_000_001L), random.nextLong(1000)));
        }
        return new RateSettings(limits(), budgets(), prices, random.nextInt(1_000_001), any(OnStoreFailure.values()));
    }

    private List<Limit> limits() {
        List<Limit> limits = new ArrayList<>();
        for (int i = 0; i < random.nextInt(4); i++) {
            Duration per = millis(31L * 86_400_000 - 1).plusMillis(1);
            long amount = 1 + random.nextLong(Math.min(1_000_000_000_000L, per.toNanos()));
            limits.add(new Limit(
                    "limit." + i,
                    any(new Unit[] {Unit.REQUESTS, Unit.TOKENS}),
                    scopes(),
                    amount,
                    per,
                    random.nextBoolean() ? amount : 1 + random.nextLong(1_000_000_000_000L),
                    any(Refill.values()),
                    any(OnLimit.values()),
                    orNull(() -> "llama*")));
        }
        return limits;
    }

    private List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            budgets.add(new Budget(
                    "budget_" + i,
                    any(Unit.values()),
                    scopes(),
                    1 + random.nextLong(1_000_000_000_000_000L),
                    any(CalendarPeriod.values()),
                    random.nextBoolean() ? List.of() : List.of(50, 1 + random.nextInt(100))));
        }
        return budgets;
    }

    private Set<Scope> scopes() {
        Set<Scope> scopes = new HashSet<>();
        for (Scope scope : Scope.values()) {
            if (random.nextBoolean()) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private int limit(int min) {
        return random.nextBoolean() ? Integer.MAX_VALUE : min + random.nextInt(1000);
    }

    private Duration millis(long most) {
        return Duration.ofMillis(random.nextLong(most + 1));
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> @Nullable T orNull(Supplier<T> value) {
        return random.nextBoolean() ? null : value.get();
    }
}
