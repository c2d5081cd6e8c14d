// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Identity;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests may ask for, and what they are told when that cannot be read, on a real Jetty. */
final class JettyOptionsTest {
    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder oneSlot() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(1));
    }

    @Test
    void options_ofATrustedCaller_reachThePool() throws Exception {
        server = TestServer.start(oneSlot().policy(CallerPolicy.TRUSTED));
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);
        HttpRequest.Builder request = server.request("/hello")
                .header("Queue-Priority", "critical")
                .header("Queue-Batch-Id", "night")
                .header("Authorization", "Bearer secret");
        CompletableFuture<HttpResponse<String>> second = server.sendAsync(request);
        server.awaitWaiting(1);

        WaitingTicket ticket = server.pool().waiting(10).get(0);

        assertThat(ticket.priority()).isEqualTo(Priority.CRITICAL);
        assertThat(ticket.batch()).isEqualTo("night");
        assertThat(ticket.key()).isEqualTo(Identity.ofSecret("secret").flow());
        assertThat(ticket.ip()).isEqualTo("127.0.0.1");
        server.letGo();
        assertThat(second.get().headers().firstValue("Queue-Options-Ignored")).isEmpty();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }

    @Test
    void options_beyondThePolicy_areIgnoredAndSaidSo() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.send(
                server.request("/hello").header("Queue-Priority", "critical").header("Queue-Max-Wait-Ms", "86400000"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Queue-Options-Ignored")).contains("priority, max-wait");
    }

    @ParameterizedTest
    @CsvSource({"Queue-Priority,urgent,400", "Queue-Enabled,perhaps,400", "Queue-Max-Wait-Ms,1e9,400"})
    void options_unreadable_areABadRequest(String name, String value, int status) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.send(server.request("/hello").header(name, value));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(name + ": '" + value + "' (expected: ");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
        server.awaitIdle();
    }

    @Test
    void options_tooLong_are431() throws Exception {
        server = TestServer.start(oneSlot());

        assertThat(server.send(server.request("/hello").header("Queue-Priority", "x".repeat(300)))
                        .statusCode())
                .isEqualTo(431);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"gateflow\":1}", "{\"priority\":{}}"})
    void body_unreadable_isABadRequestInTheDialect(String body) throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.postAsync("/v1/messages", body).get();

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":");
    }

    @Test
    void body_ourMembers_areCutAndTheLengthCorrected() throws Exception {
        server = TestServer.start(oneSlot().forceQueue(true));

        HttpResponse<String> answer = server.postAsync("/echo/v1/chat/completions", "{\"priority\":500,\"a\":\"ü\"}")
                .get();

        assertThat(answer.body()).isEqualTo("{\"a\":\"ü\"}");
        assertThat(answer.headers().firstValue("X-Length")).contains("10");
        assertThat(answer.headers().firstValue("X-Length-Header")).contains("10");
    }

    @ParameterizedTest
    @CsvSource({"/echo,false", "/echo,true", "/asyncecho,false", "/asyncecho,true"})
    void body_longerThanTheBound_arrivesWhole(String path, boolean chunked) throws Exception {
        server = TestServer.start(oneSlot().maxBufferedBody(1000).forceQueue(true));
        String body = "{\"a\":\"" + "x".repeat(300_000) + "\"}";
        HttpRequest.BodyPublisher publisher = HttpRequest.BodyPublishers.ofString(body);
        HttpRequest.Builder request = server.request(path)
                .header("Content-Type", "application/json")
                .POST(chunked ? HttpRequest.BodyPublishers.fromPublisher(publisher) : publisher);

        assertThat(server.send(request).body()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/asyncecho"})
    void body_withinTheBound_isReplayed(String path) throws Exception {
        server = TestServer.start(oneSlot().forceQueue(true));
        String body = "{\"a\":\"" + "x".repeat(30_000) + "\"}";

        assertThat(server.postAsync(path, body).get().body()).isEqualTo(body);
        assertThat(server.postAsync(path, "{}").get().body()).isEqualTo("{}");
    }

    @Test
    void attributes_ofTheWait_canBeRead() throws Exception {
        server = TestServer.start(oneSlot().forceQueue(true));

        assertThat(server.send(server.request("/facts").header("Queue-Request-Id", "mine"))
                        .body())
                .startsWith("mine llm NORMAL true PT");
    }

    @Test
    void requestId_improper_isReplaced() throws Exception {
        server = TestServer.start(oneSlot());

        List<String> ids = server.send(server.request("/hello").header("Queue-Request-Id", "a b"))
                .headers()
                .allValues("Queue-Request-Id");

        assertThat(ids).hasSize(1).allMatch(id -> id.matches("[0-9a-v]{24}"));
    }

    @Test
    void route_noMatch_goesStraightThrough() throws Exception {
        server = TestServer.start(oneSlot().route("/v1/*", "llm"));

        assertThat(server.get("/hello").headers().firstValue("Queue-Request-Id"))
                .isEmpty();
        assertThat(server.get("/v1/x").headers().firstValue("Queue-Request-Id")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hello", "/hello/queue/status", "/queue/status"})
    void preflight_whileAllSlotsAreTaken_isTheApplicationsAtOnce(String path) throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> answer = server.send(server.request(path)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "http://elsewhere")
                .header("Access-Control-Request-Method", "POST"));

        assertThat(answer.headers().map()).doesNotContainKeys("queue-request-id", "allow");
        assertThat(answer.body()).isEqualTo("hello");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b\nc", "", "name-0123456789abcdef0123456789abcdef"})
    void identity_ofWhateverName_isTaken(String name) throws Exception {
        server = TestServer.start(
                oneSlot().callers(request -> Optional.of(name.repeat(200)).map(Identity::of)));

        assertThat(server.get("/hello").statusCode()).isEqualTo(200);
        assertThat(Identity.of(name).flow()).matches(name.equals("a") ? "a" : "name-[0-9a-f]{32}");
        assertThat(Identity.of(name)).isNotEqualTo(Identity.of(name + " "));
        assertThat(Identity.of(Identity.of(name.repeat(200)).flow())).isNotEqualTo(Identity.of(name.repeat(200)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hello", "/v1/messages", "/queue/status"})
    void resolver_thatThrows_isAnsweredAndLoggedInOneLine(String path) throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        server = TestServer.start(oneSlot().callers(request -> {
            throw new IllegalStateException("two\nlines");
        }));

        HttpResponse<String> answer = logged(lines, () -> server.get(path));

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.headers().firstValue("Queue-Reject-Reason")).contains("caller-unknown");
        assertThat(answer.body()).contains("\"code\":\"caller_unknown\"");
        assertThat(lines)
                .hasSize(1)
                .first()
                .asString()
                .contains("resolver of callers failed")
                .doesNotContain("\n");
        assertThat(server.events).isEmpty();
    }

    @Test
    void policies_thatThrow_areAnsweredToo() throws Exception {
        server = TestServer.start(oneSlot().policies(identity -> {
            throw new IllegalStateException("no database");
        }));

        assertThat(server.get("/hello").body()).contains("caller_unknown").doesNotContain("database");
    }

    /** What the filter's own log says meanwhile. */
    private static <T> T logged(List<String> lines, Callable<T> what) throws Exception {
        Logger log = Logger.getLogger("io.anteroom");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            return what.call();
        } finally {
            log.removeHandler(handler);
        }
    }

    @Test
    void options_thatAreNoPreflight_needASlotAsAnyRequest() throws Exception {
        server = TestServer.start(oneSlot());

        HttpResponse<String> answer = server.send(server.request("/hello")
                .method("OPTIONS", HttpRequest.BodyPublishers.ofString("x"))
                .header("Origin", "http://elsewhere")
                .header("Access-Control-Request-Method", "POST"));

        assertThat(answer.headers().firstValue("Queue-Request-Id")).isPresent();
    }

    @Test
    void enabledFalse_noSlot_isRefusedAtOnce() throws Exception {
        server = TestServer.start(oneSlot());
        CompletableFuture<HttpResponse<String>> first = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> answer = server.send(server.request("/hello").header("Queue-Enabled", "false"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Queue-Reject-Reason")).contains("no-slot");
        server.letGo();
        assertThat(first.get().statusCode()).isEqualTo(200);
    }
}
