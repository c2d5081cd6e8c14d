// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admin.access.AccessSettings;
import io.anteroom.admission.PoolSettings;
import io.anteroom.event.Events;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsStore;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A web application with an anteroom and its administration, on loopback. Requests to {@code /v1/*} hold a slot. */
public final class AdminServer implements AutoCloseable {
    public static final String ADMIN = "root-admin";
    public static final String PASSWORD = "violet kettle 9 orbits";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AccessSettings.Rates FAST = new AccessSettings.Rates(100_000, 100_000, 100_000);

    private final Server server = new Server(InetSocketAddresses.LOOPBACK);
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final CountDownLatch served = new CountDownLatch(1);
    private final Anteroom anteroom;
    private final SettingsDesk desk;
    private final Admin admin;
    private final Path setUpFile;
    private String token = "";

    private static final class InetSocketAddresses {
        static final java.net.InetSocketAddress LOOPBACK =
                new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** How a server is made that is not as usual. */
    public static final class Plan {
        Settings settings = Settings.of("llm", PoolSettings.ofSlots(1));
        SettingsStore store = new MemoryStore();
        UnaryOperator<AccessSettings> access = UnaryOperator.identity();
        Consumer<Admin.Builder> builder = unused -> {};
        String contextPath = "/";

        public Plan settings(Settings settings) {
            this.settings = settings;
            return this;
        }

        public Plan store(SettingsStore store) {
            this.store = store;
            return this;
        }

        public Plan access(UnaryOperator<AccessSettings> access) {
            this.access = access;
            return this;
        }

        public Plan builder(Consumer<Admin.Builder> builder) {
            this.builder = this.builder.andThen(builder);
            return this;
        }

        /** Has time go as it is told. */
        public Plan clocks(InstantSource clock, LongSupplier nanoClock) {
            return builder(made -> made.clocks(clock, nanoClock));
        }

        public Plan contextPath(String path) {
            this.contextPath = path;
            return this;
        }

        public AdminServer start() throws Exception {
            return new AdminServer(this);
        }
    }

    private AdminServer(Plan plan) throws Exception {
        Events events = new Events();
        anteroom = Anteroom.builder().settings(plan.settings).listener(events).build();
        desk = SettingsDesk.open(plan.store, anteroom.parts(), InstantSource.system(), plan.settings, "anteroom.yaml");
        setUpFile = Files.createTempDirectory("anteroom-test").resolve("set-up.token");
        Admin.Builder builder = Admin.builder(anteroom, desk)
                .events(events)
                .setUpFile(setUpFile)
                .access(plan.access.apply(
                        AccessSettings.DEFAULT.withNode("node-1").withRates(FAST)));
        plan.builder.accept(builder);
        admin = builder.build();
        ServletContextHandler context = new ServletContextHandler();
        context.setContextPath(plan.contextPath);
        context.addServlet(new ServletHolder(new Hold()), "/v1/chat/*");
        FilterHolder filter = new FilterHolder(new AnteroomFilter(anteroom));
        filter.setAsyncSupported(true);
        context.addFilter(filter, "/v1/chat/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        context.addServletContainerInitializer((classes, servletContext) -> admin.addTo(servletContext));
        server.setHandler(context);
        server.start();
    }

    private final class Hold extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                if (!served.await(60, TimeUnit.SECONDS)) {
                    throw new IOException("nobody let the requests go");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            response.setContentType("application/json");
            response.getWriter().write("{}");
        }
    }

    public Anteroom anteroom() {
        return anteroom;
    }

    public SettingsDesk desk() {
        return desk;
    }

    public Admin admin() {
        return admin;
    }

    public Path setUpFile() {
        return setUpFile;
    }

    public HttpClient client() {
        return client;
    }

    public int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** Lets the requests of {@code /v1/chat} be answered. */
    public void letGo() {
        served.countDown();
    }

    /** Where a path is. */
    public URI uri(String path) {
        String context = ((ServletContextHandler) server.getHandler()).getContextPath();
        return URI.create("http://127.0.0.1:" + port() + (context.equals("/") ? "" : context) + path);
    }

    /** An answer with its body. */
    public record Reply(int status, JsonNode body, HttpResponse<String> http) {
        public String code() {
            return body.path("code").asText();
        }
    }

    /** Makes the first user and a management token of it, which {@link #call} uses from then on. */
    public AdminServer setUp() throws Exception {
        Reply health = send(request("GET", "/v1/management/health", null));
        if (health.status() != 200) {
            throw new IllegalStateException("health: " + health);
        }
        Reply made = send(request(
                "POST",
                "/v1/management/set-up",
                "{\"token\": \"" + Files.readString(setUpFile).strip() + "\", \"name\": \"" + ADMIN
                        + "\", \"password\": \"" + PASSWORD + "\"}"));
        if (made.status() != 201) {
            throw new IllegalStateException("set-up: " + made);
        }
        String cookie = cookie(made);
        HttpRequest.Builder wanted = request(
                        "POST", "/v1/management/tokens", "{\"name\": \"tests\", \"role\": \"admin\"}")
                .header("Cookie", cookie)
                .header("X-CSRF-Token", made.body().path("csrf_token").asText());
        token = send(wanted).body().path("token").asText();
        return this;
    }

    /** The cookie that an answer has set, as it is sent back. */
    public static String cookie(Reply reply) {
        return reply.http().headers().firstValue("Set-Cookie").orElse("").split(";", 2)[0];
    }

    public String token() {
        return token;
    }

    /** A token of another role. */
    public String token(String role, String... scopes) throws Exception {
        String list = scopes.length == 0 ? "" : ", \"scopes\": " + JSON.writeValueAsString(scopes);
        return call("POST", "/tokens", "{\"name\": \"" + role + "\", \"role\": \"" + role + "\"" + list + "}")
                .body()
                .path("token")
                .asText();
    }

    /** Calls the API as an admin. */
    public Reply call(String method, String path, String body) throws Exception {
        return call(token, method, path, body);
    }

    /** Calls the API with a token. */
    public Reply call(String bearer, String method, String path, String body) throws Exception {
        return send(request(method, "/v1/management" + path, body).header("Authorization", "Bearer " + bearer));
    }

    public HttpRequest.Builder request(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
        if (body == null) {
            return request.method(method, HttpRequest.BodyPublishers.noBody());
        }
        return request.method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
    }

    public Reply send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        boolean isJson =
                response.headers().firstValue("Content-Type").orElse("").contains("json");
        JsonNode body = isJson && !response.body().isEmpty() ? JSON.readTree(response.body()) : JSON.createObjectNode();
        return new Reply(response.statusCode(), body, response);
    }

    @Override
    public void close() {
        letGo();
        admin.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server does not stop", e);
        }
        anteroom.close();
        try {
            Files.deleteIfExists(setUpFile.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("the administration has left something behind", e);
        }
    }
}
