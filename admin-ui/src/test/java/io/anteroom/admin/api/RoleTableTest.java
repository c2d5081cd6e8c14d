// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admin.store.Role;
import io.anteroom.servlet.ApiKey;
import java.net.http.HttpRequest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Walks the whole table as everybody, and expects what it declares, no more and no less. */
final class RoleTableTest {
    private static final String BODY = "{\"no such member\": 1}";

    private static AdminServer server;
    private static final Map<Role, String> TOKENS = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        server = new AdminServer.Plan().start().setUp();
        for (Role role : Role.values()) {
            TOKENS.put(role, server.token(role.word()));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static String path(Route route) {
        return RouteTable.ROOT + route.path().replaceAll("\\{[^}]+}", "nothing-of-that-name");
    }

    /** A body that every route refuses, and a query that every route refuses, so that nothing is done. */
    private static Reply call(Route route, String authorization) throws Exception {
        boolean hasBody = route.body() != null || route.hasTree();
        HttpRequest.Builder request =
                server.request(route.method(), path(route) + "?no_such_parameter=1", hasBody ? BODY : null);
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return server.send(request);
    }

    @Test
    void everyRoute_everybody_getsWhatTheTableSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Route route : server.admin().routes().all()) {
            Role needed = route.role();
            expect(wrong, route, "anonymous", call(route, null), needed == null ? 400 : 401);
            String key = ApiKey.create(new SecureRandom()).secret();
            expect(wrong, route, "gateway key", call(route, "Bearer " + key), needed == null ? 400 : 401);
            for (Role role : Role.values()) {
                boolean may = needed == null || role.covers(needed);
                expect(wrong, route, role.word(), call(route, "Bearer " + TOKENS.get(role)), may ? 400 : 403);
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(server.admin().routes().all()).hasSizeGreaterThan(20);
    }

    @Test
    void everyRoute_tokenOfAnotherArea_isForbidden() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String area : server.admin().routes().areas()) {
            String scoped = server.token("admin", area);
            for (Route route : server.admin().routes().all()) {
                boolean isMeant = route.area().isEmpty() || route.area().equals(area);
                boolean may = isMeant && !route.needsAllAreas();
                expect(wrong, route, "admin for " + area, call(route, "Bearer " + scoped), may ? 400 : 403);
            }
        }

        assertThat(wrong).isEmpty();
    }

    private static void expect(List<String> wrong, Route route, String who, Reply reply, int status) {
        if (reply.status() != status) {
            wrong.add(route + " as " + who + ": " + reply.status() + " (expected: " + status + ")");
        }
    }

    @Test
    void otherMethods_everyPath_areNotAllowed() throws Exception {
        for (Route route : server.admin().routes().all()) {
            for (String method : List.of("TRACE", "OPTIONS", "PROPFIND", "FOO")) {
                HttpRequest.Builder request = server.request(method, path(route), null);
                if (!method.equals("TRACE")) {
                    Reply reply = server.send(request);
                    assertThat(reply.status()).as(method + " " + route).isEqualTo(405);
                    assertThat(reply.http().headers().firstValue("Allow").orElse(""))
                            .contains(route.method());
                }
            }
        }
    }

    @Test
    void unknownPaths_admin_areNotFound() throws Exception {
        for (String path : List.of("/nothing", "/pools/", "/pools/llm/", "/users/a/b/c", "/")) {
            Reply reply = server.call("GET", path, null);
            assertThat(reply.status()).as(path).isEqualTo(404);
            assertThat(reply.code()).isEqualTo("not_found");
            assertThat(reply.http().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }
}
