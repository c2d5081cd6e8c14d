// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.analytics.Count;
import io.anteroom.admin.webhook.Delivery;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.event.Notice;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three gateways of one cluster with one database, none of which looks into it by itself. */
final class SharedDatabaseTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private List<Integer> ports;
    private HttpServer receiver;
    private ModelServer model;

    @BeforeEach
    void start() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        model = ModelServer.start(ModelSettings.ofSlots(8).withSpeed(100));
        ports = freePorts();
        for (int i = 0; i < 3; i++) {
            gateways.add(gateway(i));
        }
        until(() -> gateways.stream().allMatch(one -> one.nodes().size() == 3));
    }

    @AfterEach
    void stop() throws Exception {
        gateways.forEach(Gateway::close);
        model.close();
        receiver.stop(0);
        try (Connection last = DriverManager.getConnection(database)) {
            last.createStatement().execute("shutdown");
        }
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return sockets.stream().map(ServerSocket::getLocalPort).toList();
    }

    /** The first by name is the last to join, so that neither order stands for the other. */
    private Gateway gateway(int i) throws Exception {
        int hook = receiver.getAddress().getPort();
        String yaml = """
                listen: {port: 0}
                upstream: {url: '%s'}
                pools: {llm: {slots: 4}}
                node: %s
                admin: {enabled: true, port: 0}
                webhooks:
                  allow: [127.0.0.1]
                  ports: [%d]
                  key-env: KEY
                  endpoints: {ops: {url: 'http://127.0.0.1:%d/hook', events: ['node.*', webhook.test], format: gateflow}}
                cluster: {name: test-%d, port: %d, members: ['127.0.0.1:%d', '127.0.0.1:%d', '127.0.0.1:%d']}
                """.formatted(
                model.uri(), name(i), hook, hook, ports.get(0), ports.get(i), ports.get(0), ports.get(1), ports.get(2));
        GatewayConfig config =
                new ConfigReader(Map.of("KEY", KEY)::get).parse(yaml).withLog(Log.QUIET);
        Server shared = new Server(database, "", Optional.empty());
        return Gateway.start(config.withOperator(config.operator().withStorage(shared)), event -> {}, NEVER);
    }

    private static String name(int i) {
        return List.of("c", "b", "a").get(i);
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private long told(String event, String node) {
        return received.stream()
                .filter(body -> body.contains("\"" + event + "\"") && body.contains("\"node\":\"" + node + "\""))
                .count();
    }

    @Test
    void edit_onOneGateway_isLiveOnTheOthersAtOnce() {
        Revision before = gateways.get(0).desk().current();

        EditResult edited = gateways.get(0)
                .desk()
                .edit(
                        before.settings()
                                .withPool(
                                        "llm",
                                        before.settings().pools().get("llm").withSlots(7)),
                        before.number(),
                        "ada",
                        "more");

        assertThat(edited).isInstanceOf(EditResult.Applied.class);
        until(() -> gateways.stream().allMatch(one -> one.desk().current().number() == before.number() + 1));
        until(() -> gateways.stream().allMatch(one -> one.pool("llm").settings().slots() == 7));
    }

    @Test
    void node_leavesAndJoins_isToldOnceEach() throws Exception {
        until(() -> told("node.joined", "a") > 0 && told("node.joined", "b") > 0);

        gateways.get(0).stop();
        until(() -> told("node.left", "c") > 0);
        gateways.set(0, gateway(0));
        until(() -> told("node.joined", "c") > 0);
        gateways.get(2).close();
        until(() -> told("node.left", "a") > 0);

        until(() ->
                gateways.get(0).nodes().size() == 2 && gateways.get(1).nodes().size() == 2);
        delivered();
        assertThat(told("node.joined", "a")).isEqualTo(1);
        assertThat(told("node.joined", "b")).isEqualTo(1);
        assertThat(told("node.joined", "c")).isEqualTo(1);
        assertThat(told("node.left", "c")).isEqualTo(1);
        assertThat(told("node.left", "a")).isEqualTo(1);
        assertThat(received).hasSize(5);
    }

    /** Whatever has been handed over until now is delivered, whichever gateway does it. */
    private void delivered() {
        for (int i = 0; i < 2; i++) {
            gateways.get(i).events().on(new Notice(Notice.WEBHOOK_TEST, "last", Map.of("node", "last-" + i)));
        }
        until(() -> told("webhook.test", "last-0") == 1 && told("webhook.test", "last-1") == 1);
        Webhooks webhooks = gateways.get(0).webhooks().orElseThrow();
        until(() -> webhooks.deliveries("ops", null, Long.MAX_VALUE, 100).stream()
                .allMatch(one -> one.state() == Delivery.State.DELIVERED));
        received.removeIf(body -> body.contains("webhook.test"));
    }

    @Test
    void analytics_ofAllGateways_areAddedUpAtEach() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        for (int i : List.of(0, 1, 1, 2)) {
            HttpRequest chat = HttpRequest.newBuilder(gateways.get(i).uri().resolve("/v1/chat/completions"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"messages\":[],\"max_tokens\":4}"))
                    .build();
            assertThat(http.send(chat, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        until(() -> gateways.stream().mapToLong(SharedDatabaseTest::served).sum() >= 4);

        // What is under way of a minute is stored when it is over, or when its gateway stops.
        gateways.get(1).stop();
        gateways.get(2).stop();

        until(() -> served(gateways.get(0)) >= 4);
        assertThat(served(gateways.get(0))).isEqualTo(4);
    }

    private static long served(Gateway gateway) {
        return gateway.analytics()
                .orElseThrow()
                .summary("llm", Duration.ofHours(1))
                .total()
                .count(Count.RELEASED);
    }
}
