// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.AdminServer.Reply;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Log-in, sessions, tokens and the first user, as a client sees them. */
final class AccessTest {
    private static final Instant BEGIN = Instant.parse("2026-11-21T09:00:00Z");
    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer.Plan()
                .clocks(now::get, () -> Duration.between(BEGIN, now.get()).toNanos())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private Reply logIn(String user, String password) throws Exception {
        return server.send(server.request(
                "POST", "/v1/management/session", "{\"user\": \"" + user + "\", \"password\": \"" + password + "\"}"));
    }

    /** A session, as a browser has it. */
    private final class Browser {
        private final String cookie;
        private final String csrf;

        Browser(Reply opened) {
            assertThat(opened.status()).as(String.valueOf(opened)).isEqualTo(201);
            cookie = AdminServer.cookie(opened);
            csrf = opened.body().path("csrf_token").asText();
        }

        HttpRequest.Builder request(String method, String path, String body) {
            return server.request(method, "/v1/management" + path, body).header("Cookie", cookie);
        }

        Reply call(String method, String path, String body) throws Exception {
            return server.send(request(method, path, body).header("X-CSRF-Token", csrf));
        }
    }

    private Browser admin() throws Exception {
        return new Browser(logIn(AdminServer.ADMIN, AdminServer.PASSWORD));
    }

    @Test
    void setUp_firstStart_isInAFileForOneUse() throws Exception {
        assertThat(server.call("x", "GET", "/pools", null).code()).isEqualTo("set_up_required");
        String token = Files.readString(server.setUpFile()).strip();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.setUpFile())))
                .isEqualTo("rw-------");
        assertThat(token).hasSizeGreaterThanOrEqualTo(43);
        String body = "{\"token\": \"%s\", \"name\": \"eve\", \"password\": \"violet kettle 9 orbits\"}";
        assertThat(server.send(server.request("POST", "/v1/management/set-up", body.formatted("guess")))
                        .code())
                .isEqualTo("set_up_over");

        server.setUp();

        assertThat(server.setUpFile()).doesNotExist();
        assertThat(server.send(server.request("POST", "/v1/management/set-up", body.formatted(token)))
                        .status())
                .isEqualTo(403);
        assertThat(server.admin().access().users().all()).hasSize(1);
        assertThat(logIn("admin", "admin").status()).isEqualTo(401);
    }

    @Test
    void setUp_afterADay_needsTheNextToken() throws Exception {
        server.call("x", "GET", "/pools", null);
        String token = Files.readString(server.setUpFile()).strip();
        pass(Duration.ofHours(25));

        Reply reply = server.send(server.request(
                "POST",
                "/v1/management/set-up",
                "{\"token\": \"" + token + "\", \"name\": \"eve\", \"password\": \"violet kettle 9 orbits\"}"));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(Files.readString(server.setUpFile()).strip()).isNotEqualTo(token);
        server.setUp();
    }

    @Test
    void logIn_wrongOrUnknown_isToldTheSame() throws Exception {
        server.setUp();

        Reply wrong = logIn(AdminServer.ADMIN, "violet kettle 8 orbits");
        Reply unknown = logIn("nobody", "violet kettle 8 orbits");

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(unknown.body().path("detail")).isEqualTo(wrong.body().path("detail"));
        assertThat(wrong.http().headers().firstValue("Set-Cookie")).isEmpty();
        List<String> actors = server.call("GET", "/audit?deed=session.open&outcome=denied", null)
                .body()
                .findValuesAsText("actor");
        assertThat(actors).contains("nobody", AdminServer.ADMIN);
    }

    @Test
    void logIn_wrongAgainAndAgain_hasToWaitLongerAndNeverForEver() throws Exception {
        server.setUp();
        for (int i = 0; i < 4; i++) {
            assertThat(logIn("bob", "wrong").status()).isEqualTo(401);
        }
        logIn("bob", "wrong");

        Reply throttled = logIn("bob", "wrong");

        assertThat(throttled.status()).isEqualTo(429);
        assertThat(Integer.parseInt(
                        throttled.http().headers().firstValue("Retry-After").orElse("0")))
                .isBetween(1, 5);
        pass(Duration.ofMinutes(15));
        assertThat(logIn("bob", "wrong").status()).isEqualTo(401);
        assertThat(logIn(AdminServer.ADMIN, AdminServer.PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void session_cookie_isHiddenAndStrictAndNewEachTime() throws Exception {
        server.setUp();

        Reply first = logIn(AdminServer.ADMIN, AdminServer.PASSWORD);
        String line = first.http().headers().firstValue("Set-Cookie").orElse("");
        assertThat(line)
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/")
                .doesNotContain("Domain");
        HttpRequest.Builder again = server.request(
                        "POST",
                        "/v1/management/session",
                        "{\"user\": \"" + AdminServer.ADMIN + "\", \"password\": \"" + AdminServer.PASSWORD + "\"}")
                .header("Cookie", AdminServer.cookie(first));
        Reply second = server.send(again);

        assertThat(AdminServer.cookie(second)).isNotEqualTo(AdminServer.cookie(first));
        assertThat(new Browser(first).call("GET", "/me", null).status()).isEqualTo(401);
        assertThat(new Browser(second).call("GET", "/me", null).status()).isEqualTo(200);
    }

    @Test
    void session_changesWithoutCsrfOrFromElsewhere_areForbidden() throws Exception {
        server.setUp();
        Browser browser = admin();
        String path = "/pools/llm/resume";

        assertThat(server.send(browser.request("POST", path, null)).code()).isEqualTo("csrf_token_missing");
        assertThat(server.send(browser.request("POST", path, null).header("X-CSRF-Token", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(server.send(browser.request("POST", path, null)
                                .header("X-CSRF-Token", browser.csrf)
                                .header("Origin", "http://evil.test"))
                        .code())
                .isEqualTo("foreign_origin");
        assertThat(server.send(browser.request("GET", "/pools", null).header("Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(server.send(browser.request("POST", path, null)
                                .header("X-CSRF-Token", browser.csrf)
                                .header("Sec-Fetch-Site", "same-origin")
                                .header("Origin", "http://127.0.0.1:" + server.port()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void session_idleOrOld_isOver() throws Exception {
        server.setUp();
        Browser idle = admin();
        pass(Duration.ofMinutes(31));
        assertThat(idle.call("GET", "/me", null).status()).isEqualTo(401);
        Browser busy = admin();

        for (int i = 0; i < 35; i++) {
            pass(Duration.ofMinutes(20));
            assertThat(busy.call("GET", "/me", null).status()).isEqualTo(200);
        }
        pass(Duration.ofMinutes(21));

        assertThat(busy.call("GET", "/me", null).status()).isEqualTo(401);
    }

    @Test
    void session_logOutPasswordAndRole_endItAtOnce() throws Exception {
        server.setUp();
        server.call(
                "POST", "/users", "{\"name\": \"bob\", \"role\": \"admin\", \"password\": \"brown teapot 7 moons\"}");
        Browser out = new Browser(logIn("bob", "brown teapot 7 moons"));
        assertThat(out.call("DELETE", "/session", null).status()).isEqualTo(204);
        assertThat(out.call("GET", "/me", null).status()).isEqualTo(401);
        Browser first = new Browser(logIn("bob", "brown teapot 7 moons"));
        Browser second = new Browser(logIn("bob", "brown teapot 7 moons"));

        Reply changed = first.call(
                "POST",
                "/me/password",
                "{\"current\": \"brown teapot 7 moons\", \"password\": \"green teapot 8 moons\"}");

        assertThat(changed.status()).isEqualTo(204);
        assertThat(second.call("GET", "/me", null).status()).isEqualTo(401);
        assertThat(logIn("bob", "brown teapot 7 moons").status()).isEqualTo(401);
        Browser demoted = new Browser(logIn("bob", "green teapot 8 moons"));
        assertThat(server.call("PATCH", "/users/bob", "{\"role\": \"viewer\"}").status())
                .isEqualTo(200);
        assertThat(demoted.call("GET", "/me", null).status()).isEqualTo(401);
    }

    @Test
    void users_changedByAStaleSession_needThePasswordAgain() throws Exception {
        server.setUp();
        Browser browser = admin();
        pass(Duration.ofMinutes(6));
        String body = "{\"name\": \"bob\", \"role\": \"viewer\", \"password\": \"brown teapot 7 moons\"}";

        assertThat(browser.call("POST", "/users", body).code()).isEqualTo("password_needed");
        assertThat(browser.call("POST", "/session/confirm", "{\"password\": \"wrong\"}")
                        .status())
                .isEqualTo(403);
        assertThat(browser.call("POST", "/session/confirm", "{\"password\": \"" + AdminServer.PASSWORD + "\"}")
                        .status())
                .isEqualTo(204);
        assertThat(browser.call("POST", "/users", body).status()).isEqualTo(201);
    }

    @Test
    void users_oneselfAndTheLastAdmin_cannotBeDemoted() throws Exception {
        server.setUp();
        String self = "/users/" + AdminServer.ADMIN;

        assertThat(server.call("PATCH", self, "{\"role\": \"viewer\"}").code()).isEqualTo("oneself");
        assertThat(server.call("PATCH", self, "{\"disabled\": true}").code()).isEqualTo("oneself");
        assertThat(server.call("DELETE", self, null).code()).isEqualTo("oneself");
        assertThat(server.call("POST", "/users", "{\"name\": \"a b\", \"role\": \"viewer\", \"password\": \"x\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.call("PATCH", self, "{\"name\": \"other\"}").status()).isEqualTo(400);
    }

    @Test
    void tokens_makerDemotedOrGone_shrinkAndDie() throws Exception {
        server.setUp();
        server.call(
                "POST", "/users", "{\"name\": \"bob\", \"role\": \"admin\", \"password\": \"brown teapot 7 moons\"}");
        Browser bob = new Browser(logIn("bob", "brown teapot 7 moons"));
        JsonNode made = bob.call("POST", "/tokens", "{\"name\": \"ci\", \"role\": \"admin\"}")
                .body();
        String token = made.path("token").asText();
        assertThat(token).matches("arm_[A-Za-z0-9_-]{43}[0-9a-f]{8}");
        assertThat(server.call(token, "GET", "/users", null).status()).isEqualTo(200);

        server.call("PATCH", "/users/bob", "{\"role\": \"viewer\"}");

        assertThat(server.call(token, "GET", "/users", null).status()).isEqualTo(403);
        assertThat(server.call(token, "GET", "/pools", null).status()).isEqualTo(200);
        assertThat(server.call("GET", "/tokens", null).http().body()).doesNotContain(token);
        server.call("PATCH", "/users/bob", "{\"disabled\": true}");
        assertThat(server.call(token, "GET", "/pools", null).status()).isEqualTo(401);
        assertThat(server.call("DELETE", "/users/bob", null).status()).isEqualTo(204);
        assertThat(server.call("GET", "/tokens", null).http().body()).doesNotContain("\"bob\"");
    }

    @Test
    void tokens_scopedOrExpired_cannotMakeStrongerOnes() throws Exception {
        server.setUp();
        String scoped = server.token("admin", "tokens", "pools");

        assertThat(server.call(scoped, "POST", "/tokens", "{\"name\": \"x\", \"role\": \"admin\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.call(
                                scoped,
                                "POST",
                                "/tokens",
                                "{\"name\": \"x\", \"role\": \"admin\", \"scopes\": [\"users\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(server.call(
                                scoped,
                                "POST",
                                "/tokens",
                                "{\"name\": \"x\", \"role\": \"viewer\", \"scopes\": [\"pools\"]}")
                        .status())
                .isEqualTo(201);
        pass(Duration.ofDays(91));
        assertThat(server.call(scoped, "GET", "/pools", null).status()).isEqualTo(401);
    }

    @Test
    void tokens_many_comeInPages() throws Exception {
        server.setUp();
        for (int i = 0; i < 5; i++) {
            server.call("POST", "/tokens", "{\"name\": \"t" + i + "\", \"role\": \"viewer\"}");
        }
        List<String> all = server.call("GET", "/tokens", null).body().findValuesAsText("id");
        assertThat(all).hasSizeGreaterThanOrEqualTo(5);

        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = server.call("GET", "/tokens?limit=2" + cursor, null).body();
            assertThat(page.path("tokens").size()).isLessThanOrEqualTo(2);
            paged.addAll(page.findValuesAsText("id"));
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.path("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());

        assertThat(paged).isEqualTo(all);
        assertThat(server.call("GET", "/tokens?cursor=1", null).status()).isEqualTo(400);
    }

    @Test
    void tokens_confinedToUsers_makeNobodyWhoMayDoMore() throws Exception {
        server.setUp();
        String scoped = server.token("admin", "users");
        String bob = "{\"name\": \"bob\", \"role\": \"viewer\", \"password\": \"brown teapot 7 moons\"}";

        Reply made = server.call(scoped, "POST", "/users", bob);
        Reply taken =
                server.call(scoped, "PATCH", "/users/" + AdminServer.ADMIN, "{\"password\": \"brown teapot 7 moons\"}");

        assertThat(made.status()).isEqualTo(403);
        assertThat(made.body().path("detail").asText()).contains("a token without scopes");
        assertThat(taken.status()).isEqualTo(403);
        assertThat(logIn(AdminServer.ADMIN, AdminServer.PASSWORD).status()).isEqualTo(201);
        assertThat(server.call(scoped, "GET", "/users", null).status()).isEqualTo(200);
        assertThat(server.call("POST", "/users", bob).status()).isEqualTo(201);
        assertThat(server.call(scoped, "DELETE", "/users/bob", null).status()).isEqualTo(204);
    }

    @Test
    void calls_tooManyInAMinute_areRefusedWithTheTime() throws Exception {
        server.close();
        server = new AdminServer.Plan()
                .access(usual -> usual.withRates(io.anteroom.admin.access.AccessSettings.Rates.DEFAULT))
                .clocks(now::get, () -> Duration.between(BEGIN, now.get()).toNanos())
                .start()
                .setUp();
        for (int i = 0; i < 60; i++) {
            assertThat(server.call("GET", "/me", null).status()).isEqualTo(200);
        }

        Reply refused = server.call("GET", "/me", null);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.http().headers().firstValue("Retry-After")).hasValue("1");
        pass(Duration.ofSeconds(1));
        assertThat(server.call("GET", "/me", null).status()).isEqualTo(200);
    }

    private String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void host_anotherName_isMisdirected() throws Exception {
        assertThat(raw("GET /v1/management/health HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421")
                .contains("misdirected_request");
        assertThat(raw("GET /v1/management/health HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw("TRACE /v1/management/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405");
    }

    @Test
    void bodies_tooLargeOrOfAnotherType_areRefused() throws Exception {
        server.setUp();

        assertThat(server.call("POST", "/users", "{\"name\": \"" + "x".repeat(300_000) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(server.call("POST", "/users", "{\"name\": \"a\", \"name\": \"b\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.call("POST", "/users", "[".repeat(100)).status()).isEqualTo(400);
        HttpRequest.Builder form = HttpRequest.newBuilder(server.uri("/v1/management/users"))
                .header("Authorization", "Bearer " + server.token())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("name=a"));
        assertThat(server.send(form).status()).isEqualTo(415);
    }

    @Test
    void bodies_thatStrangersSendSlowly_keepNobodyElseOut() throws Exception {
        server.setUp();
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket("127.0.0.1", server.port());
                slow.add(socket);
                socket.getOutputStream()
                        .write(("POST /v1/management/session HTTP/1.1\r\nHost: localhost\r\n"
                                        + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                                .getBytes(StandardCharsets.UTF_8));
            }
            Instant deadline = Instant.now().plusSeconds(20);
            while (logIn("x", "x").status() != 503) {
                assertThat(Instant.now()).isBefore(deadline);
                pass(Duration.ofHours(1));
            }

            assertThat(server.call("GET", "/pools", null).status()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void passwords_plainHttpFromElsewhere_areNotTaken() throws Exception {
        server.setUp();

        Reply reply =
                server.send(server.request("POST", "/v1/management/session", "{\"user\": \"a\", \"password\": \"b\"}")
                        .header("X-Forwarded-For", "198.51.100.7"));

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.code()).isEqualTo("insecure_connection");
    }

    @Test
    void mounted_underAnotherPath_works() throws Exception {
        server.close();
        server = new AdminServer.Plan().contextPath("/ops").start().setUp();

        assertThat(server.uri("/v1").getPath()).startsWith("/ops/");
        assertThat(server.call("GET", "/pools", null).status()).isEqualTo(200);
    }
}
