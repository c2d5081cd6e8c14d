// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.untilWaiting;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import io.anteroom.admission.PoolMode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of roles in the browser: what a role may not do it is not shown, and cannot do by a form of its own making.
 */
final class RoleJourneysTest {
    private static final String CONTROLS = "form[method=post] button, a[data-dialog], a.button";
    private static final List<String> OF_OPERATORS = List.of(
            "/pools/llm/hold",
            "/pools/llm/resume",
            "/pools/llm/drain",
            "/pools/llm/reject",
            "/pools/llm/cancel",
            "/pools/llm/move");
    private static final List<String> OF_ADMINS = List.of(
            "/settings/pools/llm",
            "/settings/save",
            "/settings/pools/llm/remove",
            "/callers/new-key",
            "/new-webhook",
            "/users",
            "/tokens");

    @TempDir
    private Path folder;

    private Saturation world;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        world = new Saturation();
        gateway = world.start(folder, "pools: {llm: {slots: 1, levels: {normal: {longest-wait: 300s}}}}\n");
        for (String role : List.of("viewer", "operator")) {
            HttpResponse<String> made = world.manage(
                    gateway,
                    "POST",
                    "/users",
                    "{\"name\": \"an-" + role + "\", \"role\": \"" + role + "\", \"password\": \"" + Saturation.PASSWORD
                            + "\"}");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        }
    }

    @AfterEach
    void stop() {
        world.close();
    }

    /** What a page offers to do, besides the menu that everybody has. */
    private static List<String> controls(Tab tab, String path) {
        assertThat(tab.go(path).status()).as(path).isEqualTo(200);
        return tab.page().locator("main").locator(CONTROLS).allInnerTexts().stream()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static List<String> pages(Tab tab) {
        return tab.page().locator("#nav a span").allInnerTexts();
    }

    private static int forged(Tab tab, String base, String path) {
        String token = String.valueOf(
                tab.page().locator("input[name=csrf_token]").first().inputValue());
        FormData form =
                FormData.create().set("csrf_token", token).set("ticket", "1").set("seen", "9");
        APIResponse answer = tab.context()
                .request()
                .post(
                        base + path,
                        RequestOptions.create()
                                .setForm(form)
                                .setMaxRedirects(0)
                                .setHeader("Origin", base.replaceAll("(//[^/]*)/.*", "$1")));
        return answer.status();
    }

    @Test
    void viewer_seesAll_isOfferedNothing_andItsForgedFormsAreRefused() throws Exception {
        world.ask(gateway, "ada");
        CompletableFuture<HttpResponse<String>> waits;
        try (Tab tab = Saturation.window(gateway, "an-viewer")) {
            tab.page().waitForCondition(() -> world.served.size() == 1);
            waits = world.ask(gateway, "ada", "waits");
            untilWaiting(tab, gateway, 1);

            for (String path :
                    List.of("/overview", "/upstreams", "/cluster", "/settings/pools/llm", "/callers/groups")) {
                assertThat(controls(tab, path)).as(path).isEmpty();
            }
            assertThat(controls(tab, "/pools/llm")).isEmpty();
            assertThat(tab.text()).contains("waits").doesNotContain("Hold", "Drain", "Reject", "Cancel chosen");
            assertThat(pages(tab)).contains("Overview", "Settings").doesNotContain("Users", "Tokens", "Audit");
            tab.go("/overview");
            for (List<String> paths : List.of(OF_OPERATORS, OF_ADMINS)) {
                for (String path : paths) {
                    assertThat(forged(tab, Saturation.pages(gateway), path))
                            .as(path)
                            .isEqualTo(403);
                }
            }
            assertThat(tab.go("/users").status()).isEqualTo(403);
            assertThat(tab.text()).contains("This needs the role admin; you have the role viewer.");
            tab.check();
        }
        assertThat(gateway.pool("llm").snapshot().mode()).isEqualTo(PoolMode.OPEN);
        assertThat(gateway.desk().current().number()).isEqualTo(1);
        assertThat(waits).isNotDone();
    }

    @Test
    void operator_holdsAndCancels_butEditsNothing() {
        world.ask(gateway, "ada");
        try (Tab tab = Saturation.window(gateway, "an-operator")) {
            tab.page().waitForCondition(() -> world.served.size() == 1);
            Keyboard.of(tab).go('o').follow("llm");
            assertThat(tab.text()).contains("Hold…", "Drain…", "Reject new…");
            assertThat(controls(tab, "/settings/pools/llm")).isEmpty();
            assertThat(pages(tab)).doesNotContain("Users", "Tokens", "Audit");
            for (String path : OF_ADMINS) {
                assertThat(forged(tab, Saturation.pages(gateway), path))
                        .as(path)
                        .isEqualTo(403);
            }
            assertThat(forged(tab, Saturation.pages(gateway), "/pools/llm/hold"))
                    .isEqualTo(303);
            assertThat(gateway.pool("llm").snapshot().mode()).isEqualTo(PoolMode.HOLDING);
        }
        assertThat(gateway.desk().current().number()).isEqualTo(1);
    }

    @Test
    void admin_withoutTheTokenOfItsSession_changesNothing() {
        try (Tab tab = Saturation.window(gateway)) {
            String base = Saturation.pages(gateway);
            for (Map<String, String> wrong :
                    List.of(Map.<String, String>of(), Map.of("csrf_token", "x".repeat(43)), Map.of("csrf_token", ""))) {
                FormData form = FormData.create();
                wrong.forEach(form::set);
                assertThat(tab.context()
                                .request()
                                .post(
                                        base + "/pools/llm/hold",
                                        RequestOptions.create().setForm(form).setMaxRedirects(0))
                                .status())
                        .isEqualTo(403);
            }
        }
        assertThat(gateway.pool("llm").snapshot().mode()).isEqualTo(PoolMode.OPEN);
    }
}
