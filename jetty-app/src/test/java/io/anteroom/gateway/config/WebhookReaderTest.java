// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.gateway.config.OperatorConfig.Sending;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebhookReaderTest {
    private static final String UPSTREAM = "upstream: {url: 'http://127.0.0.1:8000'}\npools: {llm: {slots: 1}}\n";

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(name -> name.equals("KEY") ? "secret" : null).parse(UPSTREAM + yaml);
    }

    @Test
    void parse_nothing_isTheUsual() throws Exception {
        GatewayConfig config = parse("");

        assertThat(config.operator().sending()).isEqualTo(Sending.USUAL);
        assertThat(config.settings().notices()).isEqualTo(NoticeSettings.DEFAULT);
    }

    @Test
    void parse_everything_isTaken() throws Exception {
        GatewayConfig config = parse("""
                watch: {high-usage-percent: 70, margin-percent: 5, least-interval: 30s, timeouts-every: 10s, stalled-after: 1h}
                webhooks:
                  allow: [10.0.0.0/8, hooks.internal]
                  ports: [443, 9000]
                  key-env: KEY
                  endpoints:
                    ops: {url: 'https://ops.example/x', events: [queue.*, upstream.down], pools: [llm], enabled: false, format: gateflow}
                    all: {url: 'https://all.example/'}
                """);

        Sending sending = config.operator().sending();
        assertThat(sending.allow()).containsExactly("10.0.0.0/8", "hooks.internal");
        assertThat(sending.ports()).isEqualTo(Set.of(443, 9000));
        assertThat(sending.key().orElseThrow().value()).isEqualTo("secret");
        NoticeSettings notices = config.settings().notices();
        assertThat(notices.watch())
                .isEqualTo(
                        new WatchSettings(70, 5, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofHours(1)));
        assertThat(notices.webhooks())
                .isEqualTo(Map.of(
                        "ops",
                        new WebhookSettings(
                                "https://ops.example/x",
                                List.of("queue.*", "upstream.down"),
                                List.of("llm"),
                                false,
                                WebhookFormat.GATEFLOW),
                        "all",
                        WebhookSettings.to("https://all.example/")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webhooks: {allow: [10.0.0.0/33]} | webhooks.allow: 10.0.0.0/33 (expected: an IP block",
                "webhooks: {ports: [0]} | webhooks.ports: 0 (expected: a port from 1 to 65535",
                "webhooks: {key-env: NONE} | webhooks.key-env: NONE (expected: the name of an environment variable that holds the key",
                "webhooks: {key-env: KEY, key-file: x} | webhooks.key-file: x (expected: either key-env or key-file",
                "webhooks: {trust-env: KEY} | webhooks.trust-env: KEY (expected: certificates in PEM",
                "webhooks: {trust-file: nowhere.pem} | webhooks.trust-file: nowhere.pem (expected: a readable file that holds the certificates",
                "webhooks: {endpoint: {}} | webhooks.endpoint: unknown key (expected: did you mean endpoints?",
                "webhooks: {endpoints: {a: {url: 'ftp://a'}}} | webhooks.endpoints.a.url: ftp://a (expected: an address as https",
                "webhooks: {endpoints: {a: {url: 'https://a', events: [queue.fall]}}} | webhooks.endpoints.a.events: queue.fall (expected: *",
                "webhooks: {endpoints: {a: {url: 'https://a', format: xml}}} | webhooks.endpoints.a.format: xml (expected: cloudevents or",
                "watch: {high-usage-percent: 10, margin-percent: 10} | watch.margin-percent: 10 (expected: from 0 to less than",
                "watch: {stalled-after: 1ms} | watch.stalled-after: 1ms (expected: a time from 1s to",
            })
    void parse_oneMistake_isTold(String yaml, String expected) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));

        assertThat(e.problems()).singleElement().asString().contains(expected);
    }
}
