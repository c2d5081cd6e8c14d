// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoutesTest {
    private final LocalPools pools = new LocalPools(System::nanoTime);
    private final Pool one = pools.open("one", PoolSettings.ofSlots(1));
    private final Pool two = pools.open("two", PoolSettings.ofSlots(1));
    private final Pool three = pools.open("three", PoolSettings.ofSlots(1));

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void byPath_exactThenLongestPrefix() {
        Routes routes = new Routes(Map.of("/v1/*", one, "/v1/chat/*", two, "/v1/chat/x", three), Map.of());

        assertThat(routes.byPath("/v1/chat/x")).isSameAs(three);
        assertThat(routes.byPath("/v1/chat/y")).isSameAs(two);
        assertThat(routes.byPath("/v1/chat")).isSameAs(two);
        assertThat(routes.byPath("/v1/other")).isSameAs(one);
        assertThat(routes.byPath("/v1")).isSameAs(one);
        assertThat(routes.byPath("/v10")).isNull();
        assertThat(routes.byPath("/")).isNull();
    }

    @Test
    void byPath_star_takesTheRest() {
        assertThat(new Routes(Map.of("*", one, "/a", two), Map.of()).byPath("/b"))
                .isSameAs(one);
        assertThat(new Routes(Map.of("/*", one), Map.of()).byPath("/b")).isSameAs(one);
    }

    @Test
    void byModel_exactThenLongestPrefix() {
        Routes routes = new Routes(Map.of("*", one), Map.of("gpt-*", two, "gpt-4", three));

        assertThat(routes.byModel("gpt-4")).isSameAs(three);
        assertThat(routes.byModel("gpt-5")).isSameAs(two);
        assertThat(routes.byModel("llama")).isNull();
        assertThat(routes.byModel(null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "/a*b", "/a*", ""})
    void paths_unreadable_areRefused(String pattern) {
        assertThatThrownBy(() -> new Routes(Map.of(pattern, one), Map.of()))
                .hasMessage("routes: " + pattern + " (expected: /exact, /prefix/* or *)");
    }

    @Test
    void log_hostileText_staysOnOneLine() {
        assertThat(Log.oneLine("a\r\nb\u001b[31m\u2028")).isEqualTo("a\\u000d\\u000ab\\u001b[31m\\u2028");
        assertThat(Log.oneLine("x".repeat(600))).hasSize(503);
    }

    @Test
    void identity_secret_isHashed() {
        assertThat(Identity.ofSecret("abc").flow()).isEqualTo("key-ba7816bf8f01cfea414140de5dae2223");
        assertThatThrownBy(() -> new Identity("a\nb")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Identity("")).isInstanceOf(IllegalArgumentException.class);
    }
}
