// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterParamsTest {
    private record Config(Map<String, String> params) implements FilterConfig {
        @Override
        public String getFilterName() {
            return "anteroom";
        }

        @Override
        public ServletContext getServletContext() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getInitParameter(String name) {
            return params.get(name);
        }

        @Override
        public Enumeration<String> getInitParameterNames() {
            return Collections.enumeration(params.keySet());
        }
    }

    private static Anteroom read(Map<String, String> params) throws ServletException {
        return FilterParams.read(new Config(params)).anteroom();
    }

    @Test
    void read_onlySlots_everythingElseIsDefault() throws ServletException {
        try (Anteroom anteroom = read(Map.of("slots", "8"))) {
            assertThat(anteroom.pool("default").settings()).isEqualTo(PoolSettings.ofSlots(8));
        }
    }

    @Test
    void read_everyPoolKey_isMapped() throws ServletException {
        Map<String, String> params = Map.ofEntries(
                Map.entry("pools", "gpu, cpu"),
                Map.entry("slots", "8"),
                Map.entry("cpu.slots", "2"),
                Map.entry("gpu.order", "strict"),
                Map.entry("gpu.on-full", "shed_lowest"),
                Map.entry("gpu.early-refusal", "false"),
                Map.entry("gpu.longest-run", "10m"),
                Map.entry("gpu.max-waiting", "64"),
                Map.entry("gpu.max-waiting-bytes", "2MiB"),
                Map.entry("gpu.key-max-waiting", "1"),
                Map.entry("gpu.key-max-running", "2"),
                Map.entry("gpu.ip-max-waiting", "3"),
                Map.entry("gpu.ip-max-running", "4"),
                Map.entry("gpu.weight.low", "3"),
                Map.entry("gpu.max-waiting.low", "7"),
                Map.entry("gpu.longest-wait.low", "PT1M"),
                Map.entry("gpu.routes", "/v1/*"),
                Map.entry("cpu.models", "small-*"),
                Map.entry("drain-timeout", "1s"));
        PoolSettings expected = PoolSettings.ofSlots(8)
                .withOrder(Order.STRICT)
                .withOnFull(OnFull.SHED_LOWEST)
                .withEarlyRefusal(false)
                .withLongestRun(Duration.ofMinutes(10))
                .withQueue(64, 2 << 20)
                .withCallers(new CallerLimits(1, 2), new CallerLimits(3, 4))
                .withLevel(Priority.LOW, new LevelSettings(3, Duration.ofMinutes(1), 7, 4));

        FilterParams read = FilterParams.read(new Config(params));

        try (Anteroom anteroom = read.anteroom()) {
            assertThat(anteroom.pool("gpu").settings()).isEqualTo(expected);
            assertThat(anteroom.pool("cpu").settings()).isEqualTo(PoolSettings.ofSlots(2));
            assertThat(read.drainTimeout()).isEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void read_everyDoorKey_isKnown() throws ServletException {
        read(Map.ofEntries(
                        Map.entry("slots", "8"),
                        Map.entry("status", "chunk"),
                        Map.entry("status-on-full", "429"),
                        Map.entry("status-on-timeout", "504"),
                        Map.entry("default.engine-priority", "lower-first"),
                        Map.entry("aliases", "/q=/v1/chat/completions"),
                        Map.entry("routes", "/v1/*, /api/chat"),
                        Map.entry("trusted-proxies", "10.0.0.0/8"),
                        Map.entry("max-buffered-body", "64KiB"),
                        Map.entry("commit-after", "500ms"),
                        Map.entry("heartbeat", "5s"),
                        Map.entry("write-idle", "30s"),
                        Map.entry("wait-strategy", "async"),
                        Map.entry("json-hold", "20s"),
                        Map.entry("hold-place", "30s"),
                        Map.entry("return-grace", "2s"),
                        Map.entry("max-kept", "9"),
                        Map.entry("endpoints", "/q"),
                        Map.entry("default.fallback", "small, /small"),
                        Map.entry("default.fallback-model", "tiny"),
                        Map.entry("default.fallback-most", "4"),
                        Map.entry("default.on-timeout", "fallback"),
                        Map.entry("claim-within", "5s"),
                        Map.entry("max-tickets", "50"),
                        Map.entry("caller-tickets", "5"),
                        Map.entry("force-queue", "true"),
                        Map.entry("probe", "false"),
                        Map.entry("callers-are", "trusted")))
                .close();
    }

    @Test
    void read_fallbackByDefault_withoutOne_isTold() {
        assertThatThrownBy(() -> read(Map.of("slots", "8", "default.on-timeout", "fallback")))
                .hasMessageContaining("default.fallback: missing (expected: a name, and a path if there is one)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "default.fallback", "small", "default.fallback-model", " ")))
                .hasMessageContaining("(expected: a model of 1 to 256 characters)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "default.on-timeout", "retry")))
                .hasMessageContaining("default.on-timeout: retry (expected: one of error, fallback)");
    }

    @Test
    void read_severalMistakes_areToldAtOnce() {
        Map<String, String> params = Map.of(
                "order", "random",
                "max-waiting", "-1",
                "heartbeat", "soon",
                "trusted-proxies", "10.0.0.0/99",
                "slotz", "8");

        assertThatThrownBy(() -> read(params))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("filter anteroom: 6 problems in its init-params:")
                .hasMessageContaining("slots: none for pool default (expected: a number from 0 to 1000000)")
                .hasMessageContaining("order: random (expected: one of weighted, strict, flat, fifo)")
                .hasMessageContaining("max-waiting: -1 (expected: a number from 0 to 10000000)")
                .hasMessageContaining("heartbeat: soon (expected: a duration, such as 500ms, 10s or 5m)")
                .hasMessageContaining("trusted-proxies: 10.0.0.0/99 (expected: ")
                .hasMessageContaining("slotz: 8 (expected: no such key)");
    }

    @Test
    void read_outOfBounds_isRefused() throws ServletException {
        assertThatThrownBy(() -> read(Map.of("slots", "8", "commit-after", "46s")))
                .hasMessageContaining("commit-after: 46s (expected: from 0s to 45s)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "json-hold", "25h")))
                .hasMessageContaining("json-hold: 25h (expected: from 100ms to 24h)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "return-grace", "2h")))
                .hasMessageContaining("return-grace: 2h (expected: from 0s to 1h)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "endpoints", "queue")))
                .hasMessageContaining("endpoints: queue (expected: a path as /queue, or off)");
        read(Map.of("slots", "8", "endpoints", "off")).close();
        assertThatThrownBy(() -> read(Map.of("slots", "8", "default.fallback", "a b")))
                .hasMessageContaining("default.fallback: a b (expected: a name of 1 to 64 of A-Z a-z 0-9 . _ -)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "claim-within", "2h")))
                .hasMessageContaining("claim-within: 2h (expected: from 100ms to 1h)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "routes", "v1")))
                .hasMessageContaining("routes: v1 (expected: /exact, /prefix/* or *)");
        assertThatThrownBy(() -> read(Map.of("slots", "8", "longest-run", "31d")))
                .hasMessageContaining("longest-run: 31d");
    }

    @Test
    void read_mistakesOfEveryKind_areToldAtOnce() {
        Map<String, String> params = Map.ofEntries(
                Map.entry("pools", "gpu, cpu, gpu, a b"),
                Map.entry("slots", "8"),
                Map.entry("commit-after", "60s"),
                Map.entry("heartbeat", "5m"),
                Map.entry("write-idle", "0s"),
                Map.entry("drain-timeout", "-PT1S"),
                Map.entry("max-buffered-body", "2GiB"),
                Map.entry("status-on-full", "504"),
                Map.entry("gpu.longest-run", "721h"),
                Map.entry("gpu.longest-wait.low", "-PT1M"),
                Map.entry("gpu.routes", "v1, /a*b, /x/*, /both"),
                Map.entry("cpu.routes", "/both, *"),
                Map.entry("gpu.models", "a*b, Llama3"),
                Map.entry("cpu.models", "llama3:latest"),
                Map.entry("cpu.fallback", "small, elsewhere"),
                Map.entry("slotz", "8"));

        assertThatThrownBy(() -> read(params))
                .hasMessage(String.join(
                        "\n  ",
                        "filter anteroom: 17 problems in its init-params:",
                        "pools: gpu (expected: each name once)",
                        "pools: a b (expected: names of at most 64 of A-Z a-z 0-9 . _ -)",
                        "gpu.longest-run: 721h (expected: from 0s to 720h)",
                        "gpu.longest-wait.low: -PT1M (expected: from 0s to 24h)",
                        "gpu.routes: v1 (expected: /exact, /prefix/* or *)",
                        "gpu.routes: /a*b (expected: /exact, /prefix/* or *)",
                        "gpu.models: a*b (expected: exact, prefix* or *)",
                        "cpu.routes: /both (expected: one pool for each; it is that of gpu)",
                        "cpu.fallback: small, elsewhere (expected: a path that begins with /)",
                        "cpu.models: llama3:latest (expected: one pool for each; it is that of gpu)",
                        "status-on-full: 504 (expected: 503 or 429)",
                        "max-buffered-body: 2GiB (expected: bytes up to 1024MiB, such as 64KiB or 1MiB)",
                        "commit-after: 60s (expected: from 0s to 45s)",
                        "heartbeat: 5m (expected: from 100ms to 30s)",
                        "write-idle: 0s (expected: from 100ms to 1h)",
                        "drain-timeout: -PT1S (expected: from 0s to 24h)",
                        "slotz: 8 (expected: no such key)"));
    }

    @ParameterizedTest
    @CsvSource({
        "max-waiting-bytes,9000000000,true",
        "max-waiting-bytes,9223372036854775807,true",
        "max-waiting-bytes,8589934591GiB,true",
        "max-waiting-bytes,8589934592GiB,false",
        "max-waiting-bytes,99999999999999999999,false",
        "max-buffered-body,1073741824,true",
        "max-buffered-body,1GiB,true",
        "max-buffered-body,1073741825,false"
    })
    void read_bytes_upToTheBoundThatIsTold(String key, String bytes, boolean isTaken) throws ServletException {
        if (isTaken) {
            read(Map.of("slots", "8", key, bytes)).close();
        } else {
            assertThatThrownBy(() -> read(Map.of("slots", "8", key, bytes)))
                    .hasMessageContaining(key + ": " + bytes + " (expected: bytes")
                    .hasMessageNotContaining("9223372036854775807");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PTM*x", "PT1.2.3*x", "PT9223372036854775807S*x"})
    void read_textThatOnlyLooksLikeADuration_isToldAsItIs(String model) {
        assertThatThrownBy(() -> read(Map.of("slots", "8", "default.models", model)))
                .hasMessageContaining("default.models: " + model + " (expected: exact, prefix* or *)");
    }

    @Test
    void read_routeTwiceInOnePool_isTaken() throws ServletException {
        read(Map.of("slots", "8", "routes", "/v1/*", "default.routes", "/v1/*, /v1/*", "default.models", "a, A"))
                .close();
    }

    @Test
    void build_unknownPool_isRefusedByName() {
        assertThatThrownBy(() -> Anteroom.builder()
                        .pool("llm", PoolSettings.ofSlots(1))
                        .route("/v1/*", "lm")
                        .build())
                .hasMessage("routes: /v1/* to lm (expected: one of [llm])");
        assertThatThrownBy(() -> Anteroom.builder().build()).hasMessage("pools: none (expected: at least one)");
    }

    @Test
    void read_protocolKeysOutOfBounds_areTold() {
        assertThatThrownBy(() -> read(Map.of(
                        "slots", "8",
                        "status", "whitespace",
                        "status-on-full", "500",
                        "status-on-timeout", "430",
                        "aliases", "nonsense")))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("status: whitespace (expected: one of none, comment, chunk, event)")
                .hasMessageContaining("status-on-full: 500 (expected: 503 or 429)")
                .hasMessageContaining("status-on-timeout: 430 (expected: 503, 504 or 429)")
                .hasMessageContaining("aliases: nonsense (expected: /path=/meant)");
    }
}
