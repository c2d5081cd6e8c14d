// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.Role;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The parts that pages are made of, as people see and use them. */
final class GalleryTest {
    private static final List<String> NAMES =
            List.of("ada", "batch-import", "chat-frontend-production-eu-west-1", "grace");

    private static PageServer server;

    @BeforeAll
    static void start() throws Exception {
        Site site = Site.builder(new FakeGuard(Role.OPERATOR))
                .identity(new Site.Identity(
                        "production", "node-a", "0.1.0", () -> "The settings come from anteroom.yaml."))
                .add(new Gallery(NAMES))
                .build();
        server = new PageServer(new AdminPages(site));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void parts_everyLook_areAccessibleAndFit() {
        try (Tab tab = Tab.open(server.base())) {
            for (String path : List.of("/gallery", "/gallery/forms", "/gallery/states", "/gallery/confirm")) {
                assertThat(tab.go(path).status()).isEqualTo(200);
                tab.checkLooks(Tab.UNKEPT + path.substring(1).replace('/', '-'));
            }
        }
    }
}
