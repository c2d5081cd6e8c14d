// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ForcedColors;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.ClusterView.Standing;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.HostileStrings;
import io.anteroom.admin.web.Tab;
import io.anteroom.admin.web.Urls;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every live page in every look: accessible, within the window, and within its policy. */
final class LiveLooksTest {
    private static LiveWorld world;

    @BeforeAll
    static void start() throws Exception {
        world = new LiveWorld().busy();
        world.backends(
                world.backend("gpu-1", "up", "closed", "http://10.1.0.11:8000"),
                world.backend("gpu-2", "draining", "half_open", "http://10.1.0.12:8000"),
                world.backend("gpu-3", "down", "open", "http://10.1.0.13:8000"));
        world.serve(Role.OPERATOR);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void pages_everyLook_areAccessibleAndFit() {
        try (Tab tab = Tab.open(world.base())) {
            for (String path : List.of("overview", "pools/llm", "pools/images", "upstreams", "cluster")) {
                assertThat(tab.go("/" + path).status()).isEqualTo(200);
                tab.page().waitForSelector("[data-freshness][data-state=live]");
                tab.checkLooks("live-" + path.replace('/', '-'));
            }
        }
    }

    @Test
    void states_everyLook_areAccessibleAndFit_alsoInForcedColours() throws Exception {
        try (LiveWorld other = new LiveWorld()) {
            Pool pool = other.pool("llm", PoolSettings.ofSlots(0));
            other.arrive(pool, "ada", Priority.NORMAL, "llama", Duration.ofHours(1));
            other.serve(Role.OPERATOR);
            try (Tab tab = Tab.open(other.base())) {
                for (PoolMode mode : List.of(PoolMode.HOLDING, PoolMode.DRAINING, PoolMode.CLOSED)) {
                    pool.mode(mode);
                    for (String path : List.of("/overview", "/pools/llm")) {
                        tab.go(path);
                        tab.page().waitForSelector("[data-freshness][data-state=live]");
                        tab.checkLooks(Tab.UNKEPT + mode + path.replace('/', '-'));
                        tab.page().emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.ACTIVE));
                        tab.picture(Tab.UNKEPT + mode + path.replace('/', '-') + "-forced");
                        tab.check();
                        tab.page().emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.NONE));
                    }
                }
            }
        }
    }

    @Test
    void cluster_someHaveGone_namesThemWithTheirLastMoment() throws Exception {
        try (LiveWorld other = new LiveWorld()) {
            Pool unused = other.pool("llm", PoolSettings.ofSlots(8));
            other.cluster(() -> new ClusterView.State(
                    "shared",
                    false,
                    "Out of sight, and may still run: node-b. Until then on-partition counts: share.",
                    List.of(
                            member(other, "node-a", Standing.HERE, Duration.ZERO),
                            member(other, "node-b", Standing.MISSING, Duration.ofSeconds(150)),
                            member(other, "node-c", Standing.GONE, Duration.ofSeconds(2430)))));
            other.serve(Role.OPERATOR);
            try (Tab tab = Tab.open(other.base())) {
                tab.go("/cluster");
                tab.page().waitForSelector("[data-freshness][data-state=live]");
                assertThat(tab.text())
                        .contains("1 server, 2 gone", "may still run: node-b", "This one", "Silent", "Gone")
                        .contains("2 min ago", "40 min ago")
                        .doesNotContain("Running and waiting, by pool");
                tab.checkLooks(Tab.UNKEPT + "cluster-gone");
            }
        }
    }

    private static ClusterView.Member member(LiveWorld world, String name, Standing standing, Duration ago) {
        boolean isSelf = standing == Standing.HERE;
        return new ClusterView.Member(
                name,
                "10.1.0.1:5701",
                isSelf ? "0.1.0" : "",
                isSelf,
                standing,
                world.instant().minus(Duration.ofHours(2)),
                world.instant().minus(ago),
                Map.of());
    }

    @Test
    void confirmations_andEmptyFilters_areAccessibleAndFit() {
        try (Tab tab = Tab.open(world.base())) {
            for (String verb : List.of("hold", "drain", "reject", "resume", "move?all=yes", "cancel?all=yes")) {
                assertThat(tab.go("/pools/llm/" + verb).status()).isEqualTo(200);
                tab.checkLooks("live-pool-" + verb.replaceAll("\\?.*", ""));
            }
            tab.go("/pools/llm?q=nobody");
            assertThat(tab.text()).contains("Nobody who waits fits that");
            tab.check();
            assertThat(tab.go("/pools/none").status()).isEqualTo(404);
            tab.check();
            assertThat(tab.go("/pools/llm/cancel").status()).isEqualTo(400);
        }
    }

    @Test
    void pages_ofHostileNames_showThemAsText() throws Exception {
        try (LiveWorld hostile = new LiveWorld()) {
            for (String name : HostileStrings.NAMES) {
                Pool pool = hostile.pool(name, PoolSettings.ofSlots(1));
                hostile.arrive(pool, name, Priority.NORMAL, name, Duration.ofHours(1));
                hostile.arrive(pool, name, Priority.NORMAL, name, Duration.ofHours(1));
            }
            String worst = HostileStrings.NAMES.get(1);
            hostile.backends(hostile.backend(worst, worst, worst, worst));
            hostile.serve(Role.OPERATOR);
            try (Tab tab = Tab.open(hostile.base())) {
                tab.go("/overview");
                tab.page().waitForSelector("[data-freshness][data-state=live]");
                assertThat(tab.page().locator("tr[data-pool] th a").allTextContents())
                        .containsExactlyElementsOf(HostileStrings.NAMES);
                for (String name : HostileStrings.NAMES) {
                    if (tab.go("/pools/" + Urls.encode(name)).status() == 200) {
                        assertThat(tab.page().locator("h1").textContent()).isEqualTo(name);
                        assertThat(tab.page()
                                        .locator("#queue td[data-label=Model]")
                                        .textContent())
                                .isEqualTo(name);
                    } else {
                        // Containers take no address with %2f, or with control characters.
                        assertThat(name).containsAnyOf("/", "\\", "%", ";");
                    }
                }
                tab.go("/upstreams");
                assertThat(tab.text()).contains(worst);
            }
        }
    }
}
