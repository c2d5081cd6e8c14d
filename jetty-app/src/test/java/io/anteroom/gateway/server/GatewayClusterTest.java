// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.event.Notice;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.hazelcast.NodeView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways with one queue. */
final class GatewayClusterTest {
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private ModelServer model;
    private Gateway one;
    private Gateway two;

    @BeforeEach
    void start() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(8).withSpeed(100));
        int first = freePort();
        int second = freePort();
        one = gateway("one", first, second);
        one.events().subscribeNotices(notices::add);
        two = gateway("two", second, first);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        model.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Gateway gateway(String node, int port, int other) throws Exception {
        String yaml = """
                listen: {port: 0}
                upstream: {url: '%s'}
                pools: {llm: {slots: 1, max-waiting: 3}}
                limits: [{name: all, by: all, requests: 5, per: 1h}]
                node: %s
                admin: {enabled: true, port: 0}
                storage: {dir: '%s'}
                cluster: {name: test-%d, port: %d, members: ['127.0.0.1:%d', '127.0.0.1:%d']}
                """.formatted(model.uri(), node, folder.resolve(node), Math.min(port, other), port, port, other);
        return Gateway.start(new ConfigReader(name -> null).parse(yaml).withLog(Log.QUIET));
    }

    private CompletableFuture<HttpResponse<String>> ask(Gateway gateway, String... header) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(gateway.uri().resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"large-one\",\"messages\":[],\"max_tokens\":4}"));
        HttpRequest request = (header.length == 0 ? builder : builder.headers(header)).build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void request_slotTakenOnAnotherGateway_waitsForIt() throws Exception {
        Lease taken = (Lease) one.pool("llm").offer(Arrival.of(Caller.of("k", "ip"), Priority.NORMAL), NOBODY);
        CompletableFuture<HttpResponse<String>> answer = ask(two);
        until(() -> one.pool("llm").snapshot().waiting() == 1);

        assertThat(one.pool("llm").waiting(1).get(0).node()).isEqualTo("two");
        assertThat(answer).isNotDone();
        taken.close();

        assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(one.nodes()).extracting(NodeView::name).containsExactly("one", "two");
    }

    @Test
    void management_eitherGateway_showsBothAndWhoIsGone() throws Exception {
        String cluster = "/v1/management/cluster";
        Operator ofOne = new Operator(one, "one");
        Operator ofTwo = new Operator(two, "two");

        JsonNode seen = ofOne.get(cluster);
        JsonNode seenByTwo = ofTwo.get(cluster);

        assertThat(seen.path("mode").asText()).isEqualTo("shared");
        assertThat(seen.path("is_whole").asBoolean()).isTrue();
        assertThat(seen.findValuesAsText("name")).contains("one", "two");
        assertThat(members(seen, "is_self")).containsExactly("true", "false");
        assertThat(members(seenByTwo, "is_self")).containsExactly("false", "true");
        assertThat(members(seen, "address")).allMatch(address -> address.contains("127.0.0.1:"));
        two.close();
        until(() -> members(ofOne.get(cluster), "standing").equals(List.of("here", "gone")));
        assertThat(members(ofOne.get(cluster), "name")).containsExactly("one", "two");
        assertThat(ofOne.get(cluster).path("is_whole").asBoolean()).isTrue();
    }

    @Test
    void management_batchOverBothGateways_isCountedTogether() throws Exception {
        Operator ofOne = new Operator(one, "one");
        for (Gateway gateway : List.of(one, two, two)) {
            assertThat(ask(gateway, "Queue-Batch-Id", "nightly")
                            .get(20, TimeUnit.SECONDS)
                            .statusCode())
                    .isEqualTo(200);
        }

        ofOne.untilShown(
                "/v1/management/queue/batch/nightly",
                batch -> batch.path("completed").asInt() == 3);
        assertThat(ofOne.get("/v1/management/queue/batch/nightly")
                        .path("total_requests")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void management_requestOfTheOtherGateway_isShownWithItsIdAndModel() throws Exception {
        Operator ofOne = new Operator(one, "one");
        Lease taken = (Lease) one.pool("llm").offer(Arrival.of(Caller.of("k", "ip"), Priority.NORMAL), NOBODY);
        CompletableFuture<HttpResponse<String>> answer = ask(two, "Queue-Request-Id", "far-away");
        until(() -> one.pool("llm").snapshot().waiting() == 1);
        String waiting = "/v1/management/pools/llm/waiting";

        ofOne.untilShown(
                waiting, list -> list.at("/requests/0/request_id").asText().equals("far-away"));
        JsonNode shown = ofOne.get(waiting).at("/requests/0");
        JsonNode matching = ofOne.get(waiting + "?model=large-one");
        JsonNode others = ofOne.get(waiting + "?model=another");

        assertThat(shown.path("node").asText()).isEqualTo("two");
        assertThat(shown.path("model").asText()).isEqualTo("large-one");
        assertThat(matching.path("matching").asInt()).isEqualTo(1);
        assertThat(others.path("matching").asInt()).isZero();
        taken.close();
        assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    private static List<String> members(JsonNode cluster, String name) {
        List<String> values = new ArrayList<>();
        cluster.path("members").forEach(member -> values.add(member.path(name).asText()));
        return values;
    }

    /** The first user of a gateway, logged in. */
    private final class Operator {
        private final Gateway gateway;
        private final String cookie;

        Operator(Gateway gateway, String node) throws Exception {
            this.gateway = gateway;
            Path token = folder.resolve(node).resolve("set-up.token");
            until(() -> Files.exists(token));
            String body = "{\"token\": \"" + Files.readString(token).strip()
                    + "\", \"name\": \"ada\", \"password\": \"violet kettle 9 orbits\"}";
            HttpResponse<String> made = http.send(
                    HttpRequest.newBuilder(uri("/v1/management/set-up"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            cookie = made.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        }

        private URI uri(String path) {
            return URI.create(gateway.adminUri().orElseThrow() + path);
        }

        /** Asks now and then, as nobody may ask all the time. */
        void untilShown(String path, Predicate<JsonNode> condition) {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!condition.test(get(path))) {
                assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
                LockSupport.parkNanos(50_000_000);
            }
        }

        JsonNode get(String path) {
            try {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(uri(path))
                                .header("Cookie", cookie)
                                .build(),
                        BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                return new ObjectMapper().readTree(answer.body());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void queue_full_isToldByOneOfTheTwo() {
        List<Notice> ofTwo = new CopyOnWriteArrayList<>();
        two.events().subscribeNotices(ofTwo::add);

        until(() -> {
            for (int i = 0; i < 5; i++) {
                Object unused = two.pool("llm").offer(Arrival.of(Caller.of("k" + i, "ip"), Priority.NORMAL), NOBODY);
            }
            return notices.stream().anyMatch(notice -> notice.type().equals(Notice.QUEUE_FULL));
        });

        until(() -> notices.stream().anyMatch(notice -> notice.type().equals(Notice.QUEUE_FULL)));
        assertThat(ofTwo).noneMatch(notice -> notice.type().equals(Notice.QUEUE_FULL));
    }

    @Test
    void stop_oneGateway_theOtherGoesOnWithAllSlots() throws Exception {
        two.stop();

        until(() -> one.nodes().size() == 1);
        assertThat(ask(one).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        until(() -> notices.stream().anyMatch(notice -> notice.type().equals(Notice.NODE_LEFT)));
        assertThat(notices).extracting(Notice::subject).contains("two");
    }

    @Test
    void limit_askedThroughBothGateways_countsThemTogether() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            statuses.add(ask(i % 2 == 0 ? one : two).get(20, TimeUnit.SECONDS).statusCode());
        }

        assertThat(statuses).containsExactly(200, 200, 200, 200, 200, 429, 429, 429);
        assertThat(model.counts().served()).isEqualTo(5);
    }
}
