// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.settings.Settings;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WaitingRoutesTest {
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {
            lease.close();
        }

        @Override
        public void refused(Refusal refusal) {}
    };

    private AdminServer server;
    private final List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        PoolSettings pool = PoolSettings.ofSlots(1)
                .withEarlyRefusal(false)
                .withQueue(20_000, 1 << 30)
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED);
        server = new AdminServer.Plan()
                .settings(Settings.of("llm", pool))
                .start()
                .setUp();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Pool pool() {
        return server.anteroom().pool("llm");
    }

    /** One that runs, and others that wait. */
    private void send(String key, String model, int waiting) throws Exception {
        HttpRequest.Builder request = server.request(
                        "POST", "/v1/chat/completions", "{\"model\": \"" + model + "\", \"messages\": []}")
                .header("Authorization", "Bearer " + key);
        calls.add(server.client().sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()));
        await(waiting);
    }

    private void await(int waiting) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        // A request has its place a moment before it can be asked for.
        while (pool().snapshot().waiting() != waiting
                || pool().snapshot().running() == 0
                || !pool().waiting(waiting).stream().allMatch(this::isKnown)) {
            assertThat(System.nanoTime()).as("waiting: " + pool().snapshot()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private boolean isKnown(WaitingTicket ticket) {
        return server.anteroom().requests().find("llm", ticket.id()) != null;
    }

    private List<JsonNode> list(String query) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        server.call("GET", "/pools/llm/waiting" + query, null)
                .body()
                .path("requests")
                .forEach(all::add);
        return all;
    }

    @Test
    void list_knownCaller_isShownByNameWithModelAndReason() throws Exception {
        String key = server.call("POST", "/api-keys", "{\"name\": \"crawler\"}")
                .body()
                .path("key")
                .asText();
        send("somebody", "gpt-5.2", 0);
        send(key, "gpt-5.2-mini", 1);

        JsonNode one = list("").get(0);

        assertThat(one.path("caller").asText()).isEqualTo("crawler");
        assertThat(one.path("model").asText()).isEqualTo("gpt-5.2-mini");
        assertThat(one.path("request_id").asText()).isNotEmpty();
        assertThat(one.path("waits_for").asText()).isEqualTo("slots");
        assertThat(one.path("position").asInt()).isEqualTo(1);
        assertThat(one.path("priority").asText()).isEqualTo("normal");
        assertThat(server.call("GET", "/pools/llm/waiting", null).http().body()).doesNotContain(key);
        assertThat(list("?caller=crawler")).hasSize(1);
        assertThat(list("?caller=another")).isEmpty();
        assertThat(list("?model=gpt-5.2-mini&priority=normal")).hasSize(1);
    }

    @Test
    void cancel_withReason_tellsTheClientAndTheLog() throws Exception {
        send("a", "m", 0);
        send("b", "m", 1);
        String ticket = list("").get(0).path("ticket").asText();

        Reply reply = server.call(
                "POST", "/pools/llm/waiting/" + ticket + "/cancel", "{\"reason\": \"maintenance\\r\\nat noon\"}");

        assertThat(reply.status()).isEqualTo(204);
        HttpResponse<String> refused = calls.get(1).get();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("maintenance at noon").contains("queue_cancelled");
        JsonNode audit =
                server.call("GET", "/audit?deed=waiting.cancel", null).body().at("/entries/0");
        assertThat(audit.path("subject").asText()).isEqualTo("llm ticket " + ticket);
        assertThat(audit.path("detail").asText()).contains("reason: maintenance at noon");
        assertThat(server.call("POST", "/pools/llm/waiting/" + ticket + "/cancel", null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void move_one_goesFirst() throws Exception {
        send("a", "m", 0);
        send("b", "m", 1);
        send("c", "m", 2);
        String last = list("?sort=position").get(1).path("ticket").asText();

        Reply reply = server.call("POST", "/pools/llm/waiting/" + last + "/move", "{\"priority\": \"critical\"}");

        assertThat(reply.status()).isEqualTo(204);
        JsonNode first = list("?sort=position").get(0);
        assertThat(first.path("ticket").asText()).isEqualTo(last);
        assertThat(first.path("priority").asText()).isEqualTo("critical");
    }

    @Test
    void move_toALevelThatIsTooShort_isRefusedUnlessOneInsists() throws Exception {
        Reply edited = server.send(server.request(
                        "PATCH",
                        "/v1/management/settings",
                        "{\"pools\": {\"llm\": {\"levels\": {\"critical\": {\"longest_wait_ms\": 1}}}}}")
                .header("Authorization", "Bearer " + server.token())
                .header("If-Match", "\"1\""));
        assertThat(edited.status()).as(edited.http().body()).isEqualTo(200);
        send("a", "m", 0);
        send("b", "m", 1);
        String ticket = list("").get(0).path("ticket").asText();
        Instant deadline = Instant.now().plusSeconds(10);
        while (list("").get(0).path("waited_ms").asLong() < 2) {
            assertThat(Instant.now()).isBefore(deadline);
        }
        String one = "/pools/llm/waiting/" + ticket + "/move";
        String many = "{\"select\": {\"model\": \"m\"}, \"priority\": \"critical\", \"confirm\": 1%s}";

        Reply refused = server.call("POST", one, "{\"priority\": \"critical\"}");
        Reply refusedToo = server.call("POST", "/pools/llm/waiting/move", many.formatted(""));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("move_too_late");
        assertThat(refused.body().path("longest_wait_ms").asLong()).isEqualTo(1);
        assertThat(refusedToo.body().path("late").asInt()).isEqualTo(1);
        assertThat(pool().snapshot().waiting()).isEqualTo(1);
        Reply done = server.call("POST", "/pools/llm/waiting/move", many.formatted(", \"even_if_late\": true"));
        assertThat(done.body().path("done").asInt()).isEqualTo(1);
        assertThat(calls.get(1).get().statusCode()).isEqualTo(503);
    }

    @Test
    void cancelSome_withoutNumber_asksForItAndThenDoesIt() throws Exception {
        send("a", "m", 0);
        send("b", "m", 1);
        send("b", "m", 2);
        String path = "/pools/llm/waiting/cancel";

        Reply asked = server.call("POST", path, "{\"select\": {\"model\": \"m\"}, \"confirm\": 1}");

        assertThat(asked.status()).isEqualTo(409);
        assertThat(asked.body().path("confirm").asInt()).isEqualTo(2);
        assertThat(pool().snapshot().waiting()).isEqualTo(2);
        Reply done =
                server.call("POST", path, "{\"select\": {\"model\": \"m\"}, \"reason\": \"gone\", \"confirm\": 2}");
        assertThat(done.body().path("done").asInt()).isEqualTo(2);
        assertThat(calls.get(2).get().body()).contains("gone");
        assertThat(server.call("POST", path, "{\"select\": {}, \"confirm\": 2}").status())
                .isEqualTo(400);
    }

    @Test
    void rejectNew_confirmed_endsTheWaitsAndResumeLetsIn() throws Exception {
        send("a", "m", 0);
        send("b", "m", 1);

        assertThat(server.call("POST", "/pools/llm/reject-new", null)
                        .body()
                        .path("effect")
                        .asText())
                .isEqualTo("1 waiting requests get 503, and so does every newcomer");
        assertThat(server.call("POST", "/pools/llm/reject-new", "{\"confirm\": 1}")
                        .body()
                        .path("state")
                        .asText())
                .isEqualTo("rejecting");
        assertThat(calls.get(1).get().statusCode()).isEqualTo(503);
        assertThat(server.call("POST", "/pools/llm/resume", null)
                        .body()
                        .path("mode")
                        .asText())
                .isEqualTo("open");
        send("c", "m", 1);
    }

    @Test
    void pages_tenThousandWaiting_missNobodyAndAreQuick() throws Exception {
        Admission running = pool().offer(Arrival.of(Caller.of("first", "192.0.2.1"), Priority.NORMAL), NOBODY);
        assertThat(running).isInstanceOf(Lease.class);
        for (int i = 0; i < 10_000; i++) {
            Admission waiting =
                    pool().offer(Arrival.of(Caller.of("flow-" + i % 500, "192.0.2.1"), Priority.NORMAL), NOBODY);
            assertThat(waiting).isNotInstanceOf(Refusal.class);
        }

        Set<String> seen = new HashSet<>();
        String cursor = "";
        long begin = System.nanoTime();
        int pages = 0;
        do {
            JsonNode page = server.call("GET", "/pools/llm/waiting?limit=200" + cursor, null)
                    .body();
            page.path("requests").forEach(one -> seen.add(one.path("ticket").asText()));
            cursor = "&cursor=" + page.path("next_cursor").asText();
            pages++;
            if (pages == 10) {
                // Who leaves shifts nobody.
                pool().cancel(Long.parseLong(seen.iterator().next()));
            }
        } while (!cursor.equals("&cursor=null") && pages < 100);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(seen).hasSize(10_000);
        assertThat(pages).isEqualTo(50);
        assertThat(took).isLessThan(Duration.ofSeconds(20));
        assertThat(server.call("GET", "/pools/llm/waiting?limit=201", null).status())
                .isEqualTo(400);
    }
}
