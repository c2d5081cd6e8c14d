// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolMode;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gateways with one queue, of which each finds out for itself that there is no backend, and would have it held. */
final class ClusterHoldTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private int modelPort;
    private int first;
    private int second;
    private ModelServer model;
    private Gateway one;
    private Gateway two;

    @BeforeEach
    void choosePorts() throws Exception {
        modelPort = freePort();
        first = freePort();
        second = freePort();
        model = startModel();
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        model.close();
    }

    private ModelServer startModel() throws IOException {
        return ModelServer.start(ModelSettings.ofSlots(8).withSpeed(100).withPort(modelPort));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void startBoth() throws Exception {
        one = gateway("one", first, modelPort);
        two = gateway("two", second, modelPort);
        until(() -> one.nodes().size() == 2);
    }

    private Gateway gateway(String node, int port, int backend) throws Exception {
        String yaml = """
                listen: {port: 0}
                upstream:
                  url: 'http://127.0.0.1:%d'
                  health: {every: 100ms, down-after: 1, up-after: 1, slow-start: 0s}
                  when-down: hold
                pools: {llm: {slots: 2, early-refusal: false}}
                node: %s
                cluster: {name: hold-%d, port: %d, members: ['127.0.0.1:%d', '127.0.0.1:%d']}
                """.formatted(backend, node, first, port, first, second);
        return Gateway.start(new ConfigReader(name -> null).parse(yaml).withLog(Log.QUIET));
    }

    private CompletableFuture<HttpResponse<String>> ask(Gateway gateway) {
        HttpRequest request = HttpRequest.newBuilder(gateway.uri().resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"large-one\",\"messages\":[],\"max_tokens\":4}"))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean isDown(Gateway gateway) {
        return gateway.upstreams().views().get(0).state().equals("down");
    }

    private static boolean isHeld(Gateway gateway) {
        return gateway.pool("llm").snapshot().mode() == PoolMode.HOLDING;
    }

    @Test
    void backendBack_afterTheNodeThatHeldFirstHasStopped_letsAllIn() throws Exception {
        startBoth();
        model.close();
        until(() -> isDown(one) && isDown(two) && isHeld(two));
        CompletableFuture<HttpResponse<String>> answer = ask(two);
        until(() -> two.pool("llm").snapshot().waiting() == 1);

        one.stop();
        assertThat(isHeld(two)).isTrue();
        model = startModel();

        assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        until(() -> !isHeld(two));
    }

    @Test
    void nodeThatAloneHasNoBackend_holdsNobodyElse() throws Exception {
        one = gateway("one", first, freePort());
        two = gateway("two", second, modelPort);
        until(() -> one.nodes().size() == 2 && isDown(one));
        until(() -> !isHeld(two));

        assertThat(ask(two).get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = ask(one).get(30, TimeUnit.SECONDS);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("no_upstream");
        assertThat(isHeld(two)).isFalse();
    }

    @Test
    void nodeThatComesMeanwhile_letsNobodyGoBeforeItKnows() throws Exception {
        startBoth();
        model.close();
        until(() -> isDown(one) && isDown(two) && isHeld(one));
        CompletableFuture<HttpResponse<String>> answer = ask(one);
        until(() -> one.pool("llm").snapshot().waiting() == 1);

        two.stop();
        two = gateway("two", second, modelPort);
        until(() -> isDown(two));

        assertThat(answer).isNotDone();
        assertThat(one.pool("llm").snapshot().waiting()).isEqualTo(1);
        // Who finds the backend back first lets all go, also those at gateways that have not found out.
        two.stop();
        model = startModel();
        assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
}
