// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admin.store.Role;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the servlet of the pages does with every request, without a browser. */
final class PagesTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final String ABSOLUTE = "(href|src|action|hx-get)=\"(/|http)";

    private static PageServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new PageServer(new AdminPages(Site.builder(new FakeGuard(Role.OPERATOR))
                .add(new Gallery(List.of("llm")))
                .build()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        return send("GET", path, "", headers);
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.base() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void pages_thatCannotNow_areWarnedOf_andThoseThatBreakAreErrorsWithTheirTrace() throws Exception {
        List<LogRecord> said = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                said.add(entry);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(AdminPages.class.getName());
        logger.addHandler(handler);
        try {
            assertThat(get("/gallery/busy").statusCode()).isEqualTo(503);
            assertThat(get("/gallery/broken").statusCode()).isEqualTo(500);
            assertThat(get("/nowhere").statusCode()).isEqualTo(404);
        } finally {
            logger.removeHandler(handler);
        }

        assertThat(said).extracting(LogRecord::getLevel).containsExactly(Level.WARNING, Level.SEVERE);
        assertThat(said.get(0).getThrown()).isNull();
        assertThat(said.get(0).getMessage()).contains("/gallery/busy", "So many windows watch already.");
        assertThat(said.get(1).getThrown()).hasMessage("secret detail");
    }

    @Test
    void answers_all_carryThePolicy() throws Exception {
        String asset = asset("app.css");
        for (String path : List.of("/gallery", "/nowhere", "/gallery/broken", "/gallery/admins", "/", asset)) {
            HttpResponse<String> response = get(path);

            assertThat(header(response, "Content-Security-Policy")).as(path).isEqualTo(Headers.POLICY);
            assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(response, "X-Frame-Options")).isEqualTo("DENY");
            assertThat(header(response, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
            assertThat(header(response, "Referrer-Policy")).isEqualTo("same-origin");
            assertThat(header(response, "Strict-Transport-Security"))
                    .as("over plain HTTP")
                    .isEmpty();
            assertThat(header(response, "Cache-Control"))
                    .isEqualTo(path.equals(asset) ? "public, max-age=31536000, immutable" : "no-store");
            assertThat(response.headers().map()).doesNotContainKey("access-control-allow-origin");
        }
        assertThat(Headers.POLICY).doesNotContain("unsafe").contains("default-src 'none'", "frame-ancestors 'none'");
    }

    private static String asset(String name) throws Exception {
        Matcher found = Pattern.compile("\"\\./(assets/[0-9a-f]{16}/" + Pattern.quote(name) + ")\"")
                .matcher(get("/gallery").body());
        assertThat(found.find()).isTrue();
        return "/" + found.group(1);
    }

    @Test
    void assets_known_areCompressedAndOthersAreNot() throws Exception {
        assertThat(header(get(asset("htmx.js"), "Accept-Encoding", "gzip"), "Content-Encoding"))
                .isEqualTo("gzip");
        assertThat(get(asset("chart.js")).body()).contains("Chart.js v4.5.1");
        assertThat(header(get(asset("app.css")), "Content-Type")).isEqualTo("text/css; charset=utf-8");
        assertThat(get("/assets/0000000000000000/app.css").statusCode()).isEqualTo(404);
    }

    @Test
    void addresses_anyDepth_areRelative() throws Exception {
        assertThat(get("/gallery").body()).contains("href=\"./gallery/pools\"").doesNotContainPattern(ABSOLUTE);
        assertThat(get("/gallery/forms").body()).contains("href=\"../gallery\"").doesNotContainPattern(ABSOLUTE);
        assertThat(get("/gallery", "X-Root", "../..").body()).contains("href=\"../../gallery/pools\"");
        assertThat(get("/gallery", "X-Root", "//evil.example").body()).doesNotContain("evil");
        assertThat(header(get(""), "Location")).isEqualTo("admin/");
        assertThat(header(get("/"), "Location")).isEqualTo("./gallery");
    }

    @Test
    void errors_ofAllKinds_areTold() throws Exception {
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(get("/gallery/admins").body()).contains("This needs the role admin; you have the role operator.");
        assertThat(get("/gallery/admins").statusCode()).isEqualTo(403);
        assertThat(send("POST", "/gallery", "").statusCode()).isEqualTo(405);
        assertThat(header(send("POST", "/gallery", ""), "Allow")).isEqualTo("GET, HEAD");
        for (String method : List.of("PUT", "DELETE", "OPTIONS", "PATCH")) {
            assertThat(send(method, "/gallery", "").statusCode()).as(method).isEqualTo(405);
        }
        HttpResponse<String> broken = get("/gallery/broken");
        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).containsPattern("[0-9a-f]{12}").doesNotContain("secret detail", "Exception");
    }

    @Test
    void forms_withoutTheToken_changeNothing() throws Exception {
        String[] form = {"Content-Type", "application/x-www-form-urlencoded"};

        assertThat(send("POST", "/gallery/done", "", form).statusCode()).isEqualTo(403);
        HttpResponse<String> done = send("POST", "/gallery/done", "csrf_token=" + FakeGuard.CSRF, form);
        assertThat(done.statusCode()).isEqualTo(303);
        assertThat(header(done, "Location")).isEqualTo("../gallery/states");
        assertThat(send("POST", "/gallery/done", "a=" + "x".repeat(Route.FORM_BYTES), form)
                        .statusCode())
                .isEqualTo(413);
        assertThat(send("POST", "/gallery/done", "a=%zz", form).statusCode()).isEqualTo(400);
        assertThat(send("POST", "/gallery/done", "a&".repeat(2001), form).statusCode())
                .isEqualTo(400);
    }

    @Test
    void forms_ofThoseWhoMayNotSendThem_areNotRead() throws Exception {
        Site site = Site.builder(new FakeGuard(Role.VIEWER))
                .route(new Route("POST", "/long", Role.ADMIN, 100, request -> Answer.redirect("/")))
                .build();
        try (PageServer other = new PageServer(new AdminPages(site))) {
            HttpRequest tooLong = HttpRequest.newBuilder(URI.create(other.base() + "/long"))
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(101)))
                    .build();

            assertThat(CLIENT.send(tooLong, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void flash_once_isShownOnTheNextPage() throws Exception {
        String[] form = {"Content-Type", "application/x-www-form-urlencoded"};
        HttpResponse<String> done = send("POST", "/gallery/done", "csrf_token=" + FakeGuard.CSRF, form);
        String cookie = header(done, "Set-Cookie");

        assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
        HttpResponse<String> next = get("/gallery/states", "Cookie", cookie.split(";")[0]);
        assertThat(next.body()).contains("Holding: 37 wait, 8 run on.");
        assertThat(header(next, "Set-Cookie")).contains("Max-Age=0");
        assertThat(get("/gallery/states", "Cookie", cookie.split(";")[0].replace("=", "=x"))
                        .body())
                .doesNotContain("Holding: 37 wait");
    }

    @Test
    void flash_ofAnotherSecret_isNotTakenForOurs() {
        String sealed = Flash.done("Paid.").sealed("one");

        assertThat(Flash.opened(sealed, "one")).isEqualTo(Flash.done("Paid."));
        assertThat(Flash.opened(sealed, "another")).isNull();
        assertThat(Flash.opened("nonsense", "one")).isNull();
    }

    @Test
    void search_byName_findsWhatTheRoleMaySee() throws Exception {
        assertThat(get("/search/hits?q=llm").body()).contains("llm").doesNotContain("<html");
        assertThat(get("/search?q=callers").body()).contains("Callers").contains("<html");
        assertThat(get("/search?q=zzzz").body()).contains("Nothing has that name");
    }

    @Test
    void head_anyPage_hasNoBody() throws Exception {
        HttpResponse<String> response = send("HEAD", "/gallery", "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void ours_whateverIsAsked_staysHere() {
        assertThat(Urls.ours("/users?x=1")).isEqualTo("/users?x=1");
        for (String path :
                List.of("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a\nb")) {
            assertThat(Urls.ours(path)).as(path).isEqualTo("/");
        }
    }

    @Test
    void build_sameRouteTwice_isRefused() {
        Site.Builder builder = Site.builder(new FakeGuard(Role.VIEWER))
                .get("/a/{x}", Role.VIEWER, request -> Answer.redirect("/"))
                .get("/a/{y}", Role.VIEWER, request -> Answer.redirect("/"));

        assertThatThrownBy(builder::build).hasMessage("GET /a/{}: two pages (expected: one)");
    }

    @Test
    void missing_noBrowser_saysHowToGetOne() {
        assertThat(Browsers.missing()).contains("apt-get install -y --no-install-recommends chromium-headless-shell");
    }
}
