// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.anteroom.Anteroom;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.MemoryAnalyticsStore;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.callers.CallerPages;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Lease;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.QueueEvent;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operators look after keys and groups, and see who uses how much. */
final class CallerPagesTest {
    private static final CallerPolicy GOLD = CallerPolicy.DEFAULT
            .withHighestPriority(Priority.HIGH)
            .withWeight(4)
            .withLimits(new CallerLimits(200, 8));
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KnownCaller CI = known("ci").inGroup("gold");
    private static final Settings SEED = Settings.of("llm", PoolSettings.ofSlots(0))
            .withCallers(Callers.Snapshot.of(CallerPolicy.DEFAULT)
                    .withGroup("gold", GOLD)
                    .with(CI)
                    .with(known("nightly batch").disabled(true))
                    .with(known("trial").until(Instant.now().plus(Duration.ofDays(2)))));

    private final Anteroom anteroom = Anteroom.builder().settings(SEED).build();
    private SettingsDesk desk =
            SettingsDesk.open(new MemoryStore(), anteroom.parts(), InstantSource.system(), SEED, "anteroom.yaml");
    private final Analytics analytics = Analytics.builder()
            .store(new MemoryAnalyticsStore())
            .pools(() -> anteroom.pools().all())
            .names(flow -> flow.equals(CI.identity().flow()) ? "ci" : null)
            .node("a")
            .start();
    private final Running running = new Running();
    private PageServer server;

    private static KnownCaller known(String name) {
        return KnownCaller.of(name, ApiKey.create(RANDOM), CallerPolicy.DEFAULT.withWeight(2));
    }

    private Tab open(Role role) throws Exception {
        serve(role);
        return Tab.open(server.base());
    }

    private void serve(Role role) throws Exception {
        if (server == null) {
            Site site = Site.builder(new FakeGuard(role))
                    .identity(new Site.Identity("staging", "node-a", "0.1.0", () -> ""))
                    .add(new CallerPages(anteroom, desk, analytics, running, System::nanoTime))
                    .build();
            server = new PageServer(new AdminPages(site));
        }
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        analytics.close();
        anteroom.close();
    }

    private KnownCaller caller(String name) {
        return desk.current().settings().callers().byName().get(name);
    }

    private static String path(KnownCaller caller) {
        return "/callers/keys/" + caller.identity().flow();
    }

    private void wait(KnownCaller caller, int requests) {
        for (int i = 0; i < requests; i++) {
            Arrival arrival = Arrival.of(Caller.of(caller.identity().flow(), "192.0.2.1"), Priority.NORMAL);
            assertThat(anteroom.pool("llm").offer(arrival, new Patient())).isInstanceOf(Ticket.class);
        }
    }

    /** Waits. */
    private static final class Patient implements Waiter {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    }

    private void run(QueueEvent.Kind kind) {
        running.on(new QueueEvent(
                kind,
                "r",
                "llm",
                Caller.of(CI.identity().flow(), "192.0.2.1"),
                Priority.NORMAL,
                null,
                Duration.ZERO,
                0,
                Duration.ZERO,
                null));
    }

    @Test
    void aKey_thatWaitsAndRuns_showsHowMuch_inTheListAndOnItsPage() throws Exception {
        wait(CI, 3);
        run(QueueEvent.Kind.ADMITTED);
        run(QueueEvent.Kind.ADMITTED);
        try (Tab tab = open(Role.VIEWER)) {
            tab.go("/callers?sort=-running");
            Locator first = tab.page().locator("tbody tr").first();
            assertThat(first.locator("th").innerText()).isEqualTo("ci");
            assertThat(first.locator("td[data-label=Waiting]").innerText()).isEqualTo("3");
            assertThat(first.locator("td[data-label=Running]").innerText()).isEqualTo("2");

            run(QueueEvent.Kind.RELEASED);
            tab.go(path(CI));
            assertThat(tab.text()).contains("Waiting and running now", "3 waiting, 1 running");
            tab.check();
        }
    }

    @Test
    void aKey_isShownOnce_andCountsAtOnce() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/callers");
            tab.page().getByText("New key").click();
            tab.fill("Name", "web shop");
            tab.page().getByLabel("Group").selectOption("gold");
            tab.fill("Counts until", "2031-05-31");
            tab.press("Make the key");

            String secret = tab.page().locator("#secret").innerText();
            tab.checkLooks("callers/key-made");
            KnownCaller made = caller("web shop");
            assertThat(new ApiKey(secret).sha256()).isEqualTo(made.sha256());
            assertThat(made.group()).isEqualTo("gold");
            assertThat(made.policy()).isNull();
            assertThat(made.expires()).isEqualTo("2031-06-01T00:00:00Z");
            assertThat(desk.current().by()).isEqualTo("ada");
            tab.page().getByText("I have copied it").click();
            assertThat(tab.text()).contains("web shop", "normal, up to high").doesNotContain(secret);

            tab.go("/callers/new-key");
            tab.fill("Name", "web shop").press("Make the key");
            assertThat(tab.text()).contains("There is a key of that name.");
            tab.check();
        }
    }

    @Test
    void aPolicyOfItsOwn_isFilledIn_andMistakesAreToldAtTheirFields() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go(path(CI));
            assertThat(tab.page().getByLabel("Weight").isVisible()).isFalse();
            tab.page().getByLabel("A policy of its own").check();
            tab.page().evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)");
            tab.fill("Weight", "0");
            tab.page()
                    .getByLabel("Level", new Page.GetByLabelOptions().setExact(true))
                    .selectOption("high");
            tab.page().getByLabel("Highest level").selectOption("normal");
            tab.press("Save");
            assertThat(tab.text())
                    .contains("2 fields need another value; nothing has been changed")
                    .contains("Expected is a whole number from 1 to 1,000.", "Expected is at least the level, high.");
            tab.check();
            assertThat(caller("ci")).isEqualTo(CI);

            tab.fill("Weight", "7");
            tab.page().getByLabel("Highest level").selectOption("critical");
            tab.fill("Longest wait (optional)", "90.5").fill("Waiting at most (optional)", "3");
            tab.page().getByLabel("May push others out").uncheck();
            tab.press("Save");

            assertThat(tab.text()).contains("Changed. It counts from the next request on.");
            CallerPolicy own = caller("ci").policy();
            assertThat(own).isNotNull();
            assertThat(own.priority()).isEqualTo(Priority.HIGH);
            assertThat(own.highestPriority()).isEqualTo(Priority.CRITICAL);
            assertThat(own.weight()).isEqualTo(7);
            assertThat(own.longestWait()).isEqualTo(Duration.ofMillis(90_500));
            assertThat(own.limits()).isEqualTo(new CallerLimits(3, 8));
            assertThat(own.rights()).isEqualTo(new CallerPolicy.Rights(true, false, true));

            tab.page().getByLabel("A policy of its own").uncheck();
            tab.press("Save");
            assertThat(caller("ci")).isEqualTo(CI);
        }
    }

    @Test
    void keys_areDisabledEnabledRemoved() throws Exception {
        wait(CI, 3);
        try (Tab tab = open(Role.ADMIN)) {
            tab.go(path(CI));
            assertThat(tab.text()).contains("3 waiting, 0 running");
            tab.press("Disable");
            assertThat(caller("ci").isDisabled()).isTrue();
            tab.press("Enable");
            assertThat(caller("ci").isDisabled()).isFalse();
            tab.page().getByText("Remove…").click();
            tab.page()
                    .locator("dialog[open]")
                    .getByText("3 requests of it wait now")
                    .waitFor();
            tab.check();
            tab.press("Remove the key");
            assertThat(tab.text()).contains("The key ci does not count any more.");
            assertThat(caller("ci")).isNull();
            assertThat(tab.go(path(CI)).status()).isEqualTo(404);
        }
    }

    @Test
    void twoWindows_oneKey_theSecondIsToldWhatTheFirstDid() throws Exception {
        serve(Role.ADMIN);
        try (Tab one = Tab.open(server.base());
                Tab two = Tab.open(server.base())) {
            one.go(path(CI));
            two.go(path(CI));
            one.page().getByLabel("Group").selectOption("");
            one.press("Save");
            two.fill("Counts until", "2031-05-31").press("Save");

            assertThat(two.text())
                    .contains("Somebody else was quicker", "Revision 2 by ada", "Counts now")
                    .doesNotContain("Highest level\t");
            assertThat(caller("ci").expires()).isNull();
            two.checkLooks("callers/key-conflict");
            two.press("Save");
            assertThat(caller("ci").expires()).isNotNull();
            assertThat(caller("ci").group()).isEqualTo("gold");
        }
    }

    @Test
    void changesBesides_areNoConflict() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go(path(CI));
            desk.edit(SEED.withPool("llm", PoolSettings.ofSlots(5)), 1, "grace", "");
            tab.page().getByLabel("Group").selectOption("");
            tab.press("Save");
            assertThat(caller("ci").group()).isNull();
            assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(5);
        }
    }

    @Test
    void groups_areMadeChangedRemoved_andEverybodyElseIsKeptOut() throws Exception {
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/callers/new-group");
            tab.fill("Name", "silver").fill("Weight", "2").press("Make the group");
            tab.go("/callers/group?name=silver");
            tab.fill("Weight", "3").press("Save");
            assertThat(desk.current()
                            .settings()
                            .callers()
                            .groups()
                            .get("silver")
                            .weight())
                    .isEqualTo(3);
            tab.go("/callers/group?name=silver");
            tab.check().press("Remove this group");
            assertThat(desk.current().settings().callers().groups()).containsOnlyKeys("gold");
            tab.go("/callers/group?name=gold");
            assertThat(tab.text()).contains("1 key is in it.").doesNotContain("Remove this group");

            tab.go("/callers/others");
            tab.page().getByLabel("Let in known keys only").check();
            tab.press("Save");
            assertThat(desk.current().settings().callers().others()).isEqualTo(CallerPolicy.NOBODY);
            assertThat(tab.text()).contains("Known keys only");
        }
    }

    @Test
    void viewers_changeNothing_andAFileIsFollowed() throws Exception {
        try (Tab tab = open(Role.VIEWER)) {
            tab.go(path(CI));
            assertThat(tab.text()).contains("of the group").doesNotContain("Remove…", "Disable", "Save");
            assertThat(tab.go("/callers/new-key").status()).isEqualTo(403);
            assertThat(tab.go(path(CI) + "/remove").status()).isEqualTo(403);
        }
        server.close();
        server = null;
        desk = SettingsDesk.following("anteroom.yaml", anteroom.parts(), InstantSource.system(), SEED);
        try (Tab tab = open(Role.ADMIN)) {
            tab.go(path(CI));
            assertThat(tab.text()).contains("Read only", "anteroom.yaml").doesNotContain("Save");
            tab.check();
            assertThat(tab.go("/callers/new-key").status()).isEqualTo(409);
        }
    }

    @Test
    void hostileNames_areText() throws Exception {
        Callers.Snapshot callers = SEED.callers();
        for (String name : HostileStrings.NAMES) {
            callers = callers.withGroup(name, CallerPolicy.DEFAULT)
                    .with(known(name).inGroup(name));
        }
        desk.edit(SEED.withCallers(callers), 1, "grace", "");
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/callers");
            for (String name : HostileStrings.NAMES) {
                assertThat(tab.page().locator("tbody th a").allTextContents()).contains(name);
            }
            tab.page().setViewportSize(390, 844);
            tab.check();
            tab.go("/callers/groups");
            tab.check();
            for (String name : HostileStrings.NAMES) {
                tab.go(path(caller(name)));
                assertThat(tab.page().locator("h1").textContent()).isEqualTo(name);
                tab.page().locator("dd a").first().click();
                assertThat(tab.page().locator("h1").textContent()).isEqualTo(name);
            }
        }
    }

    @Test
    void withoutScripts_everythingWorks_byKeyboardAlone() throws Exception {
        serve(Role.ADMIN);
        try (Tab tab = Tab.withoutScripts(server.base())) {
            tab.go("/callers");
            tab.page().getByText("trial").click();
            tab.page().getByText("Remove…").click();
            tab.press("Remove the key");
            assertThat(caller("trial")).isNull();
        }
        try (Tab tab = Tab.open(server.base())) {
            tab.go("/callers/new-key");
            tab.page().getByLabel("Name").focus();
            tab.page().keyboard().type("by hand");
            tab.key("Enter");
            tab.page().locator("#secret").waitFor();
            assertThat(caller("by hand")).isNotNull();
        }
    }

    @Test
    void everyPage_everyLook() throws Exception {
        wait(CI, 12);
        for (int i = 0; i < 90; i++) {
            String key = i % 3 == 0 ? CI.identity().flow() : "key-0123456789abcdef" + i % 4;
            for (QueueEvent.Kind kind : List.of(QueueEvent.Kind.ADMITTED, QueueEvent.Kind.RELEASED)) {
                analytics.on(new QueueEvent(
                        kind,
                        "r" + i,
                        "llm",
                        Caller.of(key, "192.0.2." + i % 5),
                        Priority.NORMAL,
                        null,
                        Duration.ofMillis(300),
                        0,
                        Duration.ofSeconds(2),
                        null));
            }
        }
        try (Tab tab = open(Role.ADMIN)) {
            tab.go("/callers");
            tab.checkLooks("callers/keys");
            tab.go("/callers?q=nobody");
            assertThat(tab.text()).contains("Nothing fits the filter");
            tab.go(path(CI));
            tab.checkLooks("callers/key");
            tab.go("/callers/new-key");
            tab.page().getByLabel("A policy of its own").check();
            tab.checkLooks("callers/key-new");
            tab.go("/callers/groups");
            tab.checkLooks("callers/groups");
            tab.go("/callers/others");
            tab.checkLooks("callers/others");
            tab.go("/callers/usage");
            assertThat(tab.text()).contains("Mean wait");
            tab.checkLooks("callers/usage");
            tab.go("/callers/usage?by=address&pool=llm&period=30d");
            tab.check();
        }
    }
}
