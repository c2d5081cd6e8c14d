// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.backend.BackendWatch.Known;
import io.anteroom.event.QueueEvent;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GatewayTest {
    private static final String CHAT = "{\"messages\":[],\"max_tokens\":4}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<QueueEvent> events = new LinkedBlockingQueue<>();
    private ModelServer model;
    private Gateway gateway;

    @TempDir
    Path folder;

    @BeforeEach
    void startModel() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(8));
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        model.close();
    }

    private void start(String yaml) throws Exception {
        String listen = yaml.contains("listen:") ? "" : "listen: {port: 0}\n";
        String log = yaml.contains("log:") ? "" : "log: {access: false}\n";
        GatewayConfig config =
                new ConfigReader(name -> null).parse("upstream: {url: '" + model.uri() + "'}\n" + listen + log + yaml);
        gateway = Gateway.start(config, events::add);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.uri() + path)).timeout(Duration.ofSeconds(20));
    }

    private HttpRequest.Builder chat(long serviceMicros) {
        return request("/v1/chat/completions")
                .header("Sim-Service-Micros", Long.toString(serviceMicros))
                .POST(BodyPublishers.ofString(CHAT));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> sendLater(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private void await(QueueEvent.Kind kind) throws InterruptedException {
        QueueEvent event;
        do {
            event = events.poll(10, TimeUnit.SECONDS);
            assertThat(event).as("no %s", kind).isNotNull();
        } while (event.kind() != kind);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void request_goesThrough_andIsCounted(Version version) throws Exception {
        start("");
        // Only a request without a body can ask for the change to HTTP/2; the next one uses it.
        send(request("/health/live").version(version));

        HttpResponse<String> answer = send(chat(1000).version(version));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("chat.completion");
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("false");
        assertThat(answer.headers().allValues("Date")).hasSize(1);
        assertThat(answer.headers().firstValue("Server")).isEmpty();
        await(QueueEvent.Kind.RELEASED);
        assertThat(gateway.pool("llm").snapshot().running()).isZero();
    }

    @Test
    void requests_overTheSlots_wait_andTheModelNeverSeesThem() throws Exception {
        start("pools: {llm: {slots: 2}}");

        List<CompletableFuture<HttpResponse<String>>> answers = java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> sendLater(chat(20_000)))
                .toList();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }

        assertThat(model.counts().mostRunning()).isEqualTo(2);
    }

    @Test
    void alias_ofLiteLlm_waitsAndReachesTheModel() throws Exception {
        start("pools: {llm: {slots: 1}}");

        List<CompletableFuture<HttpResponse<String>>> answers = java.util.stream.IntStream.range(0, 3)
                .mapToObj(i -> sendLater(request("/queue/chat/completions")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"gateflow\":{},\"messages\":[],\"max_tokens\":4}"))))
                .toList();

        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            HttpResponse<String> told = answer.get(20, TimeUnit.SECONDS);
            assertThat(told.statusCode()).isEqualTo(200);
            assertThat(told.body())
                    .startsWith("{\"gateflow\":{\"queue\":{\"was_queued\":")
                    .contains("\"object\":\"chat.completion\"");
        }
        assertThat(model.counts().mostRunning()).isEqualTo(1);
    }

    @Test
    void pathsWithoutARoute_passWithoutWaiting() throws Exception {
        start("pools: {llm: {slots: 0}}");

        assertThat(send(request("/metrics")).body()).contains("vllm:");
    }

    @Test
    void health_answersAlsoWhenEverySlotIsTaken() throws Exception {
        start("pools: {llm: {slots: 1}}");
        CompletableFuture<?> running = sendLater(chat(60_000_000));
        await(QueueEvent.Kind.ADMITTED);
        CompletableFuture<?> waiting = sendLater(chat(1000));
        await(QueueEvent.Kind.QUEUED);

        assertThat(send(request("/health/live")).body()).isEqualTo("{\"status\":\"up\"}");
        assertThat(send(request("/health/ready")).statusCode()).isEqualTo(200);
        running.cancel(true);
        waiting.cancel(true);
    }

    @Test
    void badInput_isRefusedByName() throws Exception {
        start("listen: {port: 0, max-head: 2KiB, max-body: 1000}");
        String large = "x".repeat(3000);

        assertRefused(send(request("/v1/models").header("X-Large", large)), 431, "headers_too_large");
        assertRefused(
                send(request("/v1/chat/completions").POST(BodyPublishers.ofString(large))), 413, "body_too_large");
        assertRefused(send(request("/v1/models").method("TRACE", BodyPublishers.noBody())), 405, "method_not_allowed");
        assertRefused(send(request("/v1/models").method("BREW", BodyPublishers.noBody())), 405, "method_not_allowed");
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"").doesNotContain("jetty", "Exception");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
    }

    @Test
    void chunkedBody_overTheLimit_isRefused() throws Exception {
        start("listen: {port: 0, max-body: 1000}");

        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "800\r\n" + "x".repeat(2048) + "\r\n0\r\n\r\n");

            assertThat(client.readHead()).contains("413").doesNotContain("Server:");
        }
    }

    @Test
    void malformedHttp_isRefused() throws Exception {
        start("");

        for (String request : List.of(
                "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /v1/..;/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/%2e%2e%2fx HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "nonsense\r\n\r\n")) {
            try (RawClient client = new RawClient(gateway.uri().getPort())) {
                client.send(request);

                assertThat(client.readHead()).as(request).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void head_thatDoesNotEnd_closesItsConnection() throws Exception {
        start("listen: {port: 0, head-within: 200ms}");

        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readUntil("\"list\"");
            client.send("GET /v1/models HTTP/1.1\r\n");

            assertThat(client.readAll()).doesNotContain("200 OK");
        }
    }

    @Test
    void knownCaller_hasItsLevel_andStrangersCannotRaiseTheirs() throws Exception {
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest("sk-chat".getBytes(StandardCharsets.UTF_8)));
        start("callers: [{name: chat, key-sha256: " + hash + ", priority: high}]");

        send(chat(1000).header("Authorization", "Bearer sk-chat"));
        assertThat(events.take().priority()).hasToString("HIGH");
        await(QueueEvent.Kind.RELEASED);
        send(chat(1000).header("Authorization", "Bearer sk-other").header("Queue-Priority", "critical"));

        assertThat(events.take().priority()).hasToString("NORMAL");
    }

    @Test
    void accessLog_hasOneLineForEachRequest_withItsStayInTheQueue() throws Exception {
        Path file = folder.resolve("access.log");
        start("pools: {llm: {slots: 1, max-waiting: 1}}\nlog: {file: '" + file + "'}");
        CompletableFuture<?> first = sendLater(chat(300_000));
        await(QueueEvent.Kind.ADMITTED);
        CompletableFuture<?> second = sendLater(chat(1000));
        await(QueueEvent.Kind.QUEUED);

        send(chat(1000).header("Authorization", "Bearer secret"));
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);
        send(request("/v1/models%0Astatus=200?secret"));
        gateway.stop();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("time="));
        // A line is written when its client has had its answer already: the one about the models may come before.
        List<String> chats =
                lines.stream().filter(line -> line.contains("path=/v1/chat")).toList();
        assertThat(chats.get(0)).contains("status=503", "outcome=refused", "refusal=queue_full", "key=key-");
        assertThat(chats.get(2))
                .contains("status=200 ", "pool=llm", "priority=normal", "outcome=admitted", "position=1");
        assertThat(chats.get(2)).containsPattern("waited_ms=\\d{2,}").containsPattern("upstream_ms=\\d");
        assertThat(Files.readString(file)).doesNotContain("secret");
    }

    @Test
    void stop_answersThoseWhoWait_andLetsThoseWhoRunEnd() throws Exception {
        start("pools: {llm: {slots: 1}}\nshutdown: {drain: 10s}");
        CompletableFuture<HttpResponse<String>> running = sendLater(chat(1_000_000));
        await(QueueEvent.Kind.ADMITTED);
        CompletableFuture<HttpResponse<String>> waiting = sendLater(chat(1000));
        await(QueueEvent.Kind.QUEUED);

        boolean whole = gateway.stop();

        assertThat(whole).isTrue();
        assertThat(running.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        assertThat(waiting.get().body()).contains("shutting_down");
    }

    @Test
    void backend_asked_saysWhatItHas() throws Exception {
        start("pools: {llm: {slots: 8, backend: {kind: vllm, every: 250ms}}}");

        Known known = gateway.backends("llm").get(model.uri().toString());
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (known.reading().isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            known = gateway.backends("llm").get(model.uri().toString());
        }

        assertThat(known.reading().orElseThrow().running()).hasValue(0);
        assertThat(known.isFresh()).isTrue();
    }

    @Test
    void port_thatIsTaken_failsToStart() throws Exception {
        start("");

        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> start("listen: {port: " + gateway.uri().getPort() + "}"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void start_hostThatHasNoAddress_isToldBeforeAnythingIsOpened() {
        assertThatThrownBy(() -> Gateway.start(new ConfigReader(name -> null)
                        .parse("upstream: {url: 'http://127.0.0.1:1'}\nlisten: {host: 'not a host'}\n")))
                .isInstanceOf(IOException.class)
                .hasMessage("listen.host: not a host (expected: an address of this machine, or a name that has one)");
    }
}
