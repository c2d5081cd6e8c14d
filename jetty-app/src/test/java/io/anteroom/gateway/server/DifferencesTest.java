// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DifferencesTest {
    private static GatewayConfig parse(String more) throws Exception {
        return new ConfigReader(name -> "0123456789abcdef0123456789abcdef")
                .parse("upstream: {url: 'http://a'}\nnode: a\n" + more);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "storage: {dir: elsewhere} | storage",
                "settings: {source: file} | settings",
                "admin: {enabled: true} | admin",
                "metrics: {enabled: false} | metrics",
                "tracing: {otlp-endpoint: 'http://t/v1/traces'} | tracing",
                "cluster: {members: [a]} | cluster"
            })
    void untilRestart_namesWhatHasChanged(String changed, String name) throws Exception {
        assertThat(Differences.untilRestart(parse(""), parse(changed))).containsExactly(name);
    }

    @Test
    void untilRestart_fallback_isNamed_butNotItsBackends() throws Exception {
        GatewayConfig began = parse("pools: {llm: {fallback: {upstream: 'http://b', model: m}}}");
        GatewayConfig moved = parse("pools: {llm: {fallback: {upstream: 'http://c', model: m}}}");

        assertThat(Differences.untilRestart(began, moved)).isEmpty();
        assertThat(Differences.untilRestart(began, parse("pools: {llm: {}}"))).contains("pools.*.fallback");
    }
}
