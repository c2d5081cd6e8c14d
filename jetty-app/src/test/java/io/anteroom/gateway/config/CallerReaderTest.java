// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.admission.CallerLimits;
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
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.CallerPolicy.Rights;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers, groups, limits, budgets and prices as they are written in the file. */
final class CallerReaderTest {
    private static final String UPSTREAM = "upstream: {url: 'http://127.0.0.1:8000'}\n";
    private static final String HASH = "ab".repeat(32);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(name -> null).parse(UPSTREAM + yaml);
    }

    private static List<String> problems(String yaml) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));
        return e == null
                ? List.of()
                : e.problems().stream().map(ConfigProblem::toString).toList();
    }

    @Test
    void limits_everyKey_isTaken() throws Exception {
        RateSettings settings = parse("""
                limits:
                  - {name: key-requests, requests: 60, per: 1m}
                  - {name: tokens, by: [key, model], tokens: 40000, per: 1h, burst: 60000, refill: interval,
                     on-limit: queue, models: 'llama*'}
                  - {name: everybody, by: all, requests: 1000, per: 1s}
                budgets:
                  - {name: month, tokens: 1000000, soft-percent: [80, 50]}
                  - {name: money, by: ip, cost: 12.50, per: day}
                prices:
                  - {models: 'llama*', input: 0.15, output: 0.6}
                  - {models: '*', input: 0, output: 0}
                limiting: {usual-output: 100, on-store-failure: closed}
                """).limits();

        assertThat(settings.limits())
                .containsExactly(
                        Limit.requests("key-requests", 60, MINUTE),
                        Limit.tokens("tokens", 40_000, Duration.ofHours(1))
                                .countedBy(Scope.KEY, Scope.MODEL)
                                .withBurst(60_000)
                                .withRefill(Refill.INTERVAL)
                                .onLimit(OnLimit.QUEUE)
                                .forModels("llama*"),
                        Limit.requests("everybody", 1000, Duration.ofSeconds(1)).countedBy());
        assertThat(settings.budgets())
                .containsExactly(
                        Budget.tokens("month", 1_000_000, CalendarPeriod.MONTH).withSoftPercent(50, 80),
                        Budget.cost("money", 12_500_000, CalendarPeriod.DAY).countedBy(Scope.IP));
        assertThat(settings.prices()).containsExactly(new Price("llama*", 150_000, 600_000), new Price("*", 0, 0));
        assertThat(settings.usualOutput()).isEqualTo(100);
        assertThat(settings.onStoreFailure()).isEqualTo(OnStoreFailure.FAIL_CLOSED);
    }

    @Test
    void callers_everyKey_isTaken_andGroupsAreInherited() throws Exception {
        Callers.Snapshot snapshot = parse("""
                groups:
                  free: {priority: low, max-running: 2, may-shed: false, limits: [{name: rpm, requests: 5, per: 1m}]}
                callers:
                  - {name: plain, key-sha256: %s, group: free}
                  - {name: own, key-sha256: %s, key-prefix: ar-12345, group: free, disabled: true,
                     expires: '2027-01-31T00:00:00Z', highest-priority: normal, longest-wait: 2m, weight: 4,
                     max-waiting: 7, may-fallback: false, sees-depth: false, limits: [{name: tpm, tokens: 9, per: 1m}]}
                others: {only-known: true}
                """.formatted(HASH, "cd".repeat(32))).callers();

        Limit rpm = Limit.requests("rpm", 5, MINUTE);
        CallerPolicy free = new CallerPolicy(
                Priority.LOW,
                Priority.LOW,
                null,
                1,
                new CallerLimits(50, 2),
                new Rights(true, false, true),
                Allowance.of(rpm),
                Access.OPEN);
        assertThat(snapshot.groups()).containsOnlyKeys("free").containsEntry("free", free);
        KnownCaller plain = snapshot.byName().get("plain");
        assertThat(plain.policy()).as("follows its group").isNull();
        assertThat(plain.expires()).isNull();
        KnownCaller own = snapshot.byName().get("own");
        assertThat(own.policy())
                .isEqualTo(new CallerPolicy(
                        Priority.LOW,
                        Priority.NORMAL,
                        Duration.ofMinutes(2),
                        4,
                        new CallerLimits(7, 2),
                        new Rights(false, false, false),
                        Allowance.of(Limit.tokens("tpm", 9, MINUTE), rpm),
                        Access.OPEN));
        assertThat(own.isDisabled()).isTrue();
        assertThat(own.prefix()).isEqualTo("ar-12345");
        assertThat(own.expires()).isEqualTo(Instant.parse("2027-01-31T00:00:00Z"));
        assertThat(new Callers(snapshot).of(Optional.empty()).access()).isEqualTo(Access.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            limits: [{requests: 5}]                                  | limits[0].name: missing
            limits: [{name: a, requests: 5}, {name: a, requests: 5}] | limits[1].name: a (expected: a name
            limits: [{name: a}]                                      | limits[0].requests: missing (expected: either
            limits: [{name: a, requests: 1, tokens: 1}]              | limits[0].tokens: 1 (expected: either
            limits: [{name: a, requests: 0}]                         | limits[0].requests: 0 (expected: a whole number
            limits: [{name: a, requests: 5, per: 32d}]               | limits[0].per: 32d (expected: a time from
            limits: [{name: a, tokens: 2000000, per: 1ms}]           | limits[0].per: 1ms (expected: a longer time
            limits: [{name: a, requests: 5, by: [key, user]}]        | limits[0].by: user (expected: key, ip, model
            limits: [{name: a, requests: 5, models: 'a*b'}]          | limits[0].models: a*b (expected: a model
            limits: [{name: a, requests: 5, on-limit: wait}]         | limits[0].on-limit: wait (expected: queue or reject)
            budgets: [{name: a, cost: 1.1234567}]                    | budgets[0].cost: 1.1234567 (expected: an amount
            budgets: [{name: a, tokens: 1, cost: 1}]                 | budgets[0].cost: 1 (expected: either
            budgets: [{name: a, tokens: 1, soft-percent: 101}]       | budgets[0].soft-percent: 101
            prices: [{input: 1}]                                     | prices[0].models: missing
            groups: {a: {priority: high, highest-priority: low}}     | groups.a.highest-priority: low (expected: at least
            callers: [{key-sha256: x, group: g}]                     | callers[0].group: g (expected: one of
            others: {limits: [{name: 'A b', requests: 1}]}           | others.limits[0].name: A b
            """)
    void mistakes_areTold(String yaml, String problem) {
        assertThat(problems(yaml)).anyMatch(one -> one.contains(problem));
    }
}
