// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.AdminServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Set-up, log-in, account, users, tokens and the audit log, as people use them. */
final class AccessPagesTest {
    private static final List<String> PATHS = List.of(
            "/users",
            "/users/new",
            "/users/" + AdminServer.ADMIN,
            "/tokens",
            "/tokens/new",
            "/audit",
            "/account",
            "/account/end",
            "/search?q=to",
            "/keys-help");

    private static AdminServer server;
    private static String base;

    @BeforeAll
    static void start() throws Exception {
        server = new AdminServer.Plan().contextPath("/team").start().setUp();
        base = server.uri("/admin").toString();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void pages_everyLook_areAccessibleAndFit() {
        try (Tab tab = Tab.open(base)) {
            tab.go("/login");
            tab.checkLooks("login");
            tab.logIn(AdminServer.ADMIN, AdminServer.PASSWORD);
            for (String path : PATHS) {
                assertThat(tab.go(path).status()).isEqualTo(200);
                tab.checkLooks(path.substring(1).replace('/', '-').replace(AdminServer.ADMIN, "one"));
            }
        }
    }
}
