// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.standardwebhooks.Webhook;
import io.anteroom.Anteroom;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.AccessSettings;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.MemoryAccessStore;
import io.anteroom.admin.store.MemoryAuditTrail;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.AdminPages;
import io.anteroom.admin.web.FakeGuard;
import io.anteroom.admin.web.HostileStrings;
import io.anteroom.admin.web.PageServer;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Tab;
import io.anteroom.admin.web.access.Again;
import io.anteroom.admin.web.webhooks.WebhookPages;
import io.anteroom.admin.webhook.Delivery.State;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookSettings;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators make webhooks on pages, and see how deliveries went: real sending, to a receiver on loopback. */
final class WebhookPagesTest {
    private static final Settings SEED = Settings.of(
                    "llm", PoolSettings.ofSlots(0).withQueue(5, 1 << 20))
            .withPool("embeddings", PoolSettings.ofSlots(1));

    @TempDir
    private Path directory;

    private final Events events = new Events();
    private final Anteroom anteroom = Anteroom.builder().settings(SEED).build();
    private SettingsDesk desk =
            SettingsDesk.open(new MemoryStore(), anteroom.parts(), InstantSource.system(), SEED, "anteroom.yaml");
    private Receiver receiver;
    private Database database;
    private Webhooks webhooks;
    private boolean isSending = true;
    private PageServer server;

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
        database = Database.inDirectory(directory);
        webhooks = Webhooks.builder(
                        database,
                        SecretBoxTest.BOX,
                        () -> desk.current().settings().notices())
                .events(events)
                .guard(SendGuard.of(List.of("127.0.0.1"), Set.of(receiver.port())))
                .start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        webhooks.close();
        database.close();
        receiver.close();
        anteroom.close();
    }

    private Tab open(Role role) throws Exception {
        serve(role);
        return Tab.open(server.base());
    }

    private void serve(Role role) throws Exception {
        if (server != null) {
            server.close();
        }
        Access access = new Access(
                AccessSettings.DEFAULT,
                new MemoryAccessStore(),
                new MemoryAuditTrail(),
                directory.resolve("set-up.token"),
                InstantSource.system(),
                System::nanoTime);
        Site site = Site.builder(new FakeGuard(role))
                .identity(new Site.Identity("staging", "node-a", "0.1.0", () -> ""))
                .add(new WebhookPages(
                        desk, () -> isSending ? Optional.of(webhooks) : Optional.empty(), new Again(access)))
                .build();
        server = new PageServer(new AdminPages(site));
    }

    private WebhookSettings ops() {
        return desk.current().settings().notices().webhooks().get("ops");
    }

    private void add(WebhookSettings webhook) {
        Settings now = desk.current().settings();
        desk.edit(
                now.withNotices(now.notices().with("ops", webhook)),
                desk.current().number(),
                "grace",
                "");
    }

    private List<State> states() {
        return webhooks.deliveries("ops", null, Long.MAX_VALUE, 200).stream()
                .map(Delivery::state)
                .toList();
    }

    private void fillTheQueue() {
        for (int i = 0; i < 7; i++) {
            anteroom.pool("llm").offer(Arrival.of(Caller.of("k" + i, "192.0.2." + i), Priority.NORMAL), new Waiter() {
                @Override
                public void admitted(Lease lease) {}

                @Override
                public void refused(Refusal refusal) {}
            });
        }
    }

    private static void verify(String secret, Receiver.Received received) throws Exception {
        Map<String, List<String>> headers = new HashMap<>();
        received.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        new Webhook(secret)
                .verify(
                        received.body(),
                        HttpHeaders.of(headers, (name, value) -> true).map());
    }

    @Test
    void aWebhookIsMade_theQueueFills_queueFullArrivesSigned_andIsSeen() throws Exception {
        QueueWatch watch =
                new QueueWatch(anteroom.pools(), events, () -> WatchSettings.DEFAULT, () -> true, System::nanoTime);
        watch.look();
        try (watch;
                Tab tab = open(Role.ADMIN)) {
            tab.go("/webhooks");
            assertThat(tab.text()).contains("No webhooks yet");
            tab.checkLooks("webhooks/empty");
            tab.page().getByText("New webhook").click();
            tab.checkLooks("webhooks/new");
            tab.fill("Name", "ops").fill("Address", receiver.url());
            tab.press("Make the webhook");
            String secret = tab.page().locator("#secret").innerText();
            tab.checkLooks("webhooks/secret");

            fillTheQueue();
            watch.look();

            Await.until(
                    "queue.full",
                    () -> receiver.received.stream()
                            .anyMatch(each -> each.body().contains("queue.full")));
            verify(secret, receiver.received.get(0));
            Await.until("its log", () -> states().contains(State.DELIVERED));
            tab.page().getByText("I have copied it").click();
            assertThat(tab.text()).contains("queue.full", "Delivered").doesNotContain(secret);
            tab.page().locator("tbody a").first().click();
            assertThat(tab.text()).contains("Status 204", "llm", "1 attempt");
            tab.checkLooks("webhooks/delivery");
        }
    }

    @Test
    void mistakes_areTold_andNothingIsLost() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/new-webhook");
            tab.page().evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)");
            tab.fill("Name", "a b").fill("Address", "ftp://example.com/");
            tab.page().getByLabel("quota.exhausted").check();
            tab.press("Make the webhook");
            assertThat(tab.text()).contains("an address as https://example.com/hook", "letter or digit first");
            assertThat(tab.page().getByLabel("quota.exhausted").isChecked()).isTrue();
            tab.check();
            tab.fill("Name", "ops").fill("Address", "http://10.0.0.1/hook").press("Make the webhook");
            assertThat(tab.text()).contains("field needs another value");
            assertThat(ops()).isNull();
        }
    }

    @Test
    void failures_areSeen_resent_recovered_andSwitchedOn() throws Exception {
        add(WebhookSettings.to(receiver.url()));
        receiver.answering((exchange, number) -> Receiver.text(exchange, 500, "<b onmouseover=alert(1)>no</b>"));
        try (Tab tab = open(Role.OPERATOR)) {
            tab.go("/webhooks/ops");
            tab.press("Send a test event");
            Await.until("the failure", () -> states().equals(List.of(State.FAILED)));
            tab.go("/webhooks/ops");
            assertThat(tab.text()).contains("Failing", "status 500").doesNotContain("Remove…", "New secret…");
            tab.checkLooks("webhooks/failing");
            tab.page().locator("tbody a").first().click();
            assertThat(tab.text()).contains("Status 500", "<b onmouseover=alert(1)>no</b>");
            receiver.answering(204);
            tab.press("Send again");
            Await.until("it arrives", () -> states().equals(List.of(State.DELIVERED)));
            assertThat(receiver.received.get(1).header("webhook-id"))
                    .isEqualTo(receiver.received.get(0).header("webhook-id"));

            receiver.answering(410);
            events.on(new Notice(Notice.QUEUE_FULL, "llm", Map.of("pool", "llm")));
            Await.until("switched off", () -> webhooks.state("ops").offSince() != null);
            tab.go("/webhooks/ops");
            assertThat(tab.text()).contains("Switched off", "nothing is sent to it");
            tab.checkLooks("webhooks/off");
            receiver.answering(204);
            tab.press("Switch on");
            assertThat(webhooks.state("ops").isSent()).isTrue();
            tab.press("Recover");
            Await.until("all", () -> states().stream().allMatch(State.DELIVERED::equals));
            tab.go("/webhooks/ops/deliveries?state=failed");
            assertThat(tab.text()).contains("No delivery stands so.");
            tab.go("/webhooks/ops/deliveries");
            tab.check();
            assertThat(tab.go("/webhooks/ops/secret").status()).isEqualTo(403);
        }
    }

    @Test
    void secret_rotated_isShownOnce_andBothSign() throws Exception {
        add(WebhookSettings.to(receiver.url()));
        String former = webhooks.reveal("ops");
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/webhooks/ops");
            tab.page().getByText("New secret…").click();
            tab.page().locator("dialog[open]").getByText("For 24 hours").waitFor();
            tab.press("Make a new secret");
            String secret = tab.page().locator("#secret").innerText();
            assertThat(tab.text()).contains("For 24 hours");
            webhooks.test("ops");
            Await.until("it arrives", () -> receiver.received.size() == 1);
            verify(secret, receiver.received.get(0));
            verify(former, receiver.received.get(0));
            assertThat(tab.go("/webhooks/ops").text()).doesNotContain(secret);
        }
    }

    @Test
    void twoWindows_meetTheConflict_andOneIsRemoved() throws Exception {
        add(WebhookSettings.to(receiver.url()).withEvents("queue.*"));
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/webhooks/ops");
            add(WebhookSettings.to(receiver.url()).withEvents("*").withEnabled(false));
            tab.page().getByLabel("node.left").check();
            tab.page().getByLabel("embeddings").check();
            tab.press("Save");
            assertThat(tab.text()).contains("Somebody else was quicker", "queue.*, node.left", "by grace");
            tab.checkLooks("webhooks/conflict");
            tab.press("Save");
            assertThat(ops().events()).containsExactly("queue.*", "node.left");
            assertThat(ops().pools()).containsExactly("embeddings");
            assertThat(ops().enabled()).isTrue();
            tab.page().getByText("Remove…").click();
            tab.page()
                    .locator("dialog[open]")
                    .getByText("its secret is forgotten")
                    .waitFor();
            tab.press("Remove the webhook");
            assertThat(ops()).isNull();
        }
    }

    @Test
    void viewers_seeNoQueryAndChangeNothing_filesAreFollowed_andNobodySending_isSaid() throws Exception {
        add(WebhookSettings.to(receiver.url() + "?token=secret&x=" + "y".repeat(300)));
        isSending = false;
        try (Tab tab = open(Role.VIEWER)) {
            tab.go("/webhooks");
            assertThat(tab.text()).contains("Nothing is sent here", "/…").doesNotContain("secret&");
            tab.go("/webhooks/ops");
            assertThat(tab.page().content()).doesNotContain("token=secret");
            assertThat(tab.go("/webhooks/ops/deliveries").status()).isEqualTo(503);
        }
        isSending = true;
        desk = SettingsDesk.following(
                "anteroom.yaml",
                anteroom.parts(),
                InstantSource.system(),
                desk.current().settings());
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/webhooks/ops");
            assertThat(tab.text()).contains("Read only", "token=secret").doesNotContain("Save");
            tab.page().setViewportSize(390, 844);
            tab.check();
            assertThat(tab.go("/new-webhook").status()).isEqualTo(409);
        }
    }

    @Test
    void hostileSubjects_areText_andAllWorksWithoutScripts() throws Exception {
        add(WebhookSettings.to(receiver.url()));
        for (String name : HostileStrings.NAMES) {
            events.on(new Notice(Notice.QUEUE_FULL, name, Map.of("pool", name, "text", name)));
        }
        Await.until("all", () -> states().size() == HostileStrings.NAMES.size());
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/webhooks/ops/deliveries");
            assertThat(tab.page().locator("tbody td[data-label=About] .text").allTextContents())
                    .contains(HostileStrings.NAMES.get(0), HostileStrings.NAMES.get(1));
            tab.page().setViewportSize(390, 844);
            tab.check();
        }
        try (Tab tab = Tab.withoutScripts(server.base())) {
            tab.go("/webhooks/ops");
            tab.page()
                    .getByLabel("Enabled", new Page.GetByLabelOptions().setExact(true))
                    .uncheck();
            tab.press("Save");
            assertThat(ops().enabled()).isFalse();
        }
    }
}
