// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.anteroom.Anteroom;
import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.settings.SettingsPages;
import io.anteroom.admission.Caller;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import io.anteroom.rate.Limit;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operators edit the settings. */
final class SettingsPagesTest {
    private static final Settings SEED = Settings.of("llm", PoolSettings.ofSlots(8))
            .withPool("embeddings", PoolSettings.ofSlots(4))
            .withLimits(Settings.of("x", PoolSettings.ofSlots(1))
                    .limits()
                    .withLimits(Limit.requests("per-minute", 60, Duration.ofMinutes(1))));

    private final PastRequests past = new PastRequests();
    private final Anteroom anteroom = Anteroom.builder().settings(SEED).build();
    private SettingsDesk desk =
            SettingsDesk.open(new MemoryStore(), anteroom.parts(), InstantSource.system(), SEED, "anteroom.yaml");
    private PageServer server;

    private Tab open(Role role) throws Exception {
        return open(role, Tab.Size.WIDE, ColorScheme.LIGHT);
    }

    private Tab open(Role role, Tab.Size size, ColorScheme scheme) throws Exception {
        serve(role);
        return Tab.open(server.base(), size, scheme);
    }

    private void serve(Role role) throws Exception {
        if (server == null) {
            Site site = Site.builder(new FakeGuard(role))
                    .identity(new Site.Identity("staging", "node-a", "0.1.0", () -> ""))
                    .add(new SettingsPages(desk, past))
                    .build();
            server = new PageServer(new AdminPages(site));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        anteroom.close();
    }

    private static String value(Tab tab, String label) {
        return tab.page()
                .getByLabel(label, new Page.GetByLabelOptions().setExact(true))
                .inputValue();
    }

    private PoolSettings llm() {
        return anteroom.pool("llm").settings();
    }

    private void anHour() {
        for (int i = 0; i < 400; i++) {
            past.on(new QueueEvent(
                    QueueEvent.Kind.RELEASED,
                    "r" + i,
                    "llm",
                    Caller.of("k" + i % 7, "192.0.2.1"),
                    Priority.values()[1 + i % 3],
                    null,
                    Duration.ZERO,
                    0,
                    Duration.ofMillis(800 + i % 900),
                    null));
        }
    }

    @Test
    void aPoolsForm_isReviewedWithAPreview_andPutInForce() throws Exception {
        anHour();
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings");
            tab.page().getByText("llm").first().click();
            tab.fill("Slots", "2").fill("Waiting per key (optional)", "3");
            tab.fill("Normal: longest wait", "7.5");
            tab.press("Review changes");

            assertThat(tab.text())
                    .contains("3 values change", "pools.llm.slots", "pools.llm.per_key.max_waiting", "7500")
                    .contains("What this would have done to llm", "The last 400 requests");
            assertThat(llm().slots()).isEqualTo(8);
            tab.check();
            tab.fill("Why (optional)", "fewer cards tonight");
            tab.press("Put in force as revision 2");

            assertThat(tab.text()).contains("In force as revision 2: 3 values have changed.");
            assertThat(tab.path()).isEqualTo("/settings/pools/llm");
            assertThat(llm().slots()).isEqualTo(2);
            assertThat(llm().perKey().maxWaiting()).isEqualTo(3);
            assertThat(llm().level(Priority.NORMAL).longestWait()).isEqualTo(Duration.ofMillis(7500));
            assertThat(desk.current().by()).isEqualTo("ada");
            assertThat(desk.current().comment()).isEqualTo("fewer cards tonight");
        }
    }

    @Test
    void mistakes_areToldAtTheirFields_andNothingIsLost() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/pools/llm");
            tab.page().evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)");
            tab.fill("Slots", "2000000").fill("Low: floor", "90").fill("High: weight", "");
            tab.fill("Waiting requests", "7");
            tab.press("Review changes");

            assertThat(tab.text())
                    .contains("3 fields need another value; nothing has been changed")
                    .contains("Expected is a whole number from 0 to 1000000 requests.")
                    .contains("Expected is a whole number from 0 to 50 %.");
            assertThat(value(tab, "Waiting requests")).isEqualTo("7");
            assertThat(value(tab, "Slots")).isEqualTo("2000000");
            tab.check();
            assertThat(desk.current().number()).isEqualTo(1);
        }
    }

    @Test
    void twoWindows_meetTheConflict_andNeitherEditIsLost() throws Exception {
        serve(Role.ADMIN);
        try (Tab one = Tab.open(server.base());
                Tab two = Tab.open(server.base())) {
            one.go("/settings/pools/llm");
            two.go("/settings/pools/llm");
            one.fill("Slots", "9").press("Review changes");
            two.fill("Slots", "12").fill("Waiting requests", "5").press("Review changes");
            one.press("Put in force as revision 2");

            two.press("Put in force as revision 2");

            assertThat(two.text())
                    .contains("made revision 2", "while you edited revision 1", "1 value is changed by both of you");
            assertThat(llm().slots()).isEqualTo(9);
            two.check();
            two.press("Put mine on top of theirs");
            assertThat(two.text()).contains("2 values change");
            two.press("Put in force as revision 3");
            assertThat(llm().slots()).isEqualTo(12);
            assertThat(llm().maxWaiting()).isEqualTo(5);
        }
    }

    @Test
    void goingBackToEditing_keepsWhatWasEntered() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/pools/llm");
            tab.fill("Slots", "3").press("Review changes");
            tab.press("Back to editing");
            assertThat(value(tab, "Slots")).isEqualTo("3");
            tab.fill("Waiting requests", "11").press("Review changes");
            assertThat(tab.text()).contains("2 values change");
            tab.press("Put in force as revision 2");
            assertThat(llm().slots()).isEqualTo(3);
        }
    }

    @Test
    void poolsAndLimits_areAddedAndRemoved() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/new-pool");
            tab.fill("Name", "llm").press("Review changes");
            assertThat(tab.text()).contains("There is a pool of that name.");
            tab.fill("Name", "gpu-2").fill("Slots", "5").press("Review changes");
            tab.press("Put in force as revision 2");
            assertThat(anteroom.pool("gpu-2").settings().slots()).isEqualTo(5);

            tab.go("/settings/new-limit");
            tab.fill("Name", "tokens.hourly").fill("Amount", "90000").fill("Period", "3600");
            tab.page().getByLabel("Tokens").check();
            tab.page().getByLabel("each model").check();
            tab.press("Review changes");
            tab.press("Put in force as revision 3");
            Limit limit = desk.current().settings().limits().limits().stream()
                    .filter(one -> one.name().equals("tokens.hourly"))
                    .findFirst()
                    .orElseThrow();
            assertThat(limit.per()).isEqualTo(Duration.ofHours(1));
            assertThat(limit.amount()).isEqualTo(90_000);
            assertThat(limit.by()).hasSize(2);

            tab.go("/settings/limits/tokens.hourly");
            tab.press("Remove this limit…");
            tab.press("Put in force as revision 4");
            tab.go("/settings/pools/gpu-2");
            tab.press("Remove this pool…");
            tab.press("Put in force as revision 5");
            assertThat(desk.current().settings()).isEqualTo(SEED);
        }
    }

    @Test
    void history_leadsBack() throws Exception {
        desk.edit(SEED.withPool("llm", PoolSettings.ofSlots(3)), 1, "grace", "half the cards");
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/history");
            assertThat(tab.text()).contains("grace", "half the cards", "in force");
            tab.check();
            tab.go("/settings/revisions/2");
            assertThat(tab.text()).contains("What it changed of revision 1", "pools.llm.slots");
            tab.check();
            tab.go("/settings/revisions/1");
            tab.press("Go back to this revision…");
            tab.press("Put in force as revision 3");
            assertThat(llm().slots()).isEqualTo(8);
            assertThat(desk.current().comment()).isEqualTo("Back to revision 1");
            assertThat(tab.go("/settings/revisions/77").status()).isEqualTo(404);
        }
    }

    @Test
    void theDocument_isEditedAsText_andTellsEveryMistake() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/document?part=routes");
            tab.fill("JSON", "{\"/v1/*\": \"llm\", \"/e/*\": \"nowhere\"}").press("Review changes");
            assertThat(tab.text()).contains("1 mistake; nothing has been changed", "nowhere");
            tab.fill("JSON", "{\"/v1/*\": \"llm\", \"/e/*\": ").press("Review changes");
            assertThat(tab.text()).contains("This is no JSON", "line 1");
            tab.check();
            tab.fill("JSON", "{\"/v1/*\": \"llm\", \"/e/*\": \"embeddings\"}").press("Review changes");
            tab.press("Put in force as revision 2");
            assertThat(desk.current().settings().routes()).containsEntry("/e/*", "embeddings");

            tab.go("/settings/document");
            tab.fill("JSON", "{\"pools\": {\"llm\": {\"slots\": 6}}, \"routes\": {\"*\": \"llm\"}}")
                    .press("Review changes");
            tab.press("Put in force as revision 3");
            assertThat(desk.current().settings()).isEqualTo(Settings.of("llm", PoolSettings.ofSlots(6)));
        }
    }

    @Test
    void theDocument_backToEditing_keepsItsBase() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings/document");
            String mine = value(tab, "JSON").replaceFirst("(?s)(?<=\"llm\" : \\{.{0,2000}?\"slots\" : )\\d+", "17");
            tab.fill("JSON", mine).press("Review changes");
            desk.edit(SEED.withPool("embeddings", PoolSettings.ofSlots(5)), 1, "dave", "a card more");

            tab.press("Back to editing");
            tab.press("Review changes");

            assertThat(tab.text()).contains("Changed meanwhile", "dave made revision 2");
            tab.press("Put mine on top of theirs");
            assertThat(tab.text()).contains("1 value changes");
            tab.press("Put in force as revision 3");
            assertThat(anteroom.pool("embeddings").settings().slots()).isEqualTo(5);
        }
    }

    @Test
    void viewers_seeAndChangeNothing_andAFileIsFollowedNotEdited() throws Exception {
        try (Tab tab = open(Role.VIEWER)) {
            tab.go("/settings/pools/llm");
            assertThat(tab.text()).doesNotContain("Review changes");
            assertThat(tab.go("/settings/document").status()).isEqualTo(403);
        }
        server.close();
        server = null;
        desk = SettingsDesk.following("anteroom.yaml", anteroom.parts(), InstantSource.system(), SEED);
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/settings");
            assertThat(tab.text()).contains("Read only", "anteroom.yaml");
            tab.check();
            assertThat(tab.go("/settings/new-pool").status()).isEqualTo(409);
        }
    }

    @Test
    void everyPage_everyLook_isAccessibleAndFits() throws Exception {
        anHour();
        desk.edit(SEED.withPool("llm", PoolSettings.ofSlots(6)), 1, "grace", "two cards are away for repair");
        for (Tab.Size size : Tab.Size.values()) {
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                try (Tab tab = open(Role.ADMIN, size, scheme)) {
                    String look = (size == Tab.Size.NARROW ? "-narrow-" : "-wide-")
                            + scheme.name().toLowerCase(Locale.ROOT);
                    for (String path : List.of(
                            "/settings",
                            "/settings/pools/llm",
                            "/settings/limits/per-minute",
                            "/settings/new-pool",
                            "/settings/document",
                            "/settings/history",
                            "/settings/revisions/2")) {
                        assertThat(tab.go(path).status()).isEqualTo(200);
                        tab.picture("settings/" + path.substring(1).replace('/', '-') + look);
                        tab.check();
                    }
                    tab.go("/settings/pools/llm");
                    tab.fill("Slots", "1").fill("Waiting requests", "20").press("Review changes");
                    tab.picture("settings/review" + look);
                    tab.check();
                }
            }
        }
    }
}
