// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.admin.Admin;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the pages of the administration and its API work beside an application, mounted by the Servlet API alone. */
public abstract class PagesContract {
    private static final String PASSWORD = "amber lantern 4 rivers";
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf_token\" value=\"([^\"]+)\"");
    private static final Pattern STYLES = Pattern.compile("href=\"(\\./assets/[0-9a-f]{16}/app\\.css)\"");

    private final Container container;
    private final CookieManager cookies = new CookieManager();

    private String root = "";
    private String base = "";

    /** The contract on one container. */
    protected PagesContract(Container container) {
        this.container = container;
    }

    /** Twenty answers, several of them with a password to hash: the slowest by far on a busy machine. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/ops"})
    @Timeout(300)
    void pages_fromSetUpToLogOut_work(String contextPath, @TempDir Path folder) throws Exception {
        Settings settings = Settings.of("llm", PoolSettings.ofSlots(2));
        Path file = folder.resolve("set-up.token");
        try (Anteroom anteroom = Anteroom.builder().settings(settings).build();
                Admin admin = Admin.builder(anteroom, desk(anteroom, settings))
                        .setUpFile(file)
                        .build();
                Container.Running server = container.start(
                        new Deployment(admin::addTo, new Deployment.Kind(List.of(), false, contextPath)))) {
            root = "http://127.0.0.1:" + server.port() + contextPath;
            base = root + "/admin";

            HttpResponse<String> first = get("");
            assertThat(first.uri().getPath()).as(first.body()).isEqualTo(contextPath + "/admin/setup");
            post(
                    "/setup",
                    Map.of(
                            "token",
                            Files.readString(file).strip(),
                            "name",
                            "ada",
                            "password",
                            PASSWORD,
                            "again",
                            PASSWORD));
            HttpResponse<String> users = get("/users/new");
            assertThat(users.statusCode()).as(users.body()).isEqualTo(200);
            assertThat(users.headers().firstValue("Content-Security-Policy")).isPresent();
            useThem(users.body(), contextPath);
            useTheApi();
            logOut(contextPath);
        }
    }

    private static SettingsDesk desk(Anteroom anteroom, Settings settings) {
        return SettingsDesk.open(new MemoryStore(), anteroom.parts(), InstantSource.system(), settings, "the contract");
    }

    private void useThem(String page, String contextPath) throws Exception {
        HttpResponse<String> made = post(
                "/users",
                Map.of("csrf_token", csrf(page), "name", "gr\u00e4ce", "role", "viewer", "password", PASSWORD));
        assertThat(made.statusCode()).isEqualTo(422);
        assertThat(made.body()).contains("value=\"gr\u00e4ce\"", "needs another value");

        HttpResponse<String> done = post(
                "/users", Map.of("csrf_token", csrf(page), "name", "grace", "role", "viewer", "password", PASSWORD));
        assertThat(done.uri().getPath()).isEqualTo(contextPath + "/admin/users");
        assertThat(done.body()).contains("The user grace can log in now, as viewer.");

        assertThat(get("/users/grace").statusCode()).isEqualTo(200);
        assertThat(get("/users/nobody").statusCode()).isEqualTo(404);
        assertThat(get("/audit/entries.csv").body()).contains("\"user.create\",\"grace\"");
        assertThat(post("/users/grace/remove", Map.of("csrf_token", "forged")).statusCode())
                .isEqualTo(403);
        Matcher styles = STYLES.matcher(done.body());
        assertThat(styles.find()).isTrue();
        HttpResponse<String> css = get(styles.group(1).substring(1));
        assertThat(css.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(css.body()).contains("light-dark(");
    }

    /** With the session of the pages: their cookie is for both. */
    private void useTheApi() throws Exception {
        URI me = URI.create(root + "/v1/management/me");
        HttpResponse<String> known = send(HttpRequest.newBuilder(me).GET());
        assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
        assertThat(known.body()).contains("\"ada\"");
        URI hold = URI.create(root + "/v1/management/pools/llm/hold");
        assertThat(send(HttpRequest.newBuilder(hold).POST(HttpRequest.BodyPublishers.noBody()))
                        .body())
                .contains("csrf_token_missing");
        URI document = URI.create(root + "/v1/management/openapi.json");
        assertThat(send(HttpRequest.newBuilder(document).GET()).statusCode()).isEqualTo(200);
    }

    private void logOut(String contextPath) throws Exception {
        HttpResponse<String> out =
                post("/logout", Map.of("csrf_token", csrf(get("/account").body())));

        assertThat(out.body()).contains("You are logged out.");
        assertThat(get("/users").uri().getPath()).isEqualTo(contextPath + "/admin/login");
    }

    private static String csrf(String page) {
        Matcher token = TOKEN.matcher(page);
        assertThat(token.find()).as(page).isTrue();
        return token.group(1);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(base + path)).GET());
    }

    private HttpResponse<String> post(String path, Map<String, String> form) throws Exception {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /**
     * On a connection of its own, as HTTP/1.1. One of HTTP/2 that was idle for a while is closed by the server with
     * GOAWAY (Tomcat: 20 s), and the JDK's client fails the request that it has just sent there instead of sending it
     * anew; on new ones it asks for HTTP/2 by an upgrade, and Tomcat waits 20 s for the body of an upgraded POST
     * without one, which it then resets.
     */
    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(cookies)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        return client.send(request.timeout(Duration.ofSeconds(90)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
