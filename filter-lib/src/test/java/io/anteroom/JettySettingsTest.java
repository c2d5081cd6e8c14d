// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings that are edited while requests are under way, on a real Jetty. */
final class JettySettingsTest {
    private final Settings seed = Settings.of("llm", PoolSettings.ofSlots(1)).withRoute("/hold", "llm");
    private TestServer server;
    private SettingsDesk desk;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(Anteroom.builder().settings(seed));
        desk = SettingsDesk.open(new MemoryStore(), server.anteroom().parts(), InstantSource.system(), seed, "test");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void edit(Settings settings) {
        assertThat(desk.edit(settings, desk.current().number(), "alice", "")).isInstanceOf(EditResult.Applied.class);
    }

    @Test
    void slots_raised_letInWhoWaits() throws Exception {
        CompletableFuture<HttpResponse<String>> runs = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> waits = server.getAsync("/hold");
        server.awaitWaiting(1);

        edit(seed.withPool("llm", PoolSettings.ofSlots(2)));

        server.awaitRunning(2);
        server.letGo();
        assertThat(runs.get().statusCode()).isEqualTo(200);
        assertThat(waits.get().statusCode()).isEqualTo(200);
    }

    @Test
    void route_toANewPoolAndAway_countsFromTheNextRequest() throws Exception {
        Settings closed =
                seed.withPool("closed", PoolSettings.ofSlots(0).withQueue(0, 0)).withRoute("/closed/*", "closed");
        assertThat(server.get("/closed/x").statusCode()).isEqualTo(200);

        edit(closed);
        assertThat(server.get("/closed/x").statusCode()).isEqualTo(503);
        assertThat(server.get("/x").statusCode()).isEqualTo(200);

        edit(desk.current().settings().withoutPool("closed"));
        assertThat(server.get("/closed/x").statusCode()).isEqualTo(200);
    }

    @Test
    void others_keptOutAndRolledBack_countFromTheNextRequest() throws Exception {
        edit(seed.withCallers(seed.callers().withOthers(CallerPolicy.NOBODY)));
        int keptOut = server.send(server.request("/x").header("x-api-key", "nobody-knows"))
                .statusCode();
        assertThat(keptOut).isEqualTo(401);

        assertThat(desk.rollBack(1, 2, "alice", "too strict")).isInstanceOf(EditResult.Applied.class);

        int letIn = server.send(server.request("/x").header("x-api-key", "nobody-knows"))
                .statusCode();
        assertThat(letIn).isEqualTo(200);
    }

    @Test
    void pool_removedWhileSomebodyWaits_servesThem() throws Exception {
        edit(seed.withPool("next", PoolSettings.ofSlots(1)));
        CompletableFuture<HttpResponse<String>> runs = server.getAsync("/hold");
        server.awaitRunning(1);
        CompletableFuture<HttpResponse<String>> waits = server.getAsync("/hold");
        server.awaitWaiting(1);

        edit(desk.current().settings().withoutPool("llm").withRoute("*", "next"));
        server.letGo();

        assertThat(runs.get().statusCode()).isEqualTo(200);
        assertThat(waits.get().statusCode()).isEqualTo(200);
    }
}
