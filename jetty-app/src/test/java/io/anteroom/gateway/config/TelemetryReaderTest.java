// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.gateway.config.GatewayConfig.LogFormat;
import io.anteroom.gateway.config.OperatorConfig.Telemetry;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The blocks {@code metrics} and {@code tracing}, and the form of the log. */
final class TelemetryReaderTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("GOOD", "0123456789abcdef", "SHORT", "123");

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(ENVIRONMENT::get).parse("upstream: {url: 'http://127.0.0.1:1'}\n" + yaml);
    }

    @Test
    void nothingSaid_metricsForLoopback_noTraces() throws Exception {
        assertThat(parse("").operator().telemetry()).isEqualTo(Telemetry.USUAL);
        assertThat(parse("").log().format()).isEqualTo(LogFormat.TEXT);
    }

    @Test
    void everyKey_isRead() throws Exception {
        GatewayConfig config = parse("""
                metrics: {enabled: false, token-env: GOOD}
                tracing: {otlp-endpoint: 'http://127.0.0.1:4318/v1/traces', sample: 0.25, service: gate}
                log: {format: json}
                """);

        Telemetry telemetry = config.operator().telemetry();
        assertThat(telemetry.metrics()).isFalse();
        assertThat(telemetry.metricsToken().orElseThrow().value()).isEqualTo("0123456789abcdef");
        assertThat(telemetry.tracing())
                .contains(new OperatorConfig.Tracing(URI.create("http://127.0.0.1:4318/v1/traces"), 0.25, "gate"));
        assertThat(config.log().format()).isEqualTo(LogFormat.JSON);
    }

    @Test
    void everyBound_isRefusedByName() {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> parse("""
                        metrics: {enabled: maybe, token-env: SHORT}
                        tracing: {otlp-endpoint: 'ftp://127.0.0.1', sample: 2}
                        log: {format: xml}
                        """));

        assertThat(refused.getMessage())
                .contains("metrics.enabled: maybe")
                .contains("metrics.token-env: SHORT (expected: the name of an environment variable that holds a token")
                .contains("tracing.otlp-endpoint: ftp://127.0.0.1 (expected: an address as http://127.0.0.1:4318")
                .contains("tracing.sample: 2 (expected: a share from 0 to 1, as 0.1)")
                .contains("log.format: xml (expected: json or text)");
        assertThat(catchThrowableOfType(ConfigException.class, () -> parse("tracing: {sample: 0.5}"))
                        .getMessage())
                .contains("tracing.sample: 0.5 (expected: only together with otlp-endpoint)");
    }
}
