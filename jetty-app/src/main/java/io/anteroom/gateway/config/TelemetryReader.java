// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.OperatorConfig.Telemetry;
import io.anteroom.gateway.config.OperatorConfig.Tracing;
import java.net.URI;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code metrics} and {@code tracing}. */
final class TelemetryReader {
    private static final String ENDPOINT = "an address as http://127.0.0.1:4318/v1/traces";
    private static final int SHORTEST_TOKEN = 16;

    private final UnaryOperator<@Nullable String> environment;

    TelemetryReader(UnaryOperator<@Nullable String> environment) {
        this.environment = environment;
    }

    Telemetry read(Section root) {
        Section metrics = root.section("metrics");
        boolean isOn = metrics.yes("enabled", true);
        Optional<Secret> token = metrics.has("token-env") ? token(metrics) : Optional.empty();
        metrics.end();
        Section tracing = root.section("tracing");
        Optional<Tracing> traces = tracing(tracing);
        tracing.end();
        return new Telemetry(isOn, token, traces);
    }

    private Optional<Secret> token(Section section) {
        String value = environment.apply(section.text("token-env", ""));
        if (value == null || value.length() < SHORTEST_TOKEN) {
            section.problem(
                    "token-env",
                    "the name of an environment variable that holds a token of at least " + SHORTEST_TOKEN
                            + " characters");
            return Optional.empty();
        }
        return Optional.of(new Secret(value));
    }

    private static Optional<Tracing> tracing(Section section) {
        double sample = section.scalar("sample", "a share from 0 to 1, as 0.1", 1.0, TelemetryReader::share);
        String service = section.text("service", "anteroom");
        if (!section.has("otlp-endpoint")) {
            for (String key : new String[] {"sample", "service"}) {
                if (section.has(key)) {
                    section.problem(key, "only together with otlp-endpoint");
                }
            }
            return Optional.empty();
        }
        URI endpoint =
                section.scalar("otlp-endpoint", ENDPOINT, URI.create("http://127.0.0.1"), TelemetryReader::address);
        return Optional.of(new Tracing(endpoint, sample, service));
    }

    private static @Nullable Double share(String text) {
        try {
            double share = Double.parseDouble(text);
            return share >= 0 && share <= 1 ? share : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable URI address(String text) {
        try {
            URI address = URI.create(text.strip());
            boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            return isHttp && address.getHost() != null && address.getUserInfo() == null ? address : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
