// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Tab;
import java.util.List;
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
}
