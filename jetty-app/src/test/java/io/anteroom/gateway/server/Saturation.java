// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import java.io.IOException;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/** A backend that answers only as often as it is let, gateways before it, their first user, and clients that ask. */
final class Saturation implements AutoCloseable {
    static final String USER = "root-admin";
    static final String PASSWORD = "violet kettle 9 orbits";

    /** One of these lets the backend answer one request. */
    final Semaphore answers = new Semaphore(0);
    /** Whose requests have come to the backend. */
    final List<String> served = new CopyOnWriteArrayList<>();

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Gateway> gateways = new ArrayList<>();
    private final HttpServer backend;
    private String cookie = "";
    private String csrf = "";

    Saturation() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        backend.setExecutor(threads);
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
    }

    /** The lines of a gateway's file that every gateway here has. */
    String usual() {
        return "upstream: {url: 'http://127.0.0.1:" + backend.getAddress().getPort() + "'}\n"
                + "listen: {port: 0}\nadmin: {enabled: true, port: 0, environment: staging}\nlog: {access: false}\n";
    }

    /** A gateway of a file in that folder, whose first user is made. */
    Gateway start(Path folder, String more) throws Exception {
        Path file = folder.resolve("anteroom.yaml");
        Files.writeString(file, usual() + more);
        Gateway gateway = start(ConfigReader.read(file));
        setUp(gateway, folder.resolve("data").resolve("set-up.token"));
        return gateway;
    }

    Gateway start(GatewayConfig config) throws IOException {
        Gateway gateway = Gateway.start(config);
        gateways.add(gateway);
        return gateway;
    }

    void setUp(Gateway gateway, Path token) throws Exception {
        assertThat(manage(gateway, "GET", "/health", "").statusCode()).isEqualTo(200);
        HttpResponse<String> made = manage(
                gateway,
                "POST",
                "/set-up",
                "{\"token\": \"" + Files.readString(token).strip() + "\", \"name\": \"" + USER + "\", \"password\": \""
                        + PASSWORD + "\"}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        cookie = made.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
        csrf = new ObjectMapper().readTree(made.body()).path("csrf_token").asText();
    }

    /** Calls the management API, as the first user once there is one. */
    HttpResponse<String> manage(Gateway gateway, String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        gateway.adminUri().orElseThrow().resolve("/v1/management" + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie).header("X-CSRF-Token", csrf);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A user's request for an answer, with a key of that user's. */
    CompletableFuture<HttpResponse<String>> ask(Gateway gateway, String user) {
        return ask(gateway, user, "req-" + user);
    }

    CompletableFuture<HttpResponse<String>> ask(Gateway gateway, String user, String id) {
        String body =
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"user\":\"" + user + "\"}";
        URI uri = gateway.uri().resolve("/v1/chat/completions");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer key-of-" + user)
                .header("Queue-Request-Id", id)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Where a gateway's pages are. */
    static String pages(Gateway gateway) {
        return (gateway.adminUri().orElseThrow() + "/admin").replaceAll("(?<!:)//", "/");
    }

    /** A window in which the first user has logged in, by keyboard. */
    static Tab window(Gateway gateway) {
        return window(gateway, USER);
    }

    static Tab window(Gateway gateway, String user) {
        Tab tab = Tab.open(pages(gateway));
        Keyboard.of(tab).logIn(user, PASSWORD);
        return tab;
    }

    static void untilWaiting(Tab tab, Gateway gateway, int count) {
        tab.page().waitForCondition(() -> gateway.pool("llm").snapshot().waiting() == count);
    }

    static void see(Tab tab, String selector, String text) {
        tab.page()
                .locator(selector)
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile(text)))
                .first()
                .waitFor();
    }

    @Override
    public void close() {
        answers.release(1000);
        gateways.forEach(Gateway::close);
        backend.stop(0);
        threads.shutdownNow();
    }
}
