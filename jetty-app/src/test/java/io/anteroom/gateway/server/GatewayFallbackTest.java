// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.io.InputStream;
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
import java.time.Duration;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that go on to another backend, or another model, when their longest wait is over. */
final class GatewayFallbackTest {
    private static final String CHAT = "{\"model\":\"large\",\"messages\":[],\"max_tokens\":4}";

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<QueueEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private ModelServer model;
    private ScriptedBackend small;
    private Gateway gateway;
    private CompletableFuture<HttpResponse<String>> running;

    @BeforeEach
    void startBackends() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(8));
        small = new ScriptedBackend((in, out) -> {
            bodies.add(new String(
                    in.readNBytes("{\"model\":\"tiny\",\"messages\":[],\"max_tokens\":4}".length()),
                    StandardCharsets.UTF_8));
            ScriptedBackend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall");
        });
    }

    @AfterEach
    void stop() throws Exception {
        if (running != null) {
            running.cancel(true);
        }
        gateway.close();
        small.close();
        model.close();
    }

    /** A gateway whose only slot is taken. */
    private void start(String pool) throws Exception {
        start(new ConfigReader(name -> "our-key").parse(file(", key-env: KEY, forward-client-key: true", "", pool)));
    }

    private String file(String credentials, String upstreams, String pool) {
        return """
                upstream: {url: '%s'%s}
                upstreams: {%s}
                listen: {port: 0}
                admin: {enabled: false}
                storage: {dir: off}
                log: {access: false}
                waiting: {commit-after: 50ms}
                pools: {llm: {slots: 1, early-refusal: false%s}}
                """.formatted(model.uri(), credentials, upstreams, pool.isEmpty() ? "" : ", " + pool);
    }

    private void start(GatewayConfig config) throws Exception {
        gateway = Gateway.start(config, events::add, Duration.ofMillis(20));
        running = http.sendAsync(
                post(CHAT).header("Sim-Service-Micros", "60000000").build(), BodyHandlers.ofString());
        await(QueueEvent.Kind.ADMITTED);
    }

    private HttpRequest.Builder post(String body) {
        return HttpRequest.newBuilder(URI.create(gateway.uri() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder impatient(String body) {
        return post(body).header("Queue-Max-Wait-Ms", "300").header("Queue-On-Timeout", "fallback");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private void await(QueueEvent.Kind kind) throws InterruptedException {
        QueueEvent event;
        do {
            event = events.poll(10, TimeUnit.SECONDS);
            assertThat(event).as("no %s", kind).isNotNull();
        } while (event.kind() != kind);
    }

    private String ofSmall() {
        return "upstream: '" + small.uri() + "', model: tiny, name: small";
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void longestWaitOver_goesToTheOtherBackend_withItsModel_andNobodysKey(Version version) throws Exception {
        start("fallback: {" + ofSmall() + "}");
        send(HttpRequest.newBuilder(gateway.uri().resolve("/health/live")).version(version));

        HttpResponse<String> answer = send(impatient(CHAT)
                .version(version)
                .header("Authorization", "Bearer clients-key")
                .header("x-api-key", "clients-key"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.body()).isEqualTo("small");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(bodies.poll(10, TimeUnit.SECONDS)).isEqualTo(CHAT.replace("large", "tiny"));
        assertThat(small.head())
                .startsWith("POST /v1/chat/completions HTTP/1.1")
                .containsIgnoringCase("Content-Length: " + (CHAT.length() - 1))
                .doesNotContainIgnoringCase("our-key")
                .doesNotContainIgnoringCase("clients-key")
                .doesNotContainIgnoringCase("Queue-");
        assertThat(gateway.pool("llm").snapshot().running())
                .as("the one before")
                .isEqualTo(1);
    }

    @Test
    void ownKey_isSent_andTheClientsWhereThatIsSaid() throws Exception {
        start("fallback: {" + ofSmall() + ", key-env: KEY, forward-client-key: true}");

        send(impatient(CHAT).header("x-api-key", "clients-key"));

        assertThat(small.head())
                .containsIgnoringCase("Authorization: Bearer our-key")
                .containsIgnoringCase("x-api-key: clients-key");
    }

    @Test
    void modelAlone_staysAtTheGatewaysBackend() throws Exception {
        start("fallback: {model: tiny}");

        HttpResponse<String> answer = send(impatient(CHAT));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("chat.completion").contains("\"model\":\"tiny\"");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("fallback");
    }

    @Test
    void stream_begun_goesOnWithTheFallbacks() throws Exception {
        start("fallback: {model: tiny, name: small}");

        HttpRequest request = post(CHAT.replace("{\"model\"", "{\"stream\":true,\"model\""))
                .header("Queue-On-Timeout", "fallback")
                .build();
        try (InputStream answer =
                http.send(request, BodyHandlers.ofInputStream()).body()) {
            // Its wait is over once its answer has begun: two times that run at once would race on a busy machine.
            String begun = new String(answer.readNBytes(": queue position=1".length()), StandardCharsets.UTF_8);
            endWaits();

            assertThat(begun).isEqualTo(": queue position=1");
            assertThat(new String(answer.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\n: queue fallback name=small\n")
                    .contains("\"model\":\"tiny\"")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    private void endWaits() {
        Pool pool = gateway.pool("llm");
        PoolSettings settings = pool.settings();
        LevelSettings level = settings.level(Priority.NORMAL).withLongestWait(Duration.ofMillis(1));
        pool.configure(settings.withLevel(Priority.NORMAL, level));
    }

    @Test
    void whoDoesNotAsk_isRefused_unlessItIsTheDefault() throws Exception {
        start("fallback: {" + ofSmall() + "}");

        HttpResponse<String> refused = send(post(CHAT).header("Queue-Max-Wait-Ms", "50"));
        gateway.close();
        start("on-timeout: fallback, fallback: {" + ofSmall() + "}");
        HttpResponse<String> fallen = send(post(CHAT).header("Queue-Max-Wait-Ms", "50"));
        HttpResponse<String> declined =
                send(post(CHAT).header("Queue-Max-Wait-Ms", "50").header("Queue-On-Timeout", "error"));

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("queue_timeout");
        assertThat(fallen.body()).isEqualTo("small");
        assertThat(declined.statusCode()).isEqualTo(503);
    }

    @Test
    void slotThatIsFree_isPreferred() throws Exception {
        start("on-timeout: fallback, fallback: {" + ofSmall() + "}");
        running.cancel(true);
        await(QueueEvent.Kind.RELEASED);

        HttpResponse<String> answer = send(impatient(CHAT));

        assertThat(answer.body()).contains("chat.completion").contains("\"model\":\"large\"");
        assertThat(answer.headers().firstValue("Queue-Fallback")).isEmpty();
    }

    /**
     * Whoever goes there takes no slot: without the fallback's backends they would go to the pool's own, over its
     * slots.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fallbackThatLeavesTheFile_staysUntilTheNextStart(boolean isOfItsOwn) throws Exception {
        Path file = folder.resolve("anteroom.yaml");
        String fallback = isOfItsOwn ? ofSmall() : "group: tiny, model: tiny, name: small";
        String group = isOfItsOwn ? "" : "tiny: {url: '%s', health: {every: 0s}}".formatted(small.uri());
        Files.writeString(file, file("", group, "on-timeout: fallback, fallback: {" + fallback + "}"));
        start(ConfigReader.read(file));
        Files.writeString(file, file("", "other: {url: 'http://127.0.0.1:1', health: {every: 0s}}", ""));
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!gateway.upstreams().settings().groups().containsKey("other")) {
            assertThat(System.nanoTime()).as("the file is not followed").isLessThan(deadline);
            Thread.onSpinWait();
        }

        HttpResponse<String> fallen = send(post(CHAT).header("Queue-Max-Wait-Ms", "50"));

        assertThat(fallen.body()).isEqualTo("small");
        assertThat(model.counts().mostRunning()).as("at one slot").isEqualTo(1);
    }

    @Test
    void fallbackThatIsDown_isToldInTheClientsDialect() throws Exception {
        start("fallback: {" + ofSmall() + "}");
        small.close();

        HttpResponse<String> answer = send(impatient(CHAT));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("\"code\":\"upstream_unreachable\"");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
    }
}
