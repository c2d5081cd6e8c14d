// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Tab;
import io.anteroom.admission.Order;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Ticket;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do with the live pages, on pools whose requests stay as long as the test wants. */
final class LiveJourneysTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final LiveWorld world = new LiveWorld();
    private Pool pool;

    @BeforeEach
    void start() throws Exception {
        pool = world.pool("llm", PoolSettings.ofSlots(1));
        world.arrive(pool, "ada", Priority.NORMAL, "llama", LONG);
        world.serve(Role.OPERATOR);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private long arrive(String key, Priority level) {
        return ((Ticket) world.arrive(pool, key, level, "llama", LONG)).id();
    }

    private static void waitsFor(Tab tab, String selector, String text) {
        tab.page()
                .locator(selector)
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile(text)))
                .first()
                .waitFor();
    }

    @Test
    void overview_theQueueGrows_showsItWithoutBeingLoadedAgain() {
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/overview");
            waitsFor(tab, "tr[data-pool=llm] [data-live-state]", "^Open$");

            for (int i = 0; i < 12; i++) {
                arrive("batch", Priority.LOW);
            }

            waitsFor(tab, "tr[data-pool=llm] [data-live-state]", "^Queueing$");
            waitsFor(tab, "tr[data-pool=llm] [data-live-bar=levels]", "12 waiting");
            waitsFor(tab, "dl [data-text=waiting]", "^12$");
            assertThat(tab.page().locator("[data-freshness]").innerText()).matches("[0-2] s old");
        }
    }

    @Test
    void overview_theStreamStops_saysSo_andComesBack() {
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/overview");
            waitsFor(tab, "[data-freshness]", "s old");

            world.pages().pause(true);
            waitsFor(tab, "[data-freshness]", "^Stale: [5-9] s old");
            assertThat(tab.page().locator(".is-stale").count()).isOne();

            world.pages().pause(false);
            waitsFor(tab, "[data-freshness][data-state=live]", "^[0-2] s old");
        }
    }

    @Test
    void overview_nobodyLooks_closesItsStream_andOpensItAgain() {
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/overview");
            waitsFor(tab, "[data-freshness]", "s old");
            assertThat(world.pages().watching()).isOne();

            hide(tab, true);
            tab.page().waitForCondition(() -> world.pages().watching() == 0);

            hide(tab, false);
            tab.page().waitForCondition(() -> world.pages().watching() == 1);
        }
        assertThat(world.pages().watching()).isLessThanOrEqualTo(1);
    }

    private static void hide(Tab tab, boolean isHidden) {
        tab.page()
                .evaluate(
                        "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
                                + " document.dispatchEvent(new Event('visibilitychange')) }",
                        isHidden);
    }

    @Test
    void holdAndResume_tellTheirEffectInNumbers() {
        for (int i = 0; i < 3; i++) {
            arrive("batch", Priority.NORMAL);
        }
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm");
            tab.page()
                    .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Hold…"))
                    .click();
            waitsFor(tab, "dialog[open]", "3 requests that wait now, and those that come, are kept in their order");
            waitsFor(tab, "dialog[open]", "1 request that runs now goes on to the end");
            tab.check();
            tab.press("Hold 3 requests");

            waitsFor(tab, ".notice", "llm is held: 3 requests wait in their order, 1 still run");
            assertThat(pool.snapshot().mode()).isEqualTo(PoolMode.HOLDING);
            waitsFor(tab, "tbody", "the pool to be resumed");
            tab.check();

            pool.configure(pool.settings().withSlots(3));
            tab.page()
                    .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Resume…"))
                    .click();
            waitsFor(tab, "dialog[open]", "2 requests of 3 that wait can be admitted at once: 2 of 3 slots are free");
            tab.press("Resume");

            waitsFor(tab, ".notice", "llm is open again: 2 requests admitted at once, 1 wait");
            assertThat(pool.snapshot().mode()).isEqualTo(PoolMode.OPEN);
        }
    }

    @Test
    void move_changesThePosition_andSaysSo() {
        pool.configure(pool.settings()
                .withOrder(Order.STRICT)
                .withLevel(
                        Priority.CRITICAL,
                        pool.settings().level(Priority.CRITICAL).withLongestWait(LONG)));
        for (int i = 0; i < 4; i++) {
            arrive("batch", Priority.NORMAL);
        }
        long mine = arrive("batch", Priority.LOW);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm");
            tab.page().locator("#m-" + mine).click();
            waitsFor(tab, "dialog[open]", "level low, position 5");
            tab.page()
                    .getByLabel("critical", new Page.GetByLabelOptions().setExact(true))
                    .check();
            tab.press("Move 1 request");

            waitsFor(tab, ".notice", "moved to critical: position 5 → 1");
            assertThat(pool.status(mine).position()).isOne();
        }
    }

    @Test
    void move_toALevelThatWaitsLess_saysWhoWouldBeRefused() {
        pool.configure(pool.settings()
                .withLevel(
                        Priority.CRITICAL,
                        pool.settings().level(Priority.CRITICAL).withLongestWait(Duration.ofMillis(1))));
        long mine = arrive("batch", Priority.LOW);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm/move?ticket=" + mine);
            waitsFor(tab, "main", "1 of those chosen have waited longer than its longest wait of 1 ms");
            tab.page()
                    .getByLabel("critical", new Page.GetByLabelOptions().setExact(true))
                    .check();
            tab.press("Move 1 request");

            waitsFor(tab, ".notice", "it has waited longer than that level's 1 ms, and waits no more");
        }
    }

    @Test
    void cancel_thoseWhoAreTicked_tellsThemWhy() {
        long first = arrive("batch", Priority.NORMAL);
        long second = arrive("batch", Priority.NORMAL);
        long stays = arrive("ada", Priority.NORMAL);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm");
            tab.page().locator("#t-" + first).check();
            tab.page().locator("#t-" + second).check();
            waitsFor(tab, "[data-chosen]", "^2 chosen$");
            tab.press("Cancel chosen…");
            waitsFor(tab, "main", "2 requests are answered with 503 at once, and 1 go on waiting");
            waitsFor(tab, "main", "By caller: batch 2");
            tab.fill("Reason (optional)", "Wrong\tbatch");
            tab.press("Cancel 2 requests");

            waitsFor(tab, ".notice", "2 requests cancelled. 1 still wait");
            assertThat(world.cancelled).containsExactly("Wrong batch", "Wrong batch");
            assertThat(pool.status(stays)).isNotNull();
            assertThat(pool.status(first)).isNull();
        }
    }

    @Test
    void reject_moreWaitThanWereSeen_asksAgain() {
        arrive("batch", Priority.NORMAL);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm/reject");
            waitsFor(tab, "main", "1 request in the queue is refused");
            arrive("batch", Priority.NORMAL);
            tab.press("Reject 1 request");
            assertThat(pool.snapshot().mode()).isEqualTo(PoolMode.OPEN);

            tab.press("Reject 2 requests");
            waitsFor(tab, ".notice", "llm rejects: 2 requests that waited got 503, 1 still run");
        }
    }

    @Test
    void filter_andAllThatFit_meanTheSame() {
        for (int i = 0; i < 30; i++) {
            arrive("batch", Priority.LOW);
        }
        arrive("support", Priority.HIGH);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm");
            waitsFor(tab, ".pager", "1 to 25 of 31");
            tab.page()
                    .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Next"))
                    .click();
            waitsFor(tab, ".pager", "26 to 31 of 31");
            tab.fill("Caller, model, request or address", "bat");
            tab.press("Filter");
            waitsFor(tab, ".pager", "1 to 25 of 30");
            tab.page()
                    .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("cancel…"))
                    .click();
            tab.press("Cancel 30 requests");
            waitsFor(tab, ".notice", "30 requests cancelled. 1 still wait");
        }
    }

    @Test
    void withoutScripts_everythingIsReadAndDone() {
        arrive("batch", Priority.NORMAL);
        try (Tab tab = Tab.withoutScripts(world.base())) {
            tab.go("/overview");
            assertThat(tab.text()).contains("As of 2026-11-21", "1 waiting", "Queueing");
            tab.go("/pools/llm");
            tab.page().locator("tbody input[name=ticket]").first().check();
            tab.press("Cancel chosen…");
            tab.press("Cancel 1 request");
            assertThat(tab.text()).contains("1 request cancelled", "Nobody waits");
        }
    }

    @Test
    void refreshed_whoeverGoesByKeyboard_staysWhereTheyAre() {
        long first = arrive("ada", Priority.NORMAL);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/pools/llm");
            tab.page().locator("#queue thead a").first().focus();
            String sort = tab.focused();
            arrive("batch", Priority.NORMAL);
            tab.page()
                    .waitForCondition(
                            () -> tab.page().locator("#queue tbody tr").count() == 2);
            assertThat(tab.focused()).as("a link without an id").isEqualTo(sort);

            tab.page().locator("#m-" + first).focus();
            pool.cancel(first);
            tab.page()
                    .waitForCondition(
                            () -> tab.page().locator("#queue tbody tr").count() == 1);
            assertThat(tab.focused()).as("what is left of a link that is gone").startsWith("div#queue");
            tab.key("Tab");
            assertThat(tab.page().evaluate("document.getElementById('queue').contains(document.activeElement)"))
                    .isEqualTo(true);
        }
    }

    @Test
    void keyboardAlone_holdsThePool() {
        arrive("batch", Priority.NORMAL);
        try (Tab tab = Tab.open(world.base())) {
            tab.go("/upstreams");
            tab.key("g").key("o");
            tab.page().waitForURL("**/overview");
            for (int i = 0; i < 40 && !tab.focused().equals("a llm"); i++) {
                tab.key("Tab");
            }
            tab.key("Enter");
            tab.page().waitForURL("**/pools/llm");
            for (int i = 0; i < 40 && !tab.focused().startsWith("a#do-hold"); i++) {
                tab.key("Tab");
            }
            tab.key("Enter");
            tab.page().waitForSelector("dialog[open]");
            for (int i = 0; i < 10 && !tab.focused().contains("Hold 1 request"); i++) {
                tab.key("Tab");
            }
            tab.key("Enter");
            waitsFor(tab, ".notice", "llm is held");
        }
    }
}
