// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.event.Notice;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GatewayWebhooksTest {
    private static final Waiter PATIENT = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    @TempDir
    private Path folder;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private HttpServer receiver;

    @BeforeEach
    void open() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                received.add(exchange.getRequestHeaders().getFirst("webhook-signature") + " " + body);
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
    }

    @AfterEach
    void close() {
        receiver.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    }

    private Gateway start(String storage) throws Exception {
        Path file = folder.resolve("anteroom.yaml");
        Files.writeString(
                file,
                "upstream: {url: 'http://127.0.0.1:1'}\nlisten: {port: 0}\nadmin: {port: 0}\n"
                        + "pools: {llm: {slots: 1, max-waiting: 1}}\n" + storage
                        + "webhooks: {allow: [127.0.0.1], ports: ["
                        + receiver.getAddress().getPort()
                        + "], endpoints: {ops: {url: '" + url() + "', events: ['queue.*'], format: gateflow}}}\n");
        return Gateway.start(ConfigReader.read(file));
    }

    @Test
    void queue_full_isToldToTheWebhookOfTheFile() throws Exception {
        try (Gateway gateway = start("")) {
            assertThat(gateway.webhooks()).isPresent();
            // The watch has to have looked once before, as what was is not told as if it happened now; the first look
            // tells
            // of high usage.
            String told = null;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
            while ((told == null || !told.contains("queue.full")) && System.nanoTime() - end < 0) {
                for (int n = 0; n < 3; n++) {
                    Object unused =
                            gateway.pool("llm").offer(Arrival.of(Caller.of("a", "1.2.3.4"), Priority.NORMAL), PATIENT);
                }
                told = received.poll(100, TimeUnit.MILLISECONDS);
            }
            assertThat(told)
                    .startsWith("v1,")
                    .contains("{\"event\":\"queue.full\",\"timestamp\":\"20", "\"pool\":\"llm\"", "\"max_size\":1");
        }
    }

    @Test
    void edit_addressInside_isRefusedWithTheRule() throws Exception {
        try (Gateway gateway = start("")) {
            Revision now = gateway.desk().current();
            var notices = now.settings().notices();

            EditResult refused = gateway.desk()
                    .edit(
                            now.settings()
                                    .withNotices(notices.with(
                                            "meta",
                                            WebhookSettings.to("https://169.254.169.254:"
                                                    + receiver.getAddress().getPort() + "/"))),
                            now.number(),
                            "alice",
                            "");

            assertThat(refused).isInstanceOf(EditResult.Invalid.class);
            SettingsProblem problem = ((EditResult.Invalid) refused).problems().get(0);
            assertThat(problem.path()).isEqualTo("webhooks.meta.url");
            assertThat(problem.toString()).contains("link-local (169.254.0.0/16)", "webhooks.allow");
            assertThat(gateway.desk()
                            .edit(now.settings().withNotices(notices.without("ops")), now.number(), "alice", ""))
                    .isInstanceOf(EditResult.Applied.class);
        }
    }

    @Test
    void watch_editedWhileItRuns_countsFromTheNextLookOn() throws Exception {
        try (Gateway gateway = start("")) {
            for (int i = 0; i < 2; i++) {
                Object unused =
                        gateway.pool("llm").offer(Arrival.of(Caller.of("a", "1.2.3.4"), Priority.NORMAL), PATIENT);
            }
            assertThat(received.poll(3, TimeUnit.SECONDS))
                    .as("of what stood still by then")
                    .satisfiesAnyOf(
                            told -> assertThat(told).isNull(),
                            told -> assertThat(told).doesNotContain("queue.stalled"));
            Revision now = gateway.desk().current();
            WatchSettings usual = now.settings().notices().watch();
            WatchSettings quick = new WatchSettings(
                    usual.highUsagePercent(),
                    usual.marginPercent(),
                    usual.leastInterval(),
                    usual.timeoutsEvery(),
                    WatchSettings.SHORTEST);

            EditResult edited = gateway.desk()
                    .edit(
                            now.settings()
                                    .withNotices(new NoticeSettings(
                                            quick, now.settings().notices().webhooks())),
                            now.number(),
                            "alice",
                            "");

            assertThat(edited).isInstanceOf(EditResult.Applied.class);
            String told = received.poll(20, TimeUnit.SECONDS);
            while (told != null && !told.contains("queue.stalled")) {
                told = received.poll(20, TimeUnit.SECONDS);
            }
            assertThat(told).isNotNull();
        }
    }

    @Test
    void meters_ofWebhooks_tellAttemptsAndWhatWaits() throws Exception {
        try (Gateway gateway = start("")) {
            gateway.events().on(new Notice(Notice.QUEUE_FULL, "llm", Map.of()));
            assertThat(received.poll(20, TimeUnit.SECONDS)).contains("queue.full");

            String delivered = "anteroom_webhook_attempts_total{outcome=\"delivered\",webhook=\"ops\"} 1.0";
            String scrape = scrape(gateway, delivered);

            assertThat(scrape)
                    .contains(delivered)
                    .contains("anteroom_webhook_attempts_total{outcome=\"failed\",webhook=\"ops\"} 0.0")
                    .contains("anteroom_webhook_off{webhook=\"ops\"} 0.0")
                    .contains("anteroom_webhook_dropped_total 0.0")
                    .contains("anteroom_storage_trouble{part=\"webhooks\"} 0.0")
                    .containsPattern("anteroom_webhook_waiting\\{webhook=\"ops\"} \\d")
                    .contains("anteroom_upstream_state{group=\"", "state=\"up\"", "state=\"open\"")
                    .contains("anteroom_upstream_requests_total{group=\"", "anteroom_upstream_running{group=\"");
            Revision now = gateway.desk().current();
            gateway.desk()
                    .edit(
                            now.settings().withNotices(now.settings().notices().without("ops")),
                            now.number(),
                            "alice",
                            "");
            assertThat(scrapeUntil(gateway, text -> !text.contains("webhook=\"ops\"")))
                    .doesNotContain("webhook=\"ops\"");
        }
    }

    private static String scrape(Gateway gateway, String wanted) throws Exception {
        return scrapeUntil(gateway, text -> text.contains(wanted));
    }

    /** The meters, as soon as they are as wanted, or as they are after 20 s. */
    private static String scrapeUntil(Gateway gateway, Predicate<String> wanted) throws Exception {
        URI metrics = URI.create(gateway.adminUri().orElseThrow() + "/metrics");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String text;
        do {
            text = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } while (!wanted.test(text) && System.nanoTime() - end < 0);
        return text;
    }

    @Test
    void storage_off_gatewayRunsWithoutSending() throws Exception {
        try (Gateway gateway = start("storage: {dir: off}\n")) {
            assertThat(gateway.webhooks()).isEmpty();
            assertThat(gateway.uri().getPort()).isPositive();
        }
    }
}
