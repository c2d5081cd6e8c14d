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
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.webhook.WebhookSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
            // The watch has to have looked once before, as what was is not told as if it happened now.
            for (int i = 0; i < 200 && received.isEmpty(); i++) {
                for (int n = 0; n < 3; n++) {
                    Object unused =
                            gateway.pool("llm").offer(Arrival.of(Caller.of("a", "1.2.3.4"), Priority.NORMAL), PATIENT);
                }
                String next = received.poll(100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    received.add(next);
                }
            }

            String told = received.poll(20, TimeUnit.SECONDS);
            while (told != null && !told.contains("queue.full")) {
                told = received.poll(20, TimeUnit.SECONDS);
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
    void storage_off_gatewayRunsWithoutSending() throws Exception {
        try (Gateway gateway = start("storage: {dir: off}\n")) {
            assertThat(gateway.webhooks()).isEmpty();
            assertThat(gateway.uri().getPort()).isPositive();
        }
    }
}
