// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.see;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A webhook is made on the pages, by keyboard alone; the queue of a saturated gateway fills; and the receiver is told.
 */
final class WebhookJourneysTest {
    @TempDir
    private Path folder;

    private record Received(Map<String, List<String>> headers, String body) {}

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private HttpServer receiver;
    private Saturation world;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                received.add(new Received(
                        Map.copyOf(exchange.getRequestHeaders()),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        world = new Saturation();
        gateway = world.start(
                folder,
                "pools: {llm: {slots: 1, max-waiting: 2, levels: {normal: {longest-wait: 300s}}}}\n"
                        + "webhooks: {allow: [127.0.0.1], ports: ["
                        + receiver.getAddress().getPort() + "]}\n");
    }

    @AfterEach
    void stop() {
        world.close();
        receiver.stop(0);
    }

    @Test
    void webhookIsMade_theQueueFills_queueFullArrivesSigned_andIsSeen() throws Exception {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            keys.go('w').follow("New webhook");
            keys.fill("Name", "ops")
                    .fill("Address", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook")
                    .tick("queue.full")
                    .follow("Make the webhook");
            String secret = tab.page().locator("#secret").innerText();
            keys.follow("I have copied it");

            world.ask(gateway, "ada");
            tab.page().waitForCondition(() -> world.served.size() == 1);
            world.ask(gateway, "ada", "two");
            world.ask(gateway, "ada", "three");
            Saturation.untilWaiting(tab, gateway, 2);
            assertThat(world.ask(gateway, "ada", "four")
                            .get(20, TimeUnit.SECONDS)
                            .statusCode())
                    .isEqualTo(503);
            // That the queue is nearly full is told as well.
            Received told = received.poll(30, TimeUnit.SECONDS);
            while (told != null && !told.body().contains("queue.full")) {
                told = received.poll(30, TimeUnit.SECONDS);
            }
            assertThat(told).as("what the receiver got").isNotNull();
            assertThat(told.body())
                    .contains("\"type\":\"queue.full\"", "\"pool\":\"llm\"")
                    .doesNotContain("key-of-ada");
            new Webhook(secret)
                    .verify(
                            told.body(),
                            HttpHeaders.of(told.headers(), (name, value) -> true)
                                    .map());

            tab.page().waitForCondition(() -> {
                keys.go('w').follow("ops");
                return tab.text().contains("queue.full") && tab.text().contains("Delivered");
            });
            keys.follow(Pattern.compile("queue\\.full"));
            see(tab, "main", "Status 204");
            assertThat(tab.text()).contains("1 attempt").doesNotContain(secret);
            tab.check();
        }
    }
}
