// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolMode;
import io.anteroom.event.QueueEvent;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.upstream.UpstreamView;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of backends behind a whole gateway. */
final class GatewayUpstreamsTest {
    private static final String CHAT = "{\"model\":\"gpt-4\",\"messages\":[]}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final BlockingQueue<QueueEvent> events = new LinkedBlockingQueue<>();
    private final List<ScriptedBackend> backends = new ArrayList<>();
    private Gateway gateway;

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        for (ScriptedBackend backend : backends) {
            backend.close();
        }
    }

    /** Answers its name; notes the body up to its closing brace. */
    private ScriptedBackend backend(String name) throws Exception {
        ScriptedBackend backend = new ScriptedBackend((in, out) -> {
            StringBuilder body = new StringBuilder();
            while (body.indexOf("}") < 0) {
                body.append((char) in.read());
            }
            bodies.add(body.toString());
            ScriptedBackend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
        });
        backends.add(backend);
        return backend;
    }

    private void start(String yaml) throws Exception {
        gateway = Gateway.start(
                new ConfigReader(name -> "secret-" + name)
                        .parse("listen: {port: 0}\nlog: {access: false}\nadmin: {enabled: false}\n" + yaml),
                events::add);
    }

    private HttpRequest post(String body) {
        return HttpRequest.newBuilder(URI.create(gateway.uri() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
    }

    private HttpResponse<String> send(String body) throws Exception {
        return http.send(post(body), BodyHandlers.ofString());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void model_isMapped_keyIsSent_andTheAnswerSaysWhoGaveIt() throws Exception {
        ScriptedBackend one = backend("one");
        start("upstreams: {g: {aliases: {gpt-4: large}, key-header: x-api-key, backends: [{name: first, url: '"
                + one.uri() + "', models: {large: llama}, key-env: K}]}}");
        one.head();

        HttpResponse<String> answer = send(CHAT);
        String head = one.head();

        assertThat(answer.body()).isEqualTo("one");
        assertThat(answer.headers().firstValue("Queue-Upstream")).contains("first");
        assertThat(answer.headers().firstValue("Queue-Fallback")).isEmpty();
        assertThat(bodies.poll(5, TimeUnit.SECONDS)).isEqualTo("{\"model\":\"llama\",\"messages\":[]}");
        assertThat(head).containsIgnoringCase("x-api-key: secret-K").doesNotContain("Authorization");
    }

    @Test
    void modelThatNobodyServes_is404_inTheDialect() throws Exception {
        start("upstream: {backends: [{url: 'http://127.0.0.1:1', models: [a]}]}");

        HttpResponse<String> answer = send(CHAT);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("\"code\":\"model_not_found\"");
    }

    @Test
    void groupThatFails_isLeftForTheNext_withItsModel() throws Exception {
        ScriptedBackend small = backend("small");
        start("upstreams: {g: {url: 'http://127.0.0.1:1', retry: {most: 0}, health: {every: 0},"
                + " then: [{group: small, model: tiny}]}, small: {health: {every: 0}, url: '" + small.uri() + "'}}");

        HttpResponse<String> answer = send(CHAT);

        assertThat(answer.body()).isEqualTo("small");
        assertThat(bodies.poll(5, TimeUnit.SECONDS)).contains("\"model\":\"tiny\"");
        assertThat(answer.headers().firstValue("Queue-Upstream")).contains("small-1");
        assertThat(answer.headers().firstValue("Queue-Fallback")).contains("small");
    }

    @Test
    void brokenOff_isTriedAgainOnlyWhereDoingItTwiceHarmsNothing() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            backends.add(new ScriptedBackend((in, out) -> begun.incrementAndGet()));
        }
        start("upstream: {urls: ['" + backends.get(0).uri() + "', '"
                + backends.get(1).uri() + "'], retry: {most: 1, budget-least: 100, repeatable: [/pure/*]}}");

        assertThat(begunFor(begun, "POST", "/v1/batches")).isEqualTo(1);
        assertThat(begunFor(begun, "PATCH", "/v1/batches/1")).isEqualTo(1);
        assertThat(begunFor(begun, "POST", "/pure/work")).isGreaterThan(1);
        assertThat(begunFor(begun, "DELETE", "/v1/batches/1")).isGreaterThan(1);
        assertThat(begunFor(begun, "POST", "/v1/batches", "Idempotency-Key", "k"))
                .isGreaterThan(1);
    }

    /** How many backends have begun with a request, all of which break off. */
    private int begunFor(AtomicInteger begun, String method, String path, String... headers) throws Exception {
        int before = begun.get();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.uri() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, BodyPublishers.ofString("{}"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(502);
        return begun.get() - before;
    }

    @Test
    void allDrained_refusesWithTheMomentToComeBack() throws Exception {
        ScriptedBackend one = backend("one");
        start("upstream: {url: '" + one.uri() + "'}");
        gateway.upstreams().drain("default-1");

        HttpResponse<String> refused = send(CHAT);
        gateway.upstreams().resume("default-1");
        HttpResponse<String> served = send(CHAT);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"code\":\"no_upstream\"");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        assertThat(refused.headers().firstValue("Queue-Reject-Reason")).contains("no-upstream");
        assertThat(served.body()).isEqualTo("one");
    }

    @Test
    void allDrained_holding_keepsThePlaces() throws Exception {
        ScriptedBackend one = backend("one");
        start("upstream: {url: '" + one.uri() + "', when-down: hold}");
        gateway.upstreams().drain("default-1");
        await(() -> gateway.pool("llm").snapshot().mode() == PoolMode.HOLDING);

        CompletableFuture<HttpResponse<String>> waiting = http.sendAsync(post(CHAT), BodyHandlers.ofString());
        await(() -> gateway.pool("llm").snapshot().waiting() == 1);
        gateway.upstreams().resume("default-1");

        assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("one");
        await(() -> gateway.pool("llm").snapshot().mode() == PoolMode.OPEN);
    }

    @Test
    void operatorsHold_givenWhileAllAreDrained_stays() throws Exception {
        ScriptedBackend one = backend("one");
        start("upstream: {when-down: hold, backends: [{url: '" + one.uri()
                + "', slots: 3}, {url: 'http://127.0.0.1:2', slots: 5}]}");
        gateway.upstreams().drain("default-1");
        gateway.upstreams().drain("default-2");
        await(() -> gateway.pool("llm").snapshot().mode() == PoolMode.HOLDING);

        gateway.pool("llm").mode(PoolMode.HOLDING);
        gateway.upstreams().resume("default-1");
        await(() -> gateway.pool("llm").snapshot().usableSlots() == 3);

        assertThat(gateway.pool("llm").snapshot().mode()).isEqualTo(PoolMode.HOLDING);
        gateway.pool("llm").mode(PoolMode.OPEN);
        assertThat(send(CHAT).body()).isEqualTo("one");
    }

    @Test
    void operatorsResume_whileAllAreDrained_letsThemBeRefused() throws Exception {
        ScriptedBackend one = backend("one");
        start("upstream: {url: '" + one.uri() + "', when-down: hold}");
        gateway.upstreams().drain("default-1");
        await(() -> gateway.pool("llm").snapshot().mode() == PoolMode.HOLDING);

        gateway.pool("llm").mode(PoolMode.OPEN);

        assertThat(send(CHAT).body()).contains("\"code\":\"no_upstream\"");
    }

    @Test
    void backendGone_takesItsSlotsAlong() throws Exception {
        start("upstream: {backends: [{url: 'http://127.0.0.1:1', slots: 3}, {url: 'http://127.0.0.1:2', slots: 5}]}");
        assertThat(gateway.pool("llm").snapshot().usableSlots()).isEqualTo(8);

        gateway.upstreams().drain("default-2");

        await(() -> gateway.pool("llm").snapshot().usableSlots() == 3);
        gateway.upstreams().resume("default-2");
        await(() -> gateway.pool("llm").snapshot().usableSlots() == 8);
        assertThat(gateway.upstreams().views()).extracting(UpstreamView::state).containsExactly("up", "up");
    }

    @ParameterizedTest
    @CsvSource({"500, 1", "507, 1", "520, 1", "501, 0", "505, 0", "404, 0"})
    void status_ofAFailure_countsAsOne_andPasses(int status, long failures) throws Exception {
        ScriptedBackend ill = new ScriptedBackend(
                (in, out) -> ScriptedBackend.write(out, "HTTP/1.1 " + status + " Ill\r\nContent-Length: 3\r\n\r\nill"));
        backends.add(ill);
        start("upstream: {url: '" + ill.uri() + "', retry: {most: 0}}");

        HttpResponse<String> answer = send(CHAT);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("ill");
        assertThat(gateway.upstreams().views().get(0).failed()).isEqualTo(failures);
    }

    @Test
    void clientGone_whileItWaitsForARetry_endsAtOnce() throws Exception {
        ScriptedBackend busy = new ScriptedBackend((in, out) ->
                ScriptedBackend.write(out, "HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n"));
        backends.add(busy);
        start("upstream: {url: '" + busy.uri() + "', retry: {longest-backoff: 20s}}");

        try (RawClient client = new RawClient(gateway.uri().getPort())) {
            client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 2\r\n\r\n{}");
            busy.head();
            await(() -> gateway.upstreams().views().get(0).failed() == 1);
        }

        long left = System.nanoTime();
        await(() -> gateway.pool("llm").snapshot().running() == 0);
        assertThat(System.nanoTime() - left).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }
}
