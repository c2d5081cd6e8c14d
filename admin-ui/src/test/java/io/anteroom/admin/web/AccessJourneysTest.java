// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditOrigin;
import io.anteroom.admin.store.Role;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What people do about who may, from beginning to end. */
final class AccessJourneysTest {
    private static final String PASSWORD = "amber lantern 4 rivers";
    private static final String NEW_PASSWORD = "quiet harbour 7 foxes";

    private static AdminServer server;
    private static String base;
    private static String adminCookies;

    @BeforeAll
    static void start() throws Exception {
        server = new AdminServer.Plan().contextPath("/team/ops").start().setUp();
        base = server.uri("/admin").toString();
        for (Role role : List.of(Role.VIEWER, Role.OPERATOR)) {
            server.admin().access().users().add("a-" + role.word(), role, PASSWORD);
        }
        try (Tab tab = Tab.open(base)) {
            tab.logIn(AdminServer.ADMIN, AdminServer.PASSWORD);
            adminCookies = tab.context().storageState();
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Tab admin() {
        return Tab.open(base, Tab.Size.WIDE, ColorScheme.LIGHT, adminCookies);
    }

    @Test
    void setUp_withTheTokenOfTheFile_makesTheFirstUser() throws Exception {
        try (AdminServer fresh = new AdminServer.Plan().start();
                Tab tab = Tab.open(fresh.uri("/admin").toString())) {
            tab.go("/users");
            assertThat(tab.path()).isEqualTo("/setup");
            tab.checkLooks("setup");
            String token = Files.readString(fresh.setUpFile()).strip();

            tab.fill("Set-up token", "guessed")
                    .fill("User name", "ada")
                    .fill("Password", PASSWORD)
                    .fill("Password again", PASSWORD)
                    .press("Make the first user and log in");
            assertThat(tab.text()).contains("This is not the set-up token");
            tab.check();
            tab.fill("Set-up token", token)
                    .fill("Password", "password1234")
                    .fill("Password again", "password1234")
                    .press("Make the first user and log in");
            assertThat(tab.text()).contains("Easily guessed");
            tab.fill("Password", PASSWORD).fill("Password again", PASSWORD).press("Make the first user and log in");

            assertThat(tab.text()).contains("ada");
            assertThat(fresh.setUpFile()).doesNotExist();
            tab.go("/setup");
            assertThat(tab.path()).isNotEqualTo("/setup");
        }
    }

    @Test
    void logIn_wrongOften_isToldToWait() {
        try (Tab tab = Tab.open(base)) {
            tab.go("/tokens");
            assertThat(tab.path()).isEqualTo("/login?to=%2Ftokens");
            for (int i = 0; i < 5; i++) {
                tab.fill("User name", "somebody").fill("Password", "wrong " + i).press("Log in");
                assertThat(tab.text()).contains("The user name or the password is wrong.");
            }
            tab.check();
            tab.fill("User name", "somebody").fill("Password", "wrong").press("Log in");

            assertThat(tab.text()).contains("There were too many wrong passwords. Try again in");
            assertThat(tab.page().getByLabel("User name").inputValue()).isEqualTo("somebody");
            assertThat(tab.page().getByLabel("Password").inputValue()).isEmpty();
        }
    }

    @Test
    void logIn_overPlainHttpFromElsewhere_isRefusedWithHelp() {
        try (Tab tab = Tab.open(base)) {
            tab.context().setExtraHTTPHeaders(Map.of("Via", "1.1 somebody"));
            tab.go("/login");

            assertThat(tab.text()).contains("Not over plain HTTP", "ssh -L 8081:localhost:8081");
            assertThat(tab.page().getByLabel("Password").count()).isZero();
            tab.checkLooks(Tab.UNKEPT + "login-insecure");
        }
    }

    @Test
    void roles_eachInTheBrowser_seeAndReachWhatTheyMay() {
        for (Role role : List.of(Role.VIEWER, Role.OPERATOR)) {
            try (Tab tab = Tab.open(base).logIn("a-" + role.word(), PASSWORD)) {
                assertThat(tab.page().locator("nav").allInnerTexts().toString())
                        .doesNotContain("Users", "Tokens", "Audit");
                for (String path :
                        List.of("/users", "/users/new", "/tokens", "/tokens/new", "/audit", "/audit/entries.csv")) {
                    assertThat(tab.go(path).status()).as(role + " " + path).isEqualTo(403);
                    assertThat(tab.text()).contains("This needs the role admin; you have the role " + role.word());
                }
                tab.check();
                tab.go("/search?q=" + AdminServer.ADMIN);
                assertThat(tab.text()).contains("Nothing has that name");
                assertThat(tab.go("/account").status()).isEqualTo(200);
            }
        }
        try (Tab nobody = Tab.open(base)) {
            for (String path : List.of("/users", "/tokens", "/audit", "/account", "/search", "/audit/entries.json")) {
                nobody.go(path);
                assertThat(nobody.path()).startsWith("/login");
            }
        }
    }

    @Test
    void user_madeChangedAndRemoved_byTheKeyboardAlone() {
        try (Tab tab = admin()) {
            tab.go("/account");
            tab.key("g").key("m");
            tab.page().waitForURL("**/users");
            tab.key("Tab");
            assertThat(tab.focused()).contains("Skip to content");
            tab.key("Enter").key("Tab");
            assertThat(tab.focused()).isEqualTo("a New user");
            tab.key("Enter");
            tab.page().waitForURL("**/users/new");
            assertThat(tab.focused()).startsWith("input#f-name");
            tab.type("grace")
                    .key("Tab")
                    .key("ArrowDown")
                    .key("Tab")
                    .type(PASSWORD)
                    .key("Enter");
            tab.page().waitForURL("**/users");
            assertThat(tab.text()).contains("The user grace can log in now, as operator.");
            tab.check();

            tab.go("/users/grace");
            tab.page().getByText("Remove…").focus();
            tab.key("Enter");
            Locator dialog = tab.page().locator("dialog[open]");
            dialog.getByText("Remove grace?").waitFor();
            tab.check();
            tab.key("Escape");
            assertThat(tab.page().locator("dialog[open]").count()).isZero();
            tab.key("Enter");
            dialog.getByText("Remove grace?").waitFor();
            tab.press("Remove grace");
            assertThat(tab.text()).contains("The user grace is removed");
        }
    }

    @Test
    void user_withWrongValues_keepsWhatWasTyped() {
        try (Tab tab = admin()) {
            tab.go("/users/new");
            tab.fill("User name", "not a name").fill("Password", PASSWORD);
            tab.page().getByLabel("Operator").check();
            tab.press("Make the user");

            assertThat(tab.text()).contains("1 field needs another value; nothing has been changed");
            assertThat(tab.page().getByLabel("User name").inputValue()).isEqualTo("not a name");
            assertThat(tab.page().getByLabel("User name").getAttribute("aria-invalid"))
                    .isEqualTo("true");
            assertThat(tab.page().getByLabel("Operator").isChecked()).isTrue();
            tab.checkLooks("user-new-wrong");
        }
    }

    @Test
    void user_demoted_losesItsSessionAtOnce() {
        server.admin().access().users().add("linus", Role.ADMIN, PASSWORD);
        try (Tab his = Tab.open(base).logIn("linus", PASSWORD);
                Tab tab = admin()) {
            tab.go("/users/linus");
            tab.page().getByLabel("Viewer").check();
            tab.press("Save");
            assertThat(tab.text()).contains("linus is viewer");

            his.go("/users");
            assertThat(his.path()).startsWith("/login");
        }
    }

    @Test
    void user_disabledWhileAnotherFormIsOpen_staysDisabled() {
        server.admin().access().users().add("bob", Role.VIEWER, PASSWORD);
        try (Tab dave = admin();
                Tab alice = admin()) {
            dave.go("/users/bob");
            alice.go("/users/bob");
            alice.page().getByLabel("Disabled").check();
            alice.press("Save");
            assertThat(alice.text()).contains("bob is viewer, and disabled");

            dave.page().getByLabel("Operator").check();
            dave.press("Save");

            assertThat(dave.text())
                    .contains(
                            "Somebody has changed bob meanwhile, from “viewer” to “viewer, disabled”",
                            "Nothing of yours");
            assertThat(server.admin().access().users().find("bob").isDisabled()).isTrue();
            assertThat(server.admin().access().users().find("bob").role()).isEqualTo(Role.VIEWER);
            dave.checkLooks(Tab.UNKEPT + "user-meanwhile");
            dave.press("Save");
            assertThat(dave.text()).contains("bob is operator, and disabled");
            assertThat(server.admin().access().users().find("bob").isDisabled()).isTrue();
        }
    }

    @Test
    void user_demotedWhileAnotherFormIsOpen_isNotPromotedAgain() {
        server.admin().access().users().add("mallory", Role.ADMIN, PASSWORD);
        try (Tab dave = admin();
                Tab alice = admin()) {
            dave.go("/users/mallory");
            alice.go("/users/mallory");
            alice.page().getByLabel("Viewer").check();
            alice.press("Save");

            dave.page().getByLabel("Disabled").check();
            dave.press("Save");
            assertThat(dave.text()).contains("from “admin” to “viewer”");
            dave.press("Save");

            assertThat(dave.text()).contains("mallory is viewer, and disabled");
        }
    }

    @Test
    void token_made_isShownOnceAndRevoked() {
        try (Tab tab = admin()) {
            tab.go("/tokens/new");
            tab.fill("Name", "deploy job").press("Make the token");
            String secret = tab.page().locator("#secret").innerText();
            assertThat(secret).startsWith("arm_");
            tab.checkLooks("token-made");
            tab.go("/tokens");
            assertThat(tab.page().content()).doesNotContain(secret).contains("deploy job");
            tab.picture("tokens");

            tab.page().getByLabel("Revoke deploy job").click();
            tab.page().locator("dialog[open]").getByText("Revoke deploy job?").waitFor();
            tab.press("Revoke the token");
            assertThat(tab.text()).contains("The token deploy job does not count any more.");
        }
    }

    @Test
    void account_passwordChanged_endsTheSessions() {
        server.admin().access().users().add("barbara", Role.VIEWER, PASSWORD);
        try (Tab tab = Tab.open(base).logIn("barbara", PASSWORD)) {
            tab.go("/account");
            tab.fill("Current password", "wrong")
                    .fill("New password", NEW_PASSWORD)
                    .fill("New password again", NEW_PASSWORD)
                    .press("Change the password");
            assertThat(tab.text()).contains("This is not your password.");
            tab.fill("Current password", PASSWORD)
                    .fill("New password", NEW_PASSWORD)
                    .fill("New password again", NEW_PASSWORD)
                    .press("Change the password");
            assertThat(tab.path()).isEqualTo("/login?said=password");

            tab.logIn("barbara", NEW_PASSWORD).go("/account/end");
            tab.press("End all my sessions");
            assertThat(tab.text()).contains("All your sessions have ended.");
        }
    }

    @Test
    void account_sessions_areListed_andEndedOneByOneAndAllOthers() {
        server.admin().access().users().add("maria", Role.VIEWER, PASSWORD);
        try (Tab here = Tab.open(base).logIn("maria", PASSWORD);
                Tab there = Tab.open(base).logIn("maria", PASSWORD);
                Tab elsewhere = Tab.open(base).logIn("maria", PASSWORD);
                Tab other = admin()) {
            here.go("/account");
            assertThat(here.text()).contains("3 sessions of yours", "this one", "127.0.0.1");
            here.check();
            here.page()
                    .getByText("End this session", new Page.GetByTextOptions().setExact(true))
                    .first()
                    .click();
            here.page().getByText("That session has ended").waitFor();
            assertThat(here.text()).contains("2 sessions of yours");
            assertThat(List.of(ends(there), ends(elsewhere))).containsExactlyInAnyOrder(true, false);

            here.go("/account");
            here.press("End all others");
            assertThat(here.text())
                    .contains("1 session of yours", "this one goes on")
                    .doesNotContain("End all others");
            assertThat(ends(there)).isTrue();
            assertThat(ends(elsewhere)).isTrue();
            assertThat(ends(other)).as("of somebody else").isFalse();
        }
    }

    /** Whether whoever goes on there has to log in again. */
    private static boolean ends(Tab tab) {
        tab.go("/account");
        return tab.path().startsWith("/login");
    }

    @Test
    void theme_chosen_isKeptByTheServer() {
        try (Tab tab = admin()) {
            tab.go("/users");
            tab.page().getByLabel("Menu of " + AdminServer.ADMIN).click();
            tab.check();
            tab.press("Dark");

            assertThat(tab.path()).isEqualTo("/users");
            assertThat(tab.page().locator("html").getAttribute("data-theme")).isEqualTo("dark");
            assertThat(tab.page().evaluate("() => getComputedStyle(document.body).colorScheme"))
                    .isEqualTo("dark");
            tab.check();
        }
    }

    @Test
    void session_aboutToEnd_isSaidAndCanGoOn() {
        try (Tab tab = admin()) {
            tab.page().clock().install();
            tab.go("/users");
            Locator notice = tab.page().locator("#session");
            assertThat(notice.isVisible()).isFalse();

            tab.page().clock().fastForward("28:30");
            notice.waitFor();
            assertThat(notice.innerText()).contains("Your session ends in two minutes.");
            tab.page().getByText("Stay logged in").click();
            notice.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN));

            tab.page().clock().fastForward("31:00");
            notice.waitFor();
            assertThat(notice.innerText()).contains("Your session has ended.", "Log in");
            tab.check();
        }
    }

    @Test
    void search_fromAnywhere_reachesAUser() {
        try (Tab tab = admin()) {
            tab.go("/audit");
            tab.key("/");
            tab.page().locator("#palette[open] .hit").first().waitFor();
            tab.type("a-oper");
            tab.page().locator("#palette .hit").getByText("a-operator").waitFor();
            tab.check();
            tab.key("ArrowDown").key("Enter");
            tab.page().waitForURL("**/users/a-operator");
            tab.key("?");
            tab.page()
                    .locator("dialog[open]")
                    .getByText("Close what has opened")
                    .waitFor();
        }
    }

    @Test
    void pages_withoutScripts_readAndWork() {
        try (Tab tab = Tab.withoutScripts(base)) {
            tab.logIn(AdminServer.ADMIN, AdminServer.PASSWORD);
            tab.go("/users/new");
            tab.fill("User name", "no-script").fill("Password", PASSWORD).press("Make the user");
            assertThat(tab.text()).contains("The user no-script can log in now");
            tab.go("/users/no-script");
            tab.page().getByText("Remove…").click();
            assertThat(tab.path()).isEqualTo("/users/no-script/remove");
            tab.press("Remove no-script");
            assertThat(tab.text()).contains("The user no-script is removed");
            tab.go("/search?q=audit");
            assertThat(tab.text()).contains("Administer");
        }
    }

    @Test
    void names_hostile_areShownAsText() {
        server.admin().trail();
        for (String name : HostileStrings.NAMES) {
            server.admin()
                    .trail()
                    .add(new AuditEntry(
                            0,
                            Instant.now(),
                            name,
                            name,
                            name,
                            name,
                            AuditEntry.Outcome.FAILED,
                            new AuditOrigin(name, name, name)));
        }
        for (String raw : HostileStrings.RAW) {
            server.admin().trail().add(new AuditEntry(0, Instant.now(), raw, raw, raw, raw));
        }
        try (Tab tab = admin()) {
            tab.go("/tokens/new");
            for (String name : List.of(HostileStrings.NAMES.get(0), HostileStrings.NAMES.get(8))) {
                tab.go("/tokens/new");
                tab.fill("Name", name).press("Make the token");
                assertThat(tab.text()).contains(name);
            }
            tab.go("/tokens");
            assertThat(tab.text()).contains(HostileStrings.NAMES.get(0));
            tab.go("/search?q=alert(1)");
            assertThat(tab.text()).contains(HostileStrings.NAMES.get(0));
            tab.go("/audit");
            List<String> shown =
                    tab.page().locator("tbody td:nth-child(4) span.text").allTextContents();
            assertThat(shown).containsAll(HostileStrings.NAMES);
            tab.page().evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })");
            tab.check();
            for (String hostile : List.of("\"><script>alert(1)</script>", "<img src=x onerror=alert(1)>")) {
                String encoded = Urls.encode(hostile);
                for (String path : List.of(
                        "/search?q=", "/audit?actor=", "/audit?from=", "/login?to=", "/login?said=", "/tokens?x=")) {
                    tab.go(path + encoded);
                }
            }
            assertThat(tab.page().locator("img:not([alt=''])").count()).isZero();
        }
    }

    @Test
    void forms_ofOtherSites_areRefused() {
        try (Tab tab = admin()) {
            tab.go("/users");
            Object status = tab.page()
                    .evaluate("() => fetch('theme', {method: 'POST', body: new URLSearchParams({theme: 'dark'}),"
                            + " redirect: 'manual'}).then(r => r.type)");
            assertThat(status).isEqualTo("opaqueredirect");
            Object refused = tab.page()
                    .evaluate(
                            "() => fetch('users', {method: 'POST', body: new URLSearchParams({name: 'x', csrf_token: 'x'})})"
                                    + ".then(r => r.status)");
            assertThat(refused).isEqualTo(403);
        }
        try (Tab evil = Tab.open(base)) {
            String target = base.replace("127.0.0.1", "localhost");
            evil.context().addCookies(List.of());
            evil.page()
                    .route(
                            "http://127.0.0.1:1/**",
                            route -> route.fulfill(new com.microsoft.playwright.Route.FulfillOptions()
                                    .setContentType("text/html")
                                    .setBody("<form method=post action='" + target
                                            + "/theme'><input name=theme value=dark>" + "<button>go</button></form>")));
            evil.page().navigate("http://127.0.0.1:1/");
            evil.page().locator("button").click();
            evil.page().waitForURL("**/theme");
            assertThat(evil.text()).contains("This form comes from another site. Nothing has been changed.");
        }
    }

    @Test
    void audit_filteredAndExported_holdsWhatWasDone() {
        try (Tab tab = admin()) {
            tab.go("/audit");
            tab.fill("Did what", "session").press("Filter");
            assertThat(tab.path()).startsWith("/audit?actor=&deed=session");
            assertThat(tab.page().locator("tbody td:nth-child(3)").allInnerTexts())
                    .isNotEmpty()
                    .allMatch(deed -> deed.startsWith("session."));
            tab.fill("From day", "2001-01-01").fill("To day", "2001-01-02").press("Filter");
            assertThat(tab.text()).contains("Nothing fits the filter");
            tab.go("/audit");
            Page.WaitForDownloadOptions soon = new Page.WaitForDownloadOptions().setTimeout(10_000);
            assertThat(tab.page()
                            .waitForDownload(
                                    soon,
                                    () -> tab.page()
                                            .getByRole(
                                                    AriaRole.LINK,
                                                    new Page.GetByRoleOptions()
                                                            .setName("CSV")
                                                            .setExact(true))
                                            .click())
                            .suggestedFilename())
                    .isEqualTo("audit.csv");
        }
    }
}
