// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.analytics.Count;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meters, traces, access log and analytics of a gateway that runs. */
final class ObservabilityTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String TOKEN = "0123456789abcdef";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<String> traceparents = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> exports = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch held = new CountDownLatch(1);
    private HttpServer backend;
    private HttpServer collector;
    private Gateway gateway;

    @TempDir
    private Path folder;

    @BeforeEach
    void startServers() throws IOException {
        backend = server();
        backend.createContext("/", exchange -> {
            String told = exchange.getRequestHeaders().getFirst("traceparent");
            traceparents.add(told == null ? "" : told);
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (new String(body, StandardCharsets.UTF_8).contains("hold")) {
                await(held);
            }
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        collector = server();
        collector.createContext("/v1/traces", exchange -> {
            exports.add(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
    }

    private HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        return server;
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @AfterEach
    void stop() {
        held.countDown();
        if (gateway != null) {
            gateway.close();
        }
        backend.stop(0);
        collector.stop(0);
        threads.shutdownNow();
    }

    private static String uri(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void start(String yaml) throws Exception {
        GatewayConfig config = new ConfigReader(Map.of("METRICS_TOKEN", TOKEN)::get)
                .parse("upstream: {url: '" + uri(backend) + "'}\nlisten: {port: 0}\n" + yaml);
        AdminListen admin = AdminListen.USUAL.withPort(0);
        gateway = Gateway.start(config.withOperator(config.operator().withAdmin(admin)));
    }

    private HttpRequest.Builder post(String body) {
        return HttpRequest.newBuilder(gateway.uri().resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> scrape(String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(gateway.adminUri().orElseThrow() + "/metrics"));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.onSpinWait();
        }
    }

    @Test
    void metrics_afterARequest_tellOfIt() throws Exception {
        start("log: {access: false}");
        send(post("{}").header("Authorization", "Bearer sk-very-secret"));
        await(() -> gateway.pool("llm").snapshot().running() == 0);

        HttpResponse<String> answer = scrape();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain")
                .contains("version=0.0.4");
        assertThat(answer.body())
                .contains("anteroom_requests_admitted_total{how=\"at_once\",level=\"normal\",pool=\"llm\"} 1.0")
                .contains("anteroom_slots_configured{pool=\"llm\"} 8.0")
                .contains("anteroom_settings_revision 1.0")
                .contains("anteroom_storage_trouble{part=\"analytics\"} 0.0")
                .contains("jvm_memory_used_bytes")
                .doesNotContain("secret", "key-");
        assertThat(scrape("Accept", "application/openmetrics-text;version=1.0.0")
                        .body())
                .endsWith("# EOF\n");
    }

    @Test
    void metrics_fromBehindAProxy_needTheToken() throws Exception {
        start("metrics: {token-env: METRICS_TOKEN}\nlog: {access: false}");

        assertThat(scrape("X-Forwarded-For", "203.0.113.9").statusCode()).isEqualTo(401);
        assertThat(scrape("X-Forwarded-For", "203.0.113.9").body()).doesNotContain("anteroom_");
        assertThat(scrape("X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        assertThat(scrape("X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer " + TOKEN)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void metrics_switchedOff_areNowhere() throws Exception {
        start("metrics: {enabled: false}\nlog: {access: false}");

        assertThat(scrape().statusCode()).isEqualTo(404);
    }

    @Test
    void traces_goOnWithTheClients_toTheBackendTheCollectorAndTheLog() throws Exception {
        Path log = folder.resolve("access.log");
        start("tracing: {otlp-endpoint: '" + uri(collector) + "/v1/traces'}\nlog: {file: '" + log + "', format: json}");

        send(post("{}")
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .header("tracestate", "vendor=1"));

        String told = traceparents.poll(10, TimeUnit.SECONDS);
        assertThat(told).startsWith("00-" + TRACE + "-").endsWith("-01").doesNotContain("b7ad6b7169203331");
        await(() -> exports.peek() != null);
        String sent = new String(exports.take(), StandardCharsets.ISO_8859_1);
        assertThat(sent)
                .contains("anteroom.request", "anteroom.run", "service.name")
                .contains(new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1))
                .contains(new String(HexFormat.of().parseHex(told.substring(36, 52)), StandardCharsets.ISO_8859_1));
        gateway.stop();
        JsonNode line = new ObjectMapper().readTree(Files.readAllLines(log).get(0));
        assertThat(line.get("trace").asText()).isEqualTo(TRACE);
        assertThat(line.get("outcome").asText()).isEqualTo("admitted");
        assertThat(line.get("status").asInt()).isEqualTo(200);
        assertThat(line.get("position").asInt()).isZero();
    }

    @Test
    void traces_withoutTracing_passUnchanged() throws Exception {
        Path log = folder.resolve("access.log");
        start("log: {file: '" + log + "'}");
        String own = "00-" + TRACE + "-b7ad6b7169203331-01";

        send(post("{}").header("traceparent", own));
        send(post("{}"));

        assertThat(traceparents.poll(10, TimeUnit.SECONDS)).isEqualTo(own);
        assertThat(traceparents.poll(10, TimeUnit.SECONDS)).isEmpty();
        gateway.stop();
        List<String> lines = Files.readAllLines(log);
        assertThat(lines.get(0)).contains(" trace=" + TRACE);
        assertThat(lines.get(1)).doesNotContain("trace=");
    }

    @Test
    void traces_collectorGone_requestsAreServedAllTheSame() throws Exception {
        start("tracing: {otlp-endpoint: 'http://127.0.0.1:1/v1/traces'}\nlog: {access: false}");

        assertThat(send(post("{}")).statusCode()).isEqualTo(200);
    }

    @Test
    void fallback_isToldAsSuch_inLogMetersAndAnalytics() throws Exception {
        Path log = folder.resolve("access.log");
        start("pools: {llm: {slots: 1, early-refusal: false, on-timeout: fallback, fallback: {upstream: '"
                + uri(collector) + "', name: small}}}\nlog: {file: '" + log + "'}");
        collector.createContext("/v1/chat", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(post("{\"a\":\"hold\"}").build(), BodyHandlers.ofString());
        await(() -> gateway.pool("llm").snapshot().running() == 1);

        HttpResponse<String> answer = send(post("{}").header("Queue-Max-Wait-Ms", "100"));

        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
        assertThat(scrape().body())
                .contains("anteroom_requests_fallback_total{level=\"normal\",pool=\"llm\"} 1.0")
                .contains("anteroom_requests_expired_total{level=\"normal\",pool=\"llm\"} 1.0");
        held.countDown();
        first.get(10, TimeUnit.SECONDS);
        assertThat(gateway.analytics()
                        .orElseThrow()
                        .summary("llm", Duration.ofMinutes(5))
                        .total()
                        .count(Count.FELL_BACK))
                .isEqualTo(1);
        assertThat(gateway.analytics().orElseThrow().topCallers(CallerKind.IP, null, Duration.ofMinutes(5), 3))
                .singleElement()
                .matches(caller -> caller.requests() == 2);
        gateway.stop();
        assertThat(Files.readAllLines(log).get(0))
                .contains("status=200", "outcome=fallback", "refusal=wait_timeout", "position=1");
    }

    @Test
    void accessLog_knownCaller_isNamed_strangersKeysAreCut() throws Exception {
        Path log = folder.resolve("access.log");
        start("callers: [{name: 'chat bot', key-sha256: " + sha256("sk-chat") + "}]\nlog: {file: '" + log
                + "', format: json}");

        send(post("{}").header("Authorization", "Bearer sk-chat"));
        send(post("{}").header("Authorization", "Bearer sk-other"));
        send(post("{}"));
        gateway.stop();

        List<String> lines = Files.readAllLines(log);
        assertThat(lines.get(0)).contains("\"caller\":\"chat bot\"");
        assertThat(lines.get(1)).containsPattern("\"key\":\"key-[0-9a-f]{8}\"").doesNotContain("\"caller\"");
        assertThat(lines.get(2)).contains("\"key\":\"127.0.0.1\"");
        assertThat(String.join("\n", lines)).doesNotContain("sk-");
    }

    private static String sha256(String secret) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    }
}
