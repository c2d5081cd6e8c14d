// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.Delivery.State;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it: real threads, a real database, HTTP on loopback. */
final class WebhooksTest {
    @TempDir
    private Path directory;

    private final Events events = new Events();
    private volatile NoticeSettings settings = NoticeSettings.DEFAULT;
    private Receiver receiver;
    private Database database;
    private Webhooks webhooks;

    @BeforeEach
    void open() throws Exception {
        receiver = new Receiver();
        database = Database.inDirectory(directory);
        settings = settings.with("ops", WebhookSettings.to(receiver.url()));
        webhooks = start();
    }

    private Webhooks start() {
        return Webhooks.builder(database, SecretBoxTest.BOX, () -> settings)
                .events(events)
                .guard(SendGuard.of(List.of("127.0.0.1"), Set.of(receiver.port())))
                .start();
    }

    @AfterEach
    void close() {
        webhooks.close();
        database.close();
        receiver.close();
    }

    @Test
    void notice_told_isDeliveredSignedWithTheSecretThatWasTold() throws Exception {
        String secret = webhooks.reveal("ops");

        events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of("pool", "llm")));

        Await.until("a delivery", () -> receiver.received.size() == 1);
        Receiver.Received received = receiver.received.get(0);
        Map<String, List<String>> headers = new HashMap<>();
        received.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        new Webhook(secret)
                .verify(
                        received.body(),
                        HttpHeaders.of(headers, (name, value) -> true).map());
        Await.until("its log", () -> states().equals(List.of(State.DELIVERED)));
    }

    private List<State> states() {
        return webhooks.deliveries("ops", null, Long.MAX_VALUE, 200).stream()
                .map(Delivery::state)
                .toList();
    }

    @Test
    void test_sentOnce_evenIfItFails() {
        receiver.answering((exchange, number) -> Receiver.text(exchange, 500, "no\nway"));

        String id = webhooks.test("ops");

        Await.until("the failure", () -> states().equals(List.of(State.FAILED)));
        Delivery listed =
                webhooks.deliveries("ops", State.FAILED, Long.MAX_VALUE, 10).get(0);
        assertThat(listed.event().id()).isEqualTo(id);
        Delivery whole = webhooks.delivery("ops", listed.id());
        assertThat(whole.attempts()).hasSize(1);
        assertThat(whole.attempts().get(0).status()).isEqualTo(500);
        assertThat(whole.attempts().get(0).snippet()).isEqualTo("no way");
        assertThat(webhooks.state("ops").failingSince()).isNotNull();
        assertThat(webhooks.state("ops").reason()).isEqualTo("status 500");
    }

    @Test
    void begin_givesUpWhatWaitedForTheFormerOfThatName() throws Exception {
        receiver.answering((exchange, number) -> Receiver.text(exchange, 500, "no way"));
        String unused = webhooks.publish(new Notice(Notice.QUEUE_FULL, "llm", Map.of()), List.of("ops"));
        Await.until("the failure", () -> webhooks.state("ops").failingSince() != null);
        assertThat(states()).containsExactly(State.WAITING);

        String secret = webhooks.begin("ops");

        assertThat(secret).startsWith("whsec_");
        assertThat(states()).containsExactly(State.FAILED);
    }

    @Test
    void test_unknownOrDisabled_isNotSent() {
        settings = settings.with("ops", WebhookSettings.to(receiver.url()).withEnabled(false));

        assertThat(webhooks.test("nobody")).isNull();
        assertThat(webhooks.test("ops")).isNull();
        assertThat(webhooks.state("ops").isSent()).isFalse();
    }

    @Test
    void gone_thenSwitchedOn_resentAndRecovered() {
        receiver.answering(410);
        events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of("pool", "llm")));
        Await.until("switched off", () -> webhooks.state("ops").offSince() != null);
        assertThat(webhooks.state("ops").isSent()).isFalse();
        assertThat(webhooks.test("ops")).isNull();
        receiver.answering(200);

        assertThat(webhooks.switchOn("ops")).isTrue();
        assertThat(webhooks.switchOn("ops")).isFalse();
        assertThat(webhooks.recover("ops", Instant.EPOCH)).isEqualTo(1);

        Await.until("delivered", () -> states().equals(List.of(State.DELIVERED)));
        long id = webhooks.deliveries("ops", null, Long.MAX_VALUE, 1).get(0).id();
        assertThat(webhooks.resend("ops", id)).isTrue();
        assertThat(webhooks.resend("ops", id + 1)).isFalse();
        Await.until("again", () -> receiver.received.size() == 3);
        assertThat(receiver.received.stream()
                        .map(received -> received.header("webhook-id"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void restart_whatWasNotDelivered_isDeliveredThen() {
        webhooks.close();
        webhooks = start();
        webhooks.close();
        // Taken while nobody sends any more, as in the last moment of a server.
        String id = webhooks.publish(new Notice(Notice.QUEUE_FULL, "llm", Map.of()), List.of("ops"));

        webhooks = start();

        Await.until("a delivery", () -> receiver.received.size() == 1);
        assertThat(receiver.received.get(0).header("webhook-id")).isEqualTo(id);
    }

    @Test
    void close_whatWasTaken_isStored() {
        receiver.answering(500);
        for (int i = 0; i < 50; i++) {
            events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of("number", i)));
        }

        webhooks.close();

        assertThat(states()).hasSize(50);
    }

    @Test
    void take_manyWhileNothingIsDelivered_isQuick() {
        receiver.answering((exchange, number) -> {
            throw new java.io.IOException("gone");
        });
        long begun = System.nanoTime();

        for (int i = 0; i < 20_000; i++) {
            events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of("number", i)));
        }

        // Far above what it takes; storing them one by one takes longer by far.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(webhooks.dropped()).isPositive();
    }

    @Test
    void refusal_onSave_saysTheRule() {
        assertThat(webhooks.refusal(WebhookSettings.to("https://10.0.0.1/")))
                .contains("port 443 (expected: one of [" + receiver.port() + "]");
        assertThat(webhooks.refusal(WebhookSettings.to("https://10.0.0.1:" + receiver.port() + "/")))
                .startsWith("blocked by the rule private (10.0.0.0/8) (expected: public addresses");
        assertThat(webhooks.refusal(WebhookSettings.to(receiver.url()))).isNull();
    }

    @Test
    void kept_outOfBounds_isRefused() {
        assertThatThrownBy(() -> Webhooks.builder(database, SecretBoxTest.BOX, () -> settings)
                        .kept(Duration.ofHours(1)))
                .hasMessage("kept: PT1H (expected: from 2 to 366 days)");
    }
}
