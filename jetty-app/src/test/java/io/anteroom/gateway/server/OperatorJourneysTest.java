// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.web.Tab;
import io.anteroom.gateway.config.ConfigReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does on the pages, and what the clients of a gateway that is really saturated see of it. */
final class OperatorJourneysTest {
    private static final String USER = "root-admin";
    private static final String PASSWORD = "violet kettle 9 orbits";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    /** One of these lets the backend answer one request. */
    private final Semaphore answers = new Semaphore(0);

    private final List<String> served = new CopyOnWriteArrayList<>();
    private HttpServer backend;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        backend.setExecutor(Executors.newCachedThreadPool());
        backend.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                served.add(body.replaceAll(".*\"user\":\"([^\"]*)\".*", "$1"));
                answers.acquireUninterruptibly();
                byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        backend.start();
        Path file = folder.resolve("anteroom.yaml");
        Files.writeString(
                file,
                "upstream: {url: 'http://127.0.0.1:" + backend.getAddress().getPort() + "'}\n"
                        + "listen: {port: 0}\nadmin: {port: 0, environment: staging}\nlog: {access: false}\n"
                        + "pools: {llm: {slots: 1, levels: {critical: {longest-wait: 300s},"
                        + " normal: {longest-wait: 300s}}}}\n");
        gateway = Gateway.start(ConfigReader.read(file));
        setUp();
    }

    private void setUp() throws Exception {
        assertThat(send("GET", "/v1/management/health", "").statusCode()).isEqualTo(200);
        Path token;
        try (Stream<Path> files = Files.walk(folder)) {
            token = files.filter(each -> each.endsWith("set-up.token"))
                    .findFirst()
                    .orElseThrow();
        }
        HttpResponse<String> made = send(
                "POST",
                "/v1/management/set-up",
                "{\"token\": \"" + Files.readString(token).strip() + "\", \"name\": \"" + USER + "\", \"password\": \""
                        + PASSWORD + "\"}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        gateway.adminUri().orElseThrow().resolve(path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @AfterEach
    void stop() {
        answers.release(1000);
        gateway.close();
        backend.stop(0);
    }

    private CompletableFuture<HttpResponse<String>> ask(String user) {
        String body =
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"user\":\"" + user + "\"}";
        URI uri = gateway.uri().resolve("/v1/chat/completions");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer key-of-" + user)
                .header("Queue-Request-Id", "req-" + user)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private Tab logIn() {
        String base = gateway.adminUri().orElseThrow() + "/admin";
        return Tab.open(base.replaceAll("(?<!:)//", "/")).logIn(USER, PASSWORD);
    }

    private void untilWaiting(Tab tab, int count) {
        tab.page().waitForCondition(() -> gateway.pool("llm").snapshot().waiting() == count);
    }

    private static void see(Tab tab, String selector, String text) {
        tab.page()
                .locator(selector)
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile(text)))
                .first()
                .waitFor();
    }

    private static void follow(Tab tab, String name) {
        tab.page()
                .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(Pattern.compile(name)))
                .first()
                .click();
    }

    @Test
    void queueGrows_aRequestIsMovedUp_andItsClientIsServedSooner() throws Exception {
        try (Tab tab = logIn()) {
            tab.go("/overview");
            see(tab, "tr[data-pool=llm] [data-live-state]", "^Open$");
            List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                others.add(ask("batch"));
            }
            untilWaiting(tab, 4);
            see(tab, "tr[data-pool=llm] [data-live-bar=levels]", "4 waiting");
            others.add(ask("batch"));
            CompletableFuture<HttpResponse<String>> mine = ask("ada");
            untilWaiting(tab, 6);
            see(tab, "tr[data-pool=llm] [data-live-bar=levels]", "6 waiting");

            tab.page().locator("tr[data-pool=llm] th a").click();
            tab.fill("Caller, model, request or address", "req-ada").press("Filter");
            see(tab, "#queue tbody th", "req-ada");
            follow(tab, "^Move req-ada");
            tab.page()
                    .getByLabel("critical", new Page.GetByLabelOptions().setExact(true))
                    .check();
            tab.press("Move 1 request");
            see(tab, ".notice", "req-ada of .* moved to critical: position \\d → 1");
            tab.check();

            answers.release(2);
            assertThat(mine.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(others.stream().filter(CompletableFuture::isDone)).hasSize(1);
            assertThat(served.subList(0, 2)).containsExactly("batch", "ada");
        }
    }

    @Test
    void held_admitsNobody_resumed_admitsThoseWhoWait() throws Exception {
        try (Tab tab = logIn()) {
            CompletableFuture<HttpResponse<String>> first = ask("ada");
            tab.page().waitForCondition(() -> served.size() == 1);
            CompletableFuture<HttpResponse<String>> second = ask("ada");
            untilWaiting(tab, 1);
            tab.go("/pools/llm");
            follow(tab, "^Hold…");
            tab.press("Hold 1 request");
            see(tab, ".notice", "llm is held: 1 request wait");

            answers.release(2);
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            see(tab, ".tiles", "0 of 1");
            assertThat(served).hasSize(1);
            assertThat(second).isNotDone();

            follow(tab, "^Resume…");
            see(tab, "dialog[open]", "1 request of 1 that wait can be admitted at once");
            tab.press("Resume");
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void cancelled_withAReason_isToldToThatClientOnly() throws Exception {
        try (Tab tab = logIn()) {
            CompletableFuture<HttpResponse<String>> first = ask("ada");
            tab.page().waitForCondition(() -> served.size() == 1);
            CompletableFuture<HttpResponse<String>> second = ask("batch");
            untilWaiting(tab, 1);
            tab.go("/pools/llm");
            follow(tab, "^Cancel req-batch");
            tab.fill("Reason (optional)", "come back tonight");
            tab.press("Cancel 1 request");
            see(tab, ".notice", "1 request cancelled. 0 still wait");

            HttpResponse<String> told = second.get(20, TimeUnit.SECONDS);
            assertThat(told.statusCode()).isEqualTo(503);
            assertThat(told.body()).contains("come back tonight");
            assertThat(first).isNotDone();
            tab.go("/audit");
            assertThat(tab.text()).contains("waiting.cancel", USER);
        }
    }
}
