// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.backend.BackendKind;
import io.anteroom.gateway.config.GatewayConfig.PoolBackend;
import io.anteroom.gateway.config.GatewayConfig.PoolFallback;
import io.anteroom.gateway.config.GatewayConfig.Route;
import io.anteroom.gateway.config.GatewayConfig.Threads;
import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.TicketSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigReaderTest {
    private static final String UPSTREAM = "upstream: {url: 'http://127.0.0.1:8000'}\n";
    private static final String HASH = "ab".repeat(32);

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(name -> "KEY".equals(name) ? "secret" : null).parse(yaml);
    }

    private static List<String> problems(String yaml) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));
        return e == null
                ? List.of()
                : e.problems().stream().map(ConfigProblem::toString).toList();
    }

    @Test
    void parse_onlyAnUpstream_hasDefaultsForTheRest() throws Exception {
        GatewayConfig config = parse(UPSTREAM);

        assertThat(config.listen().host()).isEqualTo("127.0.0.1");
        assertThat(config.listen().port()).isEqualTo(8080);
        assertThat(config.listen().threads()).isEqualTo(Threads.ASYNC);
        assertThat(config.upstream().urls()).containsExactly(URI.create("http://127.0.0.1:8000"));
        assertThat(config.upstream().usual().headers().forwardClientKey()).isFalse();
        assertThat(config.pools()).containsOnlyKeys("llm");
        assertThat(config.pools().get("llm")).isEqualTo(PoolSettings.ofSlots(8));
        assertThat(config.routes()).containsExactly(new Route("/v1/*", "llm"));
        assertThat(config.callers()).isEqualTo(Callers.Snapshot.of(CallerPolicy.DEFAULT));
        assertThat(config.limits()).isEqualTo(RateSettings.NONE);
        assertThat(config.log().access()).isTrue();
        assertThat(ConfigReader.defaults(URI.create("http://127.0.0.1:8000"))).isEqualTo(config);
    }

    @Test
    void parse_backend_isAskedAtTheUpstreamUnlessItSaysWhere() throws Exception {
        GatewayConfig config = parse(UPSTREAM + """

                pools:
                  chat:
                    backend: {kind: llama-cpp}
                  code:
                    backend: {kind: vllm, urls: [http://a:1, http://b:2], every: 5s, adaptive-slots: true, min-slots: 3}
                  none: {}
                routes: [{path: /v1/*, pool: chat}]
                """);

        assertThat(config.backends()).containsOnlyKeys("chat", "code");
        assertThat(config.backends().get("chat"))
                .isEqualTo(new PoolBackend(
                        BackendKind.LLAMA_CPP,
                        List.of(URI.create("http://127.0.0.1:8000")),
                        Duration.ofSeconds(1),
                        false,
                        1));
        assertThat(config.backends().get("code"))
                .isEqualTo(new PoolBackend(
                        BackendKind.VLLM,
                        List.of(URI.create("http://a:1"), URI.create("http://b:2")),
                        Duration.ofSeconds(5),
                        true,
                        3));
    }

    @Test
    void parse_backendWithMistakes_tellsThem() {
        String yaml = "pools:\n  chat:\n    backend: {kind: gpt, every: 100ms, min-slots: 0, slots: 3}\n";

        assertThat(problems(UPSTREAM + "\n" + yaml))
                .anyMatch(text -> text.contains("pools.chat.backend.kind: gpt (expected: llama-cpp or ollama or "))
                .anyMatch(text -> text.contains("pools.chat.backend.every: 100ms (expected: "))
                .anyMatch(text -> text.contains("pools.chat.backend.min-slots: 0 (expected: "))
                .anyMatch(text -> text.contains("pools.chat.backend.slots: unknown key"));
    }

    @Test
    void parse_fallback_isRead() throws Exception {
        GatewayConfig config = parse("upstream: {url: 'http://a', key-env: KEY, forward-client-key: true}\n" + """

                pools:
                  chat:
                    on-timeout: fallback
                    fallback: {upstream: 'http://b:2', model: 'llama:1b', name: small, most: 4}
                  code: {fallback: {model: tiny}}
                  own: {fallback: {upstream: 'https://c', key-env: KEY, forward-client-key: true}}
                  none: {on-timeout: error}
                routes: [{path: /v1/*, pool: chat}]
                """);

        assertThat(config.fallbacks()).containsOnlyKeys("chat", "code", "own");
        PoolFallback chat = config.fallbacks().get("chat");
        assertThat(chat.how()).isEqualTo(new Fallback("small", null, "llama:1b", true, 4));
        assertThat(chat.upstream().orElseThrow().urls()).containsExactly(URI.create("http://b:2"));
        assertThat(chat.upstream().orElseThrow().backends().get(0).key())
                .as("keys of another")
                .isEmpty();
        assertThat(chat.upstream().orElseThrow().headers().forwardClientKey()).isFalse();
        assertThat(config.fallbacks().get("code"))
                .isEqualTo(new PoolFallback(new Fallback("fallback", null, "tiny", false), Optional.empty()));
        PoolFallback own = config.fallbacks().get("own");
        assertThat(own.how()).isEqualTo(new Fallback("fallback", null));
        assertThat(own.upstream()
                        .orElseThrow()
                        .backends()
                        .get(0)
                        .key()
                        .orElseThrow()
                        .value())
                .isEqualTo("secret");
        assertThat(own.upstream().orElseThrow().headers().forwardClientKey()).isTrue();
    }

    @Test
    void parse_protocol_isGatheredFromItsSections() throws Exception {
        GatewayConfig config = parse(UPSTREAM + """

                pools:
                  chat: {engine-priority: lower-first}
                  code: {engine-priority: higher-first}
                routes: [{path: /v1/*, pool: chat}]
                waiting: {status: chunk, status-on-full: 429, status-on-timeout: 504}
                aliases: [{path: /q, to: /v1/chat/completions}]
                """);

        assertThat(config.protocol())
                .isEqualTo(new ProtocolSettings(
                        StatusMode.CHUNK,
                        429,
                        504,
                        Map.of("chat", EnginePriority.LOWER_FIRST, "code", EnginePriority.HIGHER_FIRST),
                        Map.of("/q", "/v1/chat/completions")));
        assertThat(parse(UPSTREAM).protocol()).isEqualTo(ProtocolSettings.DEFAULT);
        assertThat(parse(UPSTREAM + "\naliases: []").protocol().aliases()).isEmpty();
    }

    @Test
    void parse_protocolWithMistakes_tellsThem() {
        String yaml = "pools: {llm: {engine-priority: up}}\n"
                + "waiting: {status: whitespace, status-on-full: 500, status-on-timeout: 408}\n"
                + "aliases: [{path: q, to: /v1/*}, {}]\n";

        assertThat(problems(UPSTREAM + "\n" + yaml))
                .anyMatch(text -> text.contains("pools.llm.engine-priority: up (expected: "))
                .anyMatch(text -> text.contains("waiting.status: whitespace (expected: "))
                .anyMatch(text -> text.contains("waiting.status-on-full: 500 (expected: "))
                .anyMatch(text -> text.contains("waiting.status-on-timeout: 408 (expected: "))
                .anyMatch(text -> text.contains("path: q (expected: a path"))
                .anyMatch(text -> text.contains("to: /v1/* (expected: a path"));
    }

    @Test
    void parse_everyKey_isTaken() throws Exception {
        GatewayConfig config = parse("""
                listen: {host: 0.0.0.0, port: 81, http2: false, threads: async, max-connections: 10, max-head: 4KiB,
                         head-within: 3s, idle: 1m, max-body: 1MB}
                upstream:
                  urls: [http://a:1, 'http://b:2/base/']
                  key-env: KEY
                  forward-client-key: true
                  forward-host: true
                  timeouts: {connect: 1s, first-byte: 2m, idle: 3s, total: 1h}
                pools:
                  chat:
                    slots: 4
                    order: strict
                    levels:
                      high: {weight: 9, longest-wait: 1.5s, max-waiting: 7, floor-percent: 20}
                    max-waiting: 70
                    max-waiting-bytes: 2GiB
                    per-key: {max-waiting: 5, max-running: 2}
                    per-ip: {max-waiting: 6, max-running: 3}
                    on-full: shed
                    early-refusal: false
                    longest-run: 10m
                  other: {}
                routes:
                  - {path: /v1/embeddings, pool: other}
                  - {path: '/*', pool: chat}
                callers:
                  - {name: nightly, key-sha256: %s, priority: low, weight: 3}
                trusted-proxies: [10.0.0.0/8, '::1']
                waiting: {commit-after: 1s, heartbeat: 2s, write-idle: 5s, max-buffered-body: 64KiB,
                          strangers-may-raise: true, json-hold: 20s, hold-place: 30s, return-grace: 3s, max-kept: 5,
                          endpoints: /q, claim-within: 4s, max-tickets: 60, caller-tickets: 6}
                shutdown: {drain: 5s}
                log: {access: false, file: access.log, level: debug}
                """.formatted(HASH.toUpperCase()));

        PoolSettings chat = config.pools().get("chat");
        assertThat(config.pools().keySet()).containsExactly("chat", "other");
        assertThat(chat.slots()).isEqualTo(4);
        assertThat(chat.order()).isEqualTo(Order.STRICT);
        assertThat(chat.onFull()).isEqualTo(OnFull.SHED_LOWEST);
        assertThat(chat.earlyRefusal()).isFalse();
        assertThat(chat.maxWaitingBytes()).isEqualTo(2L << 30);
        assertThat(chat.level(Priority.HIGH).weight()).isEqualTo(9);
        assertThat(chat.level(Priority.HIGH).longestWait()).isEqualTo(Duration.ofMillis(1500));
        assertThat(chat.level(Priority.HIGH).floorPercent()).isEqualTo(20);
        assertThat(chat.level(Priority.LOW)).isEqualTo(PoolSettings.ofSlots(8).level(Priority.LOW));
        assertThat(chat.perKey().maxRunning()).isEqualTo(2);
        assertThat(chat.perIp().maxWaiting()).isEqualTo(6);
        assertThat(chat.longestRun()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.routes()).containsExactly(new Route("/v1/embeddings", "other"), new Route("/*", "chat"));
        KnownCaller nightly = config.callers().byName().get("nightly");
        assertThat(nightly.sha256()).isEqualTo(HASH);
        assertThat(nightly.policy()).isEqualTo(new CallerPolicy(Priority.LOW, Priority.LOW, null, 3, null));
        assertThat(config.listen().maxHead()).isEqualTo(4096);
        assertThat(config.listen().maxBody()).isEqualTo(1_000_000);
        assertThat(config.upstream().urls()).hasSize(2);
        assertThat(config.upstream()
                        .usual()
                        .backends()
                        .get(0)
                        .key()
                        .orElseThrow()
                        .value())
                .isEqualTo("secret");
        assertThat(config.upstream().toString()).doesNotContain("value");
        assertThat(config.upstream().usual().timeouts().total()).isEqualTo(Duration.ofHours(1));
        assertThat(config.trustedProxies()).containsExactly("10.0.0.0/8", "::1");
        assertThat(config.waiting().strangersMayRaise()).isTrue();
        assertThat(config.waiting().places())
                .isEqualTo(new PlaceSettings(Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(3), 5));
        assertThat(config.waiting().tickets()).isEqualTo(new TicketSettings("/q", Duration.ofSeconds(4), 60, 6));
        assertThat(config.shutdown().drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.log().file()).contains(Path.of("access.log"));
    }

    @Test
    void parse_fiveMistakes_tellsFive() {
        List<String> problems = problems("""
                listen:
                  port: 80800
                upstream:
                  url: ftp://model
                pools:
                  llm:
                    slots: eight
                    max_waiting: 10
                    on-full: drop
                """);

        assertThat(problems)
                .containsExactly(
                        "line 2: listen.port: 80800 (expected: a whole number from 0 to 65535)",
                        "line 4: upstream.url: ftp://model (expected: an address as http://127.0.0.1:8000)",
                        "line 7: pools.llm.slots: eight (expected: a whole number from 0 to 1000000)",
                        "line 8: pools.llm.max_waiting: unknown key (expected: did you mean max-waiting?)",
                        "line 9: pools.llm.on-full: drop (expected: reject or shed)");
    }

    @Test
    void parse_nothing_asksForAnUpstream() {
        assertThat(problems(""))
                .containsExactly("line 1: upstream.url: missing (expected: an address as http://127.0.0.1:8000)");
    }

    @Test
    void parse_severalPoolsWithoutRoutes_asksForRoutes() {
        assertThat(problems(UPSTREAM + "pools: {a: {}, b: {}}"))
                .singleElement()
                .asString()
                .contains("routes: missing");
    }

    @Test
    void parse_aKeyTwice_saysSo() {
        assertThat(problems(UPSTREAM + "listen:\n  port: 1\n  port: 2\n"))
                .containsExactly("line 4: listen.port: given twice (expected: each key once)");
    }

    @Test
    void parse_noYaml_namesTheLine() {
        assertThat(problems("upstream: {url: 'http://a'\nlisten: [")).anyMatch(p -> p.contains("valid YAML"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen: 3 | line 2: listen: 3 (expected: a block of keys)",
                "listen: {host: ''} | listen.host: \"\" (expected: a text)",
                "listen: {max-head: 2 TB} | listen.max-head: 2 TB (expected: a size",
                "listen: {idle: 30} | listen.idle: 30 (expected: a time from 1ms to 1d",
                "listen: {http2: maybe} | (expected: false or true)",
                "pools: {a: {levels: {urgent: {}}}} | pools.a.levels.urgent: unknown key (expected: one of",
                "pools: {a: {levels: {high: {weight: 0}}}} | pools.a.levels.high.weight: 0 (expected: a whole number",
                "pools: {A B: {}} | pools.A B: a block (expected: a name of a-z",
                "pools: {a: {on-timeout: fallback}} | pools.a.fallback: missing (expected: a block with an upstream",
                "pools: {a: {on-timeout: retry}} | pools.a.on-timeout: retry (expected: error or fallback)",
                "pools: {a: {fallback: {name: b}}} | pools.a.fallback: a block (expected: a block with an upstream",
                "pools: {a: {fallback: {upstream: b}}} | pools.a.fallback.upstream: b (expected: an address",
                "pools: {a: {fallback: {model: []}}} | pools.a.fallback.model: a list (expected: a name of 1 to",
                "pools: {a: {fallback: {model: b, name: b c}}} | pools.a.fallback.name: b c (expected: a name of 1 to",
                "pools: {a: {fallback: {model: b, most: -1}}} | pools.a.fallback.most: -1 (expected: a whole number",
                "pools: {a: {fallback: {model: b, key-env: KEY}}} | fallback.key-env: KEY (expected: nothing, without",
                "pools: {a: {fallback: {model: b, modle: c}}} | fallback.modle: unknown key (expected: did you mean",
                "routes: [{path: v1, pool: llm}] | routes[0].path: v1 (expected: a path",
                "routes: [{path: /v1/*, pool: x}] | routes[0].pool: x (expected: one of llm)",
                "routes: [{pool: llm}] | routes[0].path: missing",
                "callers: [{name: a}] | callers[0].key-sha256: missing",
                "callers: [{key-sha256: sk-123}] | callers[0].key-sha256: sk-123 (expected: 64 hex",
                "trusted-proxies: [10.0.0.0/33] | trusted-proxies: 10.0.0.0/33 (expected: a network",
                "trusted-proxies: [proxy.test] | trusted-proxies: proxy.test (expected: a network",
                "waiting: {commit-after: 50s} | waiting.commit-after: 50s (expected: a time from 0 to 45s",
                "waiting: {endpoints: queue} | waiting.endpoints: queue (expected: a path as /queue, or off",
                "shutdown: {drain: 2d} | shutdown.drain: 2d (expected: a time from 0 to 1d",
                "log: {level: loud} | log.level: loud (expected: debug or error or info or warn)",
                "polls: {} | polls: unknown key (expected: did you mean pools?)",
            })
    void parse_oneMistake_isTold(String yaml, String expected) {
        assertThat(problems(UPSTREAM + yaml)).singleElement().asString().contains(expected);
    }

    @Test
    void parse_anUnsetVariable_isTold() {
        assertThat(problems("upstream: {url: 'http://a', key-env: NOT_SET}"))
                .singleElement()
                .asString()
                .contains("upstream.key-env: NOT_SET (expected: the name of an environment variable");
    }

    @Test
    void example_inTheDocs_hasNoMistake() throws Exception {
        String example = Files.readString(Path.of("../docs/anteroom.yaml"));

        assertThat(problems(example)).isEmpty();
        assertThat(parse(example).pools()).isNotEmpty();
    }
}
