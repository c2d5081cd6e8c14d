// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.AdminServer;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.store.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Set-up, log-in, account, users, tokens and the audit log, as people use them. */
final class AccessPagesTest {
    private static final List<String> PATHS = List.of(
            "/users",
            "/users/new",
            "/users/" + AdminServer.ADMIN,
            "/users/linus",
            "/tokens",
            "/tokens/new",
            "/audit",
            "/account",
            "/account/end",
            "/search?q=to",
            "/keys-help");

    private static final String PASSWORD = "amber lantern 4 rivers";

    private static AdminServer server;
    private static String base;

    @BeforeAll
    static void start() throws Exception {
        server = new AdminServer.Plan()
                .contextPath("/team")
                .builder(builder -> builder.identity(new Site.Identity("production", "node-1", "0.1.0", () -> "")))
                .start()
                .setUp();
        base = server.uri("/admin").toString();
        Access access = server.admin().access();
        access.users().add("grace", Role.ADMIN, PASSWORD);
        access.users().add("linus", Role.OPERATOR, PASSWORD);
        access.users().add("status-wall", Role.VIEWER, PASSWORD);
        Principal me = new Principal(
                Principal.Kind.SESSION,
                "",
                AdminServer.ADMIN,
                AdminServer.ADMIN,
                Role.ADMIN,
                Set.of(),
                null,
                true,
                Instant.MAX);
        access.users().change("status-wall", Role.VIEWER, true, null, me);
        access.tokens().make("deploy job", Role.OPERATOR, Set.of("pools"), Duration.ofDays(90), me);
        access.tokens().make("dashboard", Role.VIEWER, Set.of(), Duration.ofDays(5), me);
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
                tab.checkLooks(path.substring(1)
                        .replace('/', '-')
                        .replace(AdminServer.ADMIN, "oneself")
                        .replace("linus", "other")
                        .replaceAll("\\?.*", ""));
            }
        }
    }
}
