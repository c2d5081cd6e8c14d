// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.TicketSettings;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tickets, and the resources at which a caller asks how it stands. */
final class JettyTicketsTest {
    private static final String CHAT = "/echo/v1/chat/completions";
    private static final Pattern ID = Pattern.compile("\"id\":\"([A-Za-z0-9_-]{22})\"");

    private TestServer server;
    private CompletableFuture<HttpResponse<String>> running;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder builder() {
        return Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false))
                .policy(CallerPolicy.TRUSTED);
    }

    private void start(Anteroom.Builder builder) throws Exception {
        server = TestServer.start(builder);
        running = server.getAsync("/hold");
        server.awaitRunning(1);
    }

    private HttpRequest.Builder by(String key, String path) {
        return server.request(path).header("Authorization", "Bearer " + key).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder chat(String key) {
        return by(key, CHAT).POST(BodyPublishers.ofString("{\"model\":\"m\"}"));
    }

    private HttpResponse<String> get(String key, String path) throws Exception {
        return server.send(by(key, path));
    }

    private String ticket(String key) throws Exception {
        HttpResponse<String> given = server.send(chat(key).header("Prefer", "respond-async"));
        assertThat(given.statusCode()).isEqualTo(202);
        return id(given.body());
    }

    private static String id(String body) {
        Matcher matcher = ID.matcher(body);
        assertThat(matcher.find()).as(body).isTrue();
        return matcher.group(1);
    }

    private void awaitReady(String key, String id) {
        TestServer.await(() -> {
            try {
                return get(key, "/queue/tickets/" + id).body().contains("\"status\":\"ready\"");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void respondAsync_noSlot_isATicketThatRunsAtOnceWhenItsTurnHasCome() throws Exception {
        start(builder());

        HttpResponse<String> given = server.send(chat("one").header("Prefer", "respond-async, wait=1"));

        String id = id(given.body());
        assertThat(given.statusCode()).isEqualTo(202);
        assertThat(given.headers().firstValue("Location")).contains("/queue/tickets/" + id);
        assertThat(given.headers().firstValue("Preference-Applied")).contains("respond-async");
        assertThat(given.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(Integer.parseInt(given.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 60);
        assertThat(given.body())
                .contains("\"object\":\"queue.ticket\"", "\"status\":\"queued\"", "\"queue_position\":1")
                .contains("\"created_at\":\"2", "\"expires_at\":\"2", "\"self\":\"/queue/tickets/" + id + "\"");
        assertThat(server.send(chat("one").header("Queue-Ticket", id)).statusCode())
                .as("too early")
                .isEqualTo(409);

        server.letGo();
        awaitReady("one", id);
        HttpResponse<String> answer = server.send(chat("one").header("Queue-Ticket", id));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"model\":\"m\"}");
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(server.send(chat("one").header("Queue-Ticket", id)).statusCode())
                .as("once only")
                .isEqualTo(410);
        assertThat(get("one", "/queue/tickets/" + id).body()).contains("\"status\":\"claimed\"");
        assertThat(running.get().statusCode()).isEqualTo(200);
        server.awaitIdle();
    }

    @Test
    void ticket_redeemed_hasQueuedInAllThatTellsSo() throws Exception {
        start(builder());
        String first = ticket("one");
        String second = ticket("one");
        server.letGo();

        awaitReady("one", first);
        HttpResponse<String> body = server.send(by("one", "/json")
                .header("Queue-Ticket", first)
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"gateflow\":{}}")));
        awaitReady("one", second);
        HttpResponse<String> facts = server.send(by("one", "/facts").header("Queue-Ticket", second));

        assertThat(body.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(body.body()).contains("\"was_queued\":true", "\"initial_position\":1");
        assertThat(facts.headers().firstValue("Queue-Was-Queued")).contains("true");
        assertThat(facts.body()).contains(" true PT");
        server.awaitIdle();
    }

    @Test
    void respondAsync_freeSlot_isAnsweredAtOnce() throws Exception {
        server = TestServer.start(builder());

        HttpResponse<String> answer = server.send(chat("one").header("Prefer", "respond-async"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("false");
        server.awaitIdle();
    }

    @Test
    void ticket_ofAnotherCaller_isAsGoodAsNone() throws Exception {
        start(builder());
        String id = ticket("one");

        HttpResponse<String> stranger = get("two", "/queue/tickets/" + id);
        HttpResponse<String> unknown = get("two", "/queue/tickets/AAAAAAAAAAAAAAAAAAAAAA");

        assertThat(stranger.statusCode()).isEqualTo(404);
        assertThat(stranger.body().replaceAll("\"request_id\":\"[^\"]*\"", ""))
                .isEqualTo(unknown.body().replaceAll("\"request_id\":\"[^\"]*\"", ""));
        assertThat(server.send(by("two", "/queue/tickets/" + id).DELETE()).statusCode())
                .isEqualTo(404);
        assertThat(server.send(chat("two").header("Queue-Ticket", id)).statusCode())
                .isEqualTo(404);
        assertThat(server.pool().snapshot().waiting()).isEqualTo(1);
    }

    @Test
    void ticket_deleted_givesItsPlaceUp() throws Exception {
        start(builder());
        String id = ticket("one");

        assertThat(server.send(by("one", "/queue/tickets/" + id).DELETE()).statusCode())
                .isEqualTo(204);

        assertThat(server.pool().snapshot().waiting()).isZero();
        assertThat(get("one", "/queue/tickets/" + id).statusCode()).isEqualTo(404);
        assertThat(server.count(Kind.GIVEN_UP)).isEqualTo(1);
    }

    @Test
    void ticket_notClaimedInTime_losesItsSlot() throws Exception {
        start(builder().tickets(TicketSettings.DEFAULT.withClaimWithin(Duration.ofMillis(100))));
        String id = ticket("one");

        server.letGo();

        TestServer.await(() -> server.count(Kind.GIVEN_UP) == 1);
        server.awaitIdle();
        assertThat(get("one", "/queue/tickets/" + id).body()).contains("\"status\":\"expired\"");
        assertThat(server.send(chat("one").header("Queue-Ticket", id)).statusCode())
                .isEqualTo(410);
    }

    @Test
    void ticket_longPoll_isAnsweredWhenItsTurnComes() throws Exception {
        start(builder());
        String id = ticket("one");
        CompletableFuture<HttpResponse<String>> poll =
                server.sendAsync(by("one", "/queue/tickets/" + id).header("Prefer", "wait=15"));
        long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
        TestServer.await(() -> System.nanoTime() > end);
        assertThat(poll).isNotDone();

        server.letGo();

        assertThat(poll.get().body()).contains("\"status\":\"ready\"");
        assertThat(poll.get().headers().firstValue("Preference-Applied")).contains("wait=15");
        HttpResponse<String> over =
                server.send(by("one", "/queue/tickets/" + id).header("Prefer", "wait=15"));
        assertThat(over.body()).as("nothing to wait for").contains("\"status\":\"ready\"");
    }

    @Test
    void ticket_longPollOver_isAnsweredAsItStands() throws Exception {
        start(builder());
        String id = ticket("one");

        HttpResponse<String> poll =
                server.send(by("one", "/queue/tickets/" + id).header("Prefer", "wait=0.2"));

        assertThat(poll.statusCode()).isEqualTo(200);
        assertThat(poll.body()).contains("\"status\":\"queued\"");
    }

    @Test
    void ticket_watched_streamsUntilItIsReady() throws Exception {
        start(builder().heartbeat(Duration.ofMillis(100)));
        String id = ticket("one");
        CompletableFuture<HttpResponse<String>> events =
                server.sendAsync(by("one", "/queue/tickets/" + id).header("Accept", "text/event-stream"));
        long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
        TestServer.await(() -> System.nanoTime() > end);

        server.letGo();

        assertThat(events.get().headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(events.get().body())
                .startsWith("event: queue_status\ndata: {\"id\":\"" + id + "\"")
                .contains("\"status\":\"queued\"")
                .endsWith("}\n\n");
        String[] all = events.get().body().split("\n\n");
        assertThat(all.length).isGreaterThan(2);
        assertThat(all[all.length - 1]).contains("\"status\":\"ready\"");
    }

    @Test
    void reserve_withoutARequest_isATicketToo() throws Exception {
        start(builder());

        HttpResponse<String> given = server.send(by("one", "/queue/tickets")
                .POST(BodyPublishers.ofString("{\"pool\":\"llm\",\"model\":\"m\",\"priority\":5}")));
        String id = id(given.body());

        assertThat(given.statusCode()).isEqualTo(202);
        assertThat(server.pool().waiting(9).get(0).priority()).isEqualTo(io.anteroom.admission.Priority.HIGH);
        server.letGo();
        awaitReady("one", id);
        assertThat(server.send(chat("one").header("Queue-Ticket", id)).statusCode())
                .isEqualTo(200);
        server.awaitIdle();
    }

    @Test
    void reserve_freeSlot_isReadyAtOnce() throws Exception {
        server = TestServer.start(builder());

        HttpResponse<String> given = server.send(by("one", "/queue/tickets").POST(BodyPublishers.noBody()));

        assertThat(given.statusCode()).isEqualTo(201);
        assertThat(given.body()).contains("\"status\":\"ready\"");
        assertThat(server.pool().snapshot().running()).isEqualTo(1);
        HttpResponse<String> answer = server.send(chat("one").header("Queue-Ticket", id(given.body())));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Queue-Was-Queued")).contains("false");
        server.awaitIdle();
    }

    @Test
    void ticket_forOneModel_doesNotPayForAnother() throws Exception {
        Limit limit = Limit.requests("big", 1, Duration.ofHours(1)).forModels("big*");
        server = TestServer.start(builder().limits(RateSettings.NONE.withLimits(limit)));
        String big = "{\"model\":\"big\"}";
        String first = id(server.send(by("one", "/queue/tickets").POST(BodyPublishers.noBody()))
                .body());
        HttpResponse<String> paid =
                server.send(by("one", CHAT).POST(BodyPublishers.ofString(big)).header("Queue-Ticket", first));
        String second = id(server.send(by("one", "/queue/tickets").POST(BodyPublishers.noBody()))
                .body());

        HttpResponse<String> over =
                server.send(by("one", CHAT).POST(BodyPublishers.ofString(big)).header("Queue-Ticket", second));

        assertThat(paid.statusCode()).isEqualTo(200);
        assertThat(over.statusCode()).isEqualTo(429);
        assertThat(over.body()).contains("rate_limit_exceeded");
        assertThat(server.send(chat("one").header("Queue-Ticket", second)).statusCode())
                .as("still good for what it may pay")
                .isEqualTo(200);
        server.awaitIdle();
    }

    @Test
    void ticket_ofTheLastToken_paysForItsRequest() throws Exception {
        server = TestServer.start(
                builder().limits(RateSettings.NONE.withLimits(Limit.requests("all", 1, Duration.ofHours(1)))));
        String id = id(server.send(by("one", "/queue/tickets").POST(BodyPublishers.noBody()))
                .body());

        assertThat(server.send(chat("one")).statusCode()).as("paid already").isEqualTo(429);
        assertThat(server.send(chat("one").header("Queue-Ticket", id)).statusCode())
                .isEqualTo(200);
        assertThat(server.send(chat("one")).statusCode()).as("used up").isEqualTo(429);
        server.awaitIdle();
    }

    @Test
    void reserve_whileTheServerStops_isRefused() throws Exception {
        server = TestServer.start(builder());
        server.anteroom().drain(Duration.ZERO);

        HttpResponse<String> given = server.send(by("one", "/queue/tickets").POST(BodyPublishers.noBody()));

        assertThat(given.statusCode()).isEqualTo(503);
        assertThat(given.body()).contains("shutting_down");
    }

    @Test
    void ticket_watchedByMany_answersTheNextAtOnce() throws Exception {
        start(builder());
        String id = ticket("one");
        List<CompletableFuture<HttpResponse<String>>> watching = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            watching.add(server.sendAsync(by("one", "/queue/tickets/" + id).header("Prefer", "wait=40")));
        }

        TestServer.await(() -> watching.stream().anyMatch(CompletableFuture::isDone));
        assertThat(watching.stream().filter(CompletableFuture::isDone)).hasSize(1);

        server.letGo();
        for (CompletableFuture<HttpResponse<String>> watch : watching) {
            assertThat(watch.get().statusCode()).isEqualTo(200);
        }
        awaitReady("one", id);
    }

    @Test
    void reserve_badInput_isRefusedByName() throws Exception {
        server = TestServer.start(builder());

        HttpResponse<String> pool =
                server.send(by("one", "/queue/tickets").POST(BodyPublishers.ofString("{\"pool\":\"no\"}")));
        HttpResponse<String> json =
                server.send(by("one", "/queue/tickets").POST(BodyPublishers.ofString("{\"pool\":")));
        HttpResponse<String> large = server.send(
                by("one", "/queue/tickets").POST(BodyPublishers.ofString("{\"a\":\"" + "x".repeat(20_000) + "\"}")));

        assertThat(pool.statusCode()).isEqualTo(400);
        assertThat(pool.body()).contains("pool: 'no' (expected: one of llm)");
        assertThat(json.statusCode()).isEqualTo(400);
        assertThat(large.statusCode()).isEqualTo(413);
    }

    @Test
    void tickets_moreThanACallerMayHave_areRefused() throws Exception {
        start(builder().tickets(TicketSettings.DEFAULT.withBounds(5, 2)));
        ticket("one");
        String second = ticket("one");

        HttpResponse<String> third = server.send(chat("one").header("Prefer", "respond-async"));
        server.send(by("one", "/queue/tickets/" + second).DELETE());

        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.body()).contains("queue_limit_exceeded");
        ticket("one");
        ticket("two");
    }

    @Test
    void status_withoutAKey_doesNotTellTheTicketsOfAnAddress() throws Exception {
        start(builder());
        HttpResponse<String> given = server.send(server.request(CHAT)
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofString("{\"model\":\"m\"}")));
        String ticket = id(given.body());

        String status = server.send(server.request("/queue/status")).body();

        assertThat(status).contains("\"tickets\":[]", "\"requests\":[]", "\"current_size\":1");
        assertThat(server.send(server.request("/queue/tickets/" + ticket)).statusCode())
                .as("whoever has the id")
                .isEqualTo(200);
    }

    @Test
    void request_whileItWaits_isKnownToItsCallerOnly() throws Exception {
        start(builder());
        CompletableFuture<HttpResponse<String>> waits =
                server.sendAsync(chat("one").header("Queue-Request-Id", "r-1"));
        // It has its place a moment before it can be asked for.
        awaitStatus("r-1", 200);

        assertThat(get("one", "/queue/requests/r-1").body())
                .contains("\"status\":\"queued\"", "\"queue_position\":1", "\"pool\":\"llm\"");
        assertThat(get("two", "/queue/requests/r-1").statusCode()).isEqualTo(404);
        assertThat(get("one", "/queue/status").body())
                .contains("\"requests\":[{\"id\":\"r-1\"", "\"current_size\":1", "\"max_size\":1000")
                .contains("\"by_priority\":{");
        assertThat(get("two", "/queue/status").body()).contains("\"requests\":[]");

        server.letGo();
        waits.get();
        server.awaitIdle();
        awaitStatus("r-1", 404);
    }

    private void awaitStatus(String request, int status) {
        TestServer.await(() -> {
            try {
                return get("one", "/queue/requests/" + request).statusCode() == status;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void request_sentAway_isKnownAsKept() throws Exception {
        start(builder().places(PlaceSettings.DEFAULT.withJsonHold(Duration.ofMillis(100))));
        server.send(chat("one").header("Queue-Request-Id", "r-2"));

        assertThat(get("one", "/queue/requests/r-2").body())
                .contains("\"status\":\"kept\"", "\"queue_position\":1", "\"place_kept_seconds\":");
    }

    @Test
    void status_depthNotForTheCaller_isNotTold() throws Exception {
        server = TestServer.start(
                builder().policy(CallerPolicy.DEFAULT.withRights(new CallerPolicy.Rights(true, true, false))));

        assertThat(get("one", "/queue/status").body())
                .isEqualTo("{\"object\":\"queue.status\",\"tickets\":[],\"requests\":[]}");
    }

    @Test
    void batch_countsWhatBecameOfIt() throws Exception {
        start(builder().places(PlaceSettings.DEFAULT.withJsonHold(Duration.ofMillis(150))));
        server.send(chat("one").header("Queue-Batch-Id", "b"));
        server.send(chat("one").header("Queue-Batch-Id", "b").header("Queue-Enabled", "false"));
        assertThat(get("one", "/queue/batch/b").body())
                .isEqualTo("{\"batch_id\":\"b\",\"total_requests\":2,\"completed\":0,\"running\":0,\"queued\":1,"
                        + "\"failed\":1,\"avg_wait_ms\":0}");

        server.letGo();
        assertThat(server.send(chat("one").header("Queue-Batch-Id", "b")).statusCode())
                .isEqualTo(200);
        server.awaitIdle();

        assertThat(get("one", "/v1/management/queue/batch/b").body())
                .contains("\"total_requests\":2,\"completed\":1,\"running\":0,\"queued\":0,\"failed\":1");
        assertThat(get("two", "/queue/batch/b").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /queue/tickets, 405, 'POST, OPTIONS'",
        "POST, /queue/tickets/x, 405, 'GET, HEAD, DELETE, OPTIONS'",
        "DELETE, /queue/status, 405, 'GET, HEAD, OPTIONS'",
        "OPTIONS, /queue/batch/b, 204, 'GET, HEAD, OPTIONS'",
        "HEAD, /queue/status, 200, ''",
        "HEAD, /queue/tickets/x, 404, ''",
    })
    void methods_areAnsweredAsTheyShould(String method, String path, int status, String allow) throws Exception {
        server = TestServer.start(builder());

        HttpResponse<String> answer = server.send(by("one", path).method(method, BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Allow").orElse("")).isEqualTo(allow);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        if (method.equals("HEAD")) {
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void endpoints_neverWait_andCanBeSwitchedOff() throws Exception {
        start(builder());
        assertThat(get("one", "/queue/status").statusCode()).isEqualTo(200);
        assertThat(get("one", "/queue/batch/x").statusCode()).isEqualTo(404);
    }

    @Test
    void endpoints_off_areTheApplications() throws Exception {
        server = TestServer.start(builder().tickets(TicketSettings.OFF));

        assertThat(get("one", "/queue/status").body()).isEqualTo("hello");
        assertThat(server.send(chat("one").header("Queue-Ticket", "x")).statusCode())
                .isEqualTo(200);
    }
}
