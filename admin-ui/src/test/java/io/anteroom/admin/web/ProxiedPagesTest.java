// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.net.TrustedProxies;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pages behind a proxy that speaks TLS for them: what counts is the client, not the proxy's connection. */
final class ProxiedPagesTest {
    private static AdminServer behind(TrustedProxies proxies) throws Exception {
        return new AdminServer.Plan()
                .access(settings -> settings.withProxies(proxies))
                .start()
                .setUp();
    }

    private static AdminServer behindProxy() throws Exception {
        return behind(TrustedProxies.of(List.of("127.0.0.1")));
    }

    private static HttpRequest.Builder proxied(HttpRequest.Builder request, String client) {
        return request.header("X-Forwarded-For", client).header("X-Forwarded-Proto", "https");
    }

    private static HttpRequest.Builder form(AdminServer server, String path, String form) {
        return HttpRequest.newBuilder(server.uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .header("Content-Type", "application/x-www-form-urlencoded");
    }

    @Test
    void hsts_overTlsToATrustedProxy_isSent() throws Exception {
        try (AdminServer server = behindProxy()) {
            Reply page = server.send(proxied(server.request("GET", "/admin/login", null), "192.0.2.1"));
            Reply missing = server.send(proxied(server.request("GET", "/admin/no/such/page", null), "192.0.2.1"));
            Reply plain = server.send(server.request("GET", "/admin/login", null));

            assertThat(page.status()).isEqualTo(200);
            assertThat(page.http().headers().firstValue("Strict-Transport-Security"))
                    .isPresent();
            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.http().headers().firstValue("Strict-Transport-Security"))
                    .isPresent();
            assertThat(plain.http().headers().firstValue("Strict-Transport-Security"))
                    .isEmpty();
        }
    }

    @Test
    void hsts_whenAStrangerClaimsTls_isNotSent() throws Exception {
        try (AdminServer server = behind(TrustedProxies.NONE)) {
            Reply page = server.send(proxied(server.request("GET", "/admin/login", null), "192.0.2.1"));

            assertThat(page.http().headers().firstValue("Strict-Transport-Security"))
                    .isEmpty();
        }
    }

    @Test
    void cookies_overTlsToATrustedProxy_areSecure() throws Exception {
        try (AdminServer server = behindProxy()) {
            Reply opened = server.send(proxied(
                    server.request(
                            "POST",
                            "/v1/management/session",
                            "{\"user\": \"" + AdminServer.ADMIN + "\", \"password\": \"" + AdminServer.PASSWORD
                                    + "\"}"),
                    "192.0.2.1"));
            String csrf = opened.body().path("csrf_token").asText();

            Reply made = server.send(proxied(
                            form(
                                    server,
                                    "/admin/users",
                                    "csrf_token=" + csrf + "&name=grace&role=viewer&password=amber+lantern+4+rivers"),
                            "192.0.2.1")
                    .header("Cookie", AdminServer.cookie(opened)));

            assertThat(made.status()).isEqualTo(303);
            assertThat(made.http().headers().allValues("Set-Cookie"))
                    .anyMatch(cookie -> cookie.startsWith("anteroom-flash="))
                    .allMatch(cookie -> cookie.contains("; Secure"));
        }
    }

    @Test
    void logIn_whileAnotherClientOfTheProxySendsSlowly_isAnswered() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (AdminServer server = behindProxy()) {
            for (int i = 0; i < 6; i++) {
                slow.add(slowLogIn(server));
            }
            Instant deadline = Instant.now().plusSeconds(20);
            while (logIn(server, "192.0.2.1") != 503) {
                assertThat(Instant.now()).as("the slow ones have not arrived").isBefore(deadline);
            }

            assertThat(logIn(server, "192.0.2.2")).as("another client").isEqualTo(401);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static Socket slowLogIn(AdminServer server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.getOutputStream()
                .write(("POST /admin/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n"
                                + "X-Forwarded-Proto: https\r\nContent-Length: 100\r\n"
                                + "Content-Type: application/x-www-form-urlencoded\r\n\r\nu")
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static int logIn(AdminServer server, String client) throws Exception {
        return server.send(proxied(form(server, "/admin/login", "name=of-" + client + "&password=wrong"), client))
                .status();
    }
}
