// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three gateways with one queue: what one has promised, the others keep. */
final class ClusterTicketsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<Gateway> GATEWAYS = new ArrayList<>();
    private static List<Integer> ports = List.of();
    private static ModelServer model;

    private Lease taken;

    @BeforeAll
    static void start() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(1).withSpeed(100));
        ports = freePorts(4);
        for (int i = 0; i < 3; i++) {
            GATEWAYS.add(gateway(i));
        }
        until(() -> GATEWAYS.stream().allMatch(one -> one.nodes().size() == 3));
    }

    @AfterAll
    static void stop() {
        GATEWAYS.forEach(Gateway::close);
        GATEWAYS.clear();
        model.close();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return sockets.stream().map(ServerSocket::getLocalPort).toList();
    }

    private static Gateway gateway(int i) throws Exception {
        String members = String.join(
                ", ",
                IntStream.range(0, 4)
                        .mapToObj(one -> "'127.0.0.1:" + ports.get(one) + "'")
                        .toList());
        String yaml = """
                listen: {port: 0}
                upstream: {url: '%s'}
                pools: {llm: {slots: 1}}
                limits: [{name: key-requests, by: key, requests: 1000, per: 24h}]
                waiting: {json-hold: 300ms, claim-within: 60s, return-grace: 60s}
                node: n%d
                cluster: {name: test-%d, port: %d, members: [%s], ack-within: 5s}
                """.formatted(model.uri(), i, ports.get(0), ports.get(i), members);
        return Gateway.start(new ConfigReader(name -> null).parse(yaml).withLog(Log.QUIET));
    }

    private interface Condition {
        boolean isTrue() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.isTrue()) {
            assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }

    @BeforeEach
    void takeTheOnlySlot() throws Exception {
        until(() -> {
            taken = GATEWAYS.get(0).pool("llm").offer(Arrival.of(Caller.of("k", "ip"), Priority.NORMAL), new Waiter() {
                                @Override
                                public void admitted(Lease lease) {
                                    lease.close();
                                }

                                @Override
                                public void refused(Refusal refusal) {}
                            })
                            instanceof Lease lease
                    ? lease
                    : null;
            return taken != null;
        });
    }

    @AfterEach
    void release() {
        taken.close();
    }

    private static HttpRequest.Builder at(Gateway gateway, String path, String key) {
        return HttpRequest.newBuilder(gateway.uri().resolve(path)).header("Authorization", "Bearer " + key);
    }

    private static HttpRequest.Builder chat(Gateway gateway, String key) {
        return at(gateway, "/v1/chat/completions", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"messages\":[],\"max_tokens\":4}"));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String ticket(Gateway gateway, String key) throws Exception {
        HttpResponse<String> answer = send(chat(gateway, key).header("Prefer", "respond-async"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private static String id(String location) {
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"?([^,\"}]+)").matcher(json);
        assertThat(found.find()).as("%s in %s", name, json).isTrue();
        return found.group(1);
    }

    private static long waiting() {
        return GATEWAYS.get(0).pool("llm").snapshot().waiting();
    }

    @Test
    void ticket_askedForAndCancelledAtAnotherGateway_isOneTicket() throws Exception {
        String location = ticket(GATEWAYS.get(0), "key-1");

        HttpResponse<String> seen = send(at(GATEWAYS.get(1), location, "key-1"));
        HttpResponse<String> stranger = send(at(GATEWAYS.get(1), location, "key-2"));
        HttpResponse<String> all = send(at(GATEWAYS.get(2), "/queue/status", "key-1"));
        HttpResponse<String> cancelled =
                send(at(GATEWAYS.get(2), location, "key-1").DELETE());

        assertThat(seen.statusCode()).isEqualTo(200);
        assertThat(member(seen.body(), "status")).isEqualTo("queued");
        assertThat(member(seen.body(), "queue_position")).isEqualTo("1");
        assertThat(member(seen.body(), "self")).isEqualTo(location);
        assertThat(stranger.statusCode()).isEqualTo(404);
        assertThat(all.body()).contains(location);
        assertThat(cancelled.statusCode()).isEqualTo(204);
        assertThat(send(at(GATEWAYS.get(0), location, "key-1")).statusCode()).isEqualTo(404);
        assertThat(send(at(GATEWAYS.get(1), location, "key-1")).statusCode()).isEqualTo(404);
        assertThat(waiting()).isZero();
    }

    @Test
    void ticket_redeemedAtAnotherGateway_runsThereOnce() throws Exception {
        String location = ticket(GATEWAYS.get(0), "key-3");
        HttpResponse<String> early = send(chat(GATEWAYS.get(1), "key-3").header("Queue-Ticket", id(location)));
        CompletableFuture<HttpResponse<String>> watched = HTTP.sendAsync(
                at(GATEWAYS.get(2), location, "key-3")
                        .header("Prefer", "wait=40")
                        .build(),
                BodyHandlers.ofString());
        taken.close();
        HttpResponse<String> ready = watched.get(60, TimeUnit.SECONDS);

        HttpResponse<String> run = send(chat(GATEWAYS.get(1), "key-3").header("Queue-Ticket", id(location)));
        HttpResponse<String> again = send(chat(GATEWAYS.get(2), "key-3").header("Queue-Ticket", id(location)));

        assertThat(early.statusCode()).isEqualTo(409);
        assertThat(member(ready.body(), "status")).isEqualTo("ready");
        assertThat(run.statusCode()).as(run.body()).isEqualTo(200);
        assertThat(run.headers().firstValue("RateLimit").orElseThrow()).contains("r=999");
        assertThat(again.statusCode()).isEqualTo(410);
        until(() -> GATEWAYS.get(2).pool("llm").snapshot().running() == 0);
        assertThat(model.counts().overAdmissions()).isZero();
    }

    @Test
    void place_keptAtOneGateway_isTakenUpAtAnother() throws Exception {
        HttpResponse<String> away = send(chat(GATEWAYS.get(0), "key-4").header("Idempotency-Key", "mine"));
        assertThat(away.body()).contains("\"place_kept\":true");
        CompletableFuture<HttpResponse<String>> other =
                HTTP.sendAsync(chat(GATEWAYS.get(0), "key-5").build(), BodyHandlers.ofString());
        until(() -> waiting() == 2);
        List<String> nodes = new ArrayList<>();

        CompletableFuture<HttpResponse<String>> back = HTTP.sendAsync(
                chat(GATEWAYS.get(1), "key-4")
                        .header("Idempotency-Key", "mine")
                        .header("Queue-Batch-Id", "b")
                        .build(),
                BodyHandlers.ofString());
        until(() -> {
            GATEWAYS.get(2).pool("llm").waiting(5).forEach(one -> nodes.add(one.node()));
            return nodes.contains("n1");
        });

        assertThat(waiting()).isLessThanOrEqualTo(2);
        taken.close();
        HttpResponse<String> run = back.get(60, TimeUnit.SECONDS);
        if (run.statusCode() == 503) {
            // It was held for as long as it may be before the slot was free: once more, at the third.
            run = send(chat(GATEWAYS.get(2), "key-4").header("Idempotency-Key", "mine"));
        }
        assertThat(run.statusCode()).as(run.body()).isEqualTo(200);
        other.get(60, TimeUnit.SECONDS);
        assertThat(model.counts().overAdmissions()).isZero();
    }

    @Test
    void batch_overAllGateways_isCountedTogether() throws Exception {
        taken.close();
        for (int i = 0; i < 3; i++) {
            send(chat(GATEWAYS.get(i), "key-6").header("Queue-Batch-Id", "batch-1"));
        }

        until(() -> send(at(GATEWAYS.get(1), "/queue/batch/batch-1", "key-6"))
                .body()
                .contains("\"completed\":3"));
        assertThat(send(at(GATEWAYS.get(1), "/queue/batch/batch-1", "key-7")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void ticket_itsGatewayHasGone_isOverAndSaidSo() throws Exception {
        Gateway fourth = gateway(3);
        until(() -> GATEWAYS.get(0).nodes().size() == 4);
        String location = ticket(fourth, "key-8");
        assertThat(send(at(GATEWAYS.get(0), location, "key-8")).statusCode()).isEqualTo(200);

        fourth.stop();
        // That it is out of sight is known a moment before that it is over.
        until(() -> send(at(GATEWAYS.get(0), location, "key-8")).statusCode() != 503);

        HttpResponse<String> asked = send(at(GATEWAYS.get(0), location, "key-8"));
        HttpResponse<String> redeemed = send(chat(GATEWAYS.get(0), "key-8").header("Queue-Ticket", id(location)));
        assertThat(asked.statusCode()).isEqualTo(410);
        assertThat(asked.body()).contains("is not there any more");
        assertThat(redeemed.statusCode()).isEqualTo(410);
        assertThat(waiting()).isZero();
    }
}
