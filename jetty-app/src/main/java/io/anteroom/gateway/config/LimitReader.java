// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

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
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads rate limits, budgets and prices. */
final class LimitReader {
    private static final String NAME = "a name of a-z, 0-9, dot, dash and underscore, each once";
    private static final String MODELS = "a model as llama-3, llama* or *";
    private static final Map<String, Scope> SCOPES =
            Map.of("key", Scope.KEY, "ip", Scope.IP, "model", Scope.MODEL, "pool", Scope.POOL);
    private static final Map<String, OnStoreFailure> FAILURES = Map.of(
            "open", OnStoreFailure.FAIL_OPEN, "closed", OnStoreFailure.FAIL_CLOSED, "local", OnStoreFailure.LOCAL);
    private static final long MOST = 1_000_000_000_000L;
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    private LimitReader() {}

    /** The rules for everybody: {@code limits}, {@code budgets}, {@code prices} and {@code limiting}. */
    static RateSettings settings(Section root) {
        Allowance general = allowance(root);
        Section section = root.section("limiting");
        RateSettings settings = new RateSettings(
                general.limits(),
                general.budgets(),
                prices(root.sections("prices")),
                section.count("usual-output", (int) RateSettings.NONE.usualOutput(), 0, 1_000_000),
                section.choice("on-store-failure", RateSettings.NONE.onStoreFailure(), FAILURES));
        section.end();
        return settings;
    }

    /** {@code limits} and {@code budgets} of everybody, a group or a caller. */
    static Allowance allowance(Section section) {
        List<Limit> limits = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Section one : section.sections("limits")) {
            Limit limit = limit(one, name(one, seen));
            one.end();
            if (limit != null) {
                limits.add(limit);
            }
        }
        List<Budget> budgets = new ArrayList<>();
        seen.clear();
        for (Section one : section.sections("budgets")) {
            budgets.add(budget(one, name(one, seen)));
            one.end();
        }
        return new Allowance(limits, budgets);
    }

    private static String name(Section section, Set<String> seen) {
        String otherwise = "unnamed-" + seen.size();
        String name = section.scalar(
                "name",
                NAME,
                otherwise,
                text -> text.matches("[a-z0-9][a-z0-9._-]{0,63}") && !seen.contains(text) ? text : null);
        if (!section.has("name")) {
            section.problem("name", NAME);
        }
        seen.add(name);
        return name;
    }

    private static @Nullable Limit limit(Section section, String name) {
        boolean isTokens = section.has("tokens");
        long amount = section.whole(isTokens ? "tokens" : "requests", 1, 1, MOST);
        if (isTokens == section.has("requests")) {
            section.problem(isTokens ? "tokens" : "requests", "either requests or tokens, a whole number");
        }
        Duration per = section.duration("per", Duration.ofMinutes(1), Duration.ofMillis(1), Duration.ofDays(31));
        if (amount > per.toNanos()) {
            section.problem("per", "a longer time: at most one for each nanosecond");
            return null;
        }
        Limit limit = isTokens ? Limit.tokens(name, amount, per) : Limit.requests(name, amount, per);
        limit = limit.countedBy(by(section))
                .withBurst(section.whole("burst", amount, 1, MOST))
                .withRefill(section.choice(
                        "refill", Refill.SMOOTH, Map.of("smooth", Refill.SMOOTH, "interval", Refill.INTERVAL)))
                .onLimit(section.choice(
                        "on-limit", OnLimit.REJECT, Map.of("reject", OnLimit.REJECT, "queue", OnLimit.QUEUE)));
        return section.has("models") ? limit.forModels(models(section)) : limit;
    }

    private static Budget budget(Section section, String name) {
        boolean isCost = section.has("cost");
        long amount = isCost
                ? section.scalar("cost", "an amount as 12.50", 1L, LimitReader::micros)
                : section.whole("tokens", 1, 1, MOST);
        if (isCost == section.has("tokens")) {
            section.problem(isCost ? "cost" : "tokens", "either tokens or cost");
        }
        CalendarPeriod period = section.choice(
                "per", CalendarPeriod.MONTH, Map.of("day", CalendarPeriod.DAY, "month", CalendarPeriod.MONTH));
        Integer[] soft = section.list("soft-percent", "percents from 1 to 100, at most ten", text -> {
                    Long percent = Scalars.whole(text);
                    return percent == null || percent < 1 || percent > 100 ? null : percent.intValue();
                })
                .toArray(Integer[]::new);
        if (soft.length > 10) {
            section.problem("soft-percent", "percents from 1 to 100, at most ten");
        }
        Budget budget = isCost ? Budget.cost(name, amount, period) : Budget.tokens(name, amount, period);
        return budget.countedBy(by(section)).withSoftPercent(soft.length > 10 ? new Integer[0] : soft);
    }

    /** What is counted apart; {@code all} for nothing. */
    private static Scope[] by(Section section) {
        if (!section.has("by")) {
            return new Scope[] {Scope.KEY};
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        section.list("by", "key, ip, model, pool, a list of these, or all", text -> {
            Scope scope = SCOPES.get(text);
            if (scope != null) {
                scopes.add(scope);
            }
            return scope == null && !text.equals("all") ? null : text;
        });
        return scopes.toArray(Scope[]::new);
    }

    private static List<Price> prices(List<Section> sections) {
        List<Price> prices = new ArrayList<>();
        for (Section section : sections) {
            String models = models(section);
            if (!section.has("models")) {
                section.problem("models", MODELS);
            }
            prices.add(new Price(
                    models,
                    section.scalar("input", "the price of a million tokens as 0.15", 0L, LimitReader::price),
                    section.scalar("output", "the price of a million tokens as 0.60", 0L, LimitReader::price)));
            section.end();
        }
        return prices;
    }

    private static String models(Section section) {
        return models(section, "models");
    }

    static String models(Section section, String key) {
        return section.scalar(
                key, MODELS, "*", text -> text.matches("[^*\\p{Cntrl}]{0,127}\\*|[^*\\p{Cntrl}]{1,128}") ? text : null);
    }

    private static @Nullable Long price(String text) {
        return text.strip().matches("0+(\\.0+)?") ? (Long) 0L : micros(text);
    }

    /** An amount of money in millionths. */
    private static @Nullable Long micros(String text) {
        if (!text.strip().matches("\\d{1,9}(\\.\\d{1,6})?")) {
            return null;
        }
        long micros = new BigDecimal(text.strip())
                .multiply(MILLION)
                .setScale(0, RoundingMode.UNNECESSARY)
                .longValueExact();
        return micros > 0 && micros <= MOST ? micros : null;
    }
}
