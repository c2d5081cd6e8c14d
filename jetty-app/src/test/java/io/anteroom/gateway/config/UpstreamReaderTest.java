// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.config.UpstreamGroup.Breaker;
import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.config.UpstreamGroup.Choice;
import io.anteroom.gateway.config.UpstreamGroup.Headers;
import io.anteroom.gateway.config.UpstreamGroup.Health;
import io.anteroom.gateway.config.UpstreamGroup.Next;
import io.anteroom.gateway.config.UpstreamGroup.Retry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The blocks {@code upstream} and {@code upstreams}: defaults, every key, every bound. */
final class UpstreamReaderTest {
    @TempDir
    private Path files;

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(name -> name.startsWith("KEY") ? name + "-value" : null).parse(yaml);
    }

    private static List<String> problems(String yaml) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));
        return e == null
                ? List.of()
                : e.problems().stream().map(ConfigProblem::toString).toList();
    }

    @Test
    void parse_oneBackend_isLeftAloneAsItWas() throws Exception {
        UpstreamGroup group = parse("upstream: {url: 'http://a:1'}").upstream().usual();

        assertThat(group).isEqualTo(UpstreamGroup.of(group.urls().get(0)));
        assertThat(group.health().isOn()).isFalse();
        assertThat(group.breaker().isOn()).isFalse();
        assertThat(group.retry()).isEqualTo(Retry.DEFAULT);
    }

    @Test
    void parse_namedGroup_isWatched() throws Exception {
        UpstreamGroups groups =
                parse("upstreams: {gpu: {urls: ['http://a:1', 'http://b:2']}}").upstream();

        assertThat(groups.usual().name()).isEqualTo("gpu");
        assertThat(groups.usual().health()).isEqualTo(Health.DEFAULT);
        assertThat(groups.usual().breaker()).isEqualTo(Breaker.DEFAULT);
        assertThat(groups.usual().backends()).extracting(Backend::name).containsExactly("gpu-1", "gpu-2");
    }

    @Test
    void parse_everyKey_isMapped() throws Exception {
        UpstreamGroups groups = parse("""
                upstreams:
                  gpu:
                    backends:
                      - {url: 'http://a:1', name: one, weight: 2, slots: 4, models: {large: llama}, key-env: KEY_A}
                      - {url: 'http://b:2', slots: 8, models: [small, tiny], drain: true}
                    key-env: KEY
                    key-header: x-api-key
                    forward-client-key: true
                    forward-host: true
                    aliases: {gpt-4: large}
                    timeouts: {connect: 1s, first-byte: 2s, idle: 3s, total: 4s}
                    choice: sticky
                    sticky-bytes: 100
                    sticky-percent: 150
                    health: {path: /up, every: 1s, within: 500ms, down-after: 4, up-after: 5, slow-start: 6s}
                    retry: {most: 1, on: [connect, failed], repeatable: [/v1/score, /pure/*], budget-percent: 7, budget-least: 8, backoff: 9ms,
                            longest-backoff: 10ms, peek: 11, peek-within: 12ms}
                    breaker: {failure-percent: 13, slow-percent: 14, slow: 15s, window: 16, least: 15, open: 17s, probes: 18}
                    when-down: hold
                    then: [{group: small, model: tiny}]
                  small: {url: 'http://c:3'}
                pools:
                  a: {upstream: gpu}
                  b: {upstream: small, slots: 3, fallback: {group: gpu}}
                routes: [{path: /a, pool: a}, {path: /b, pool: b}]
                """).upstream();
        UpstreamGroup gpu = groups.groups().get("gpu");

        assertThat(gpu.backends()).extracting(Backend::name).containsExactly("one", "gpu-2");
        assertThat(gpu.backends().get(0).weight()).isEqualTo(2);
        assertThat(gpu.backends().get(0).models()).isEqualTo(Map.of("large", "llama"));
        assertThat(gpu.backends().get(0).key().map(Secret::value)).contains("KEY_A-value");
        assertThat(gpu.backends().get(1).models()).isEqualTo(Map.of("small", "small", "tiny", "tiny"));
        assertThat(gpu.backends().get(1).key().map(Secret::value)).contains("KEY-value");
        assertThat(gpu.backends().get(1).drains()).isTrue();
        assertThat(gpu.slots()).isEqualTo(12);
        assertThat(gpu.headers()).isEqualTo(new Headers("x-api-key", true, true));
        assertThat(gpu.aliases()).isEqualTo(Map.of("gpt-4", "large"));
        assertThat(gpu.timeouts().connect()).isEqualTo(Duration.ofSeconds(1));
        assertThat(gpu.timeouts().total()).isEqualTo(Duration.ofSeconds(4));
        assertThat(gpu.choice()).isEqualTo(new Choice(100, 1.5));
        assertThat(gpu.health())
                .isEqualTo(
                        new Health("/up", Duration.ofSeconds(1), Duration.ofMillis(500), 4, 5, Duration.ofSeconds(6)));
        assertThat(gpu.retry())
                .isEqualTo(new Retry(
                        1,
                        Set.of(Cause.CONNECT, Cause.FAILED),
                        List.of("/v1/score", "/pure/*"),
                        7,
                        8,
                        Duration.ofMillis(9),
                        Duration.ofMillis(10),
                        11,
                        Duration.ofMillis(12)));
        assertThat(gpu.breaker())
                .isEqualTo(new Breaker(13, 14, Duration.ofSeconds(15), 16, 15, Duration.ofSeconds(17), 18));
        assertThat(gpu.holdsWhenDown()).isTrue();
        assertThat(gpu.then()).containsExactly(new Next("small", Optional.of("tiny")));
        assertThat(groups.ofPool("b").name()).isEqualTo("small");
        assertThat(groups.ofFallbacks()).isEqualTo(Map.of("b", "gpu"));
    }

    @Test
    void parse_poolWithoutSlots_hasThoseOfItsBackends() throws Exception {
        GatewayConfig config = parse("""
                upstream: {backends: [{url: 'http://a:1', slots: 3}, {url: 'http://b:1', slots: 4}]}
                pools: {a: {}, b: {slots: 2}}
                routes: [{path: /a, pool: a}]
                """);

        assertThat(config.pools().get("a").slots()).isEqualTo(7);
        assertThat(config.pools().get("b").slots()).isEqualTo(2);
    }

    @Test
    void parse_keyFile_isRead_andNeverShown() throws Exception {
        Path key = Files.writeString(files.resolve("key"), "from-file\n");

        GatewayConfig config = parse("upstream: {url: 'http://a:1', key-file: '" + key + "'}");

        assertThat(config.upstream().usual().backends().get(0).key().map(Secret::value))
                .contains("from-file");
        assertThat(config.toString()).doesNotContain("from-file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | upstreams.g.url: missing (expected: an address",
                "{url: 'http://u:p@a'} | upstreams.g.url: http://u:p@a (expected: an address",
                "{backends: [{name: a}]} | upstreams.g.backends[0].url: missing (expected: an address",
                "{backends: [{url: 'http://a', weight: 0}]} | weight: 0 (expected: a whole number",
                "{backends: [{url: 'http://a', name: x y}]} | name: x y (expected: a name of 1 to 64",
                "{backends: [{url: 'http://a', slots: 1}, {url: 'http://b'}]} | backends: a list (expected: slots for each",
                "{backends: [{url: 'http://a', name: g}, {url: 'http://b', name: g}]} | name: g (expected: a name of",
                "{url: 'http://a', key-env: NONE} | key-env: NONE (expected: the name of an environment variable",
                "{url: 'http://a', key-file: /no/such/file} | key-file: /no/such/file (expected: a file",
                "{url: 'http://a', key-env: KEY, key-file: /no} | key-file: /no (expected: nothing, beside key-env",
                "{url: 'http://a', key-header: cookie} | key-header: cookie (expected: api-key or authorization or",
                "{url: 'http://a', choice: random} | choice: random (expected: least-loaded or sticky",
                "{url: 'http://a', sticky-bytes: 10} | sticky-bytes: 10 (expected: nothing, without choice: sticky",
                "{url: 'http://a', choice: sticky, sticky-percent: 99} | sticky-percent: 99 (expected: a whole number from 100",
                "{url: 'http://a', health: {every: 10ms}} | health.every: 10ms (expected: 0 for never, or a time from 100ms",
                "{url: 'http://a', health: {path: health}} | health.path: health (expected: a path as /health",
                "{url: 'http://a', health: {path: '/health?a={b}'}} | health.path: /health?a={b} (expected: a path as /health",
                "{url: 'http://a', health: {path: '/%zz'}} | health.path: /%zz (expected: a path as /health",
                "{url: 'http://a', health: {path: '/a^b'}} | health.path: /a^b (expected: a path as /health",
                "{url: 'http://a', health: {path: '/a#b'}} | health.path: /a#b (expected: a path as /health",
                "{url: 'http://a', health: {down-after: 0}} | health.down-after: 0 (expected: a whole number from 1",
                "{url: 'http://a', retry: {on: [sometimes]}} | retry.on: sometimes (expected: some of connect, closed",
                "{url: 'http://a', retry: {most: 11}} | retry.most: 11 (expected: a whole number from 0 to 10",
                "{url: 'http://a', retry: {budget-percent: 101}} | retry.budget-percent: 101 (expected: a whole number",
                "{url: 'http://a', breaker: {least: 60}} | breaker.least: 60 (expected: at most the window, 50",
                "{url: 'http://a', breaker: {open: 2h}} | breaker.open: 2h (expected: a time from 1ms to 1h",
                "{url: 'http://a', when-down: wait} | when-down: wait (expected: hold or refuse",
                "{url: 'http://a', then: [{group: h}]} | then: a list (expected: the name of another group",
                "{url: 'http://a', timeouts: {total: -1s}} | timeouts.total: -1s (expected: a time from 0",
                "{url: 'http://a', retri: 3} | upstreams.g.retri: unknown key (expected: did you mean retry?"
            })
    void parse_oneMistake_isTold(String group, String expected) {
        assertThat(problems("upstreams: {g: " + group + "}"))
                .singleElement()
                .asString()
                .contains(expected);
    }

    @Test
    void parse_keyFile_isBesideTheFile() throws Exception {
        Files.writeString(files.resolve("backend.key"), "secret\n");

        GatewayConfig config = new ConfigReader(name -> null, Optional.of(files.resolve("anteroom.yaml")))
                .parse("upstream: {url: 'http://a', key-file: backend.key}");

        assertThat(config.upstream()
                        .usual()
                        .backends()
                        .get(0)
                        .key()
                        .orElseThrow()
                        .value())
                .isEqualTo("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upstreams: {} | upstreams: a block (expected: at least one group",
                "{upstream: {url: 'http://a'}, upstreams: {default: {url: 'http://b'}}} | default: a block (expected: another name",
                "upstreams: {x: {backends: [{name: g-1, url: 'http://a'}]}, g: {urls: ['http://b']}} | g.urls: a list (expected: no other",
                "upstreams: {'A b': {url: 'http://a'}} | upstreams.A b: a block (expected: a name of a-z",
                "{upstream: {url: 'http://a'}, pools: {p: {upstream: x}}} | pools.p.upstream: x (expected: one of default",
                "{upstream: {url: 'http://a'}, pools: {p: {fallback: {group: x}}}} | fallback.group: x (expected: the name of a"
            })
    void parse_oneMistakeBetweenGroups_isTold(String yaml, String expected) {
        assertThat(problems(yaml)).singleElement().asString().contains(expected);
    }
}
