// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.see;
import static io.anteroom.gateway.server.Saturation.untilWaiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator does on the pages, by keyboard alone, and what the clients of a gateway that is really saturated see
 * of it.
 */
final class OperatorJourneysTest {
    @TempDir
    private Path folder;

    private Saturation world;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        world = new Saturation();
        gateway = world.start(
                folder,
                "pools: {llm: {slots: 1, levels: {critical: {longest-wait: 300s}, normal: {longest-wait: 300s}}}}\n");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void queueGrows_aRequestIsMovedUp_andItsClientIsServedSooner() throws Exception {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            keys.go('o');
            see(tab, "tr[data-pool=llm] [data-live-state]", "^Open$");
            List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                others.add(world.ask(gateway, "batch"));
            }
            untilWaiting(tab, gateway, 4);
            see(tab, "tr[data-pool=llm] [data-live-bar=levels]", "4 waiting");
            others.add(world.ask(gateway, "batch"));
            CompletableFuture<HttpResponse<String>> mine = world.ask(gateway, "ada");
            untilWaiting(tab, gateway, 6);
            see(tab, "tr[data-pool=llm] [data-live-bar=levels]", "6 waiting");

            keys.follow("llm");
            keys.fill("Caller, model, request or address", "req-ada").follow("Filter");
            see(tab, "#queue tbody th", "req-ada");
            keys.enter("Move req-ada");
            see(tab, "dialog[open] h1", "^Move 1 request");
            keys.choose("Level", "critical").follow("Move 1 request");
            see(tab, ".notice", "req-ada of .* moved to critical: position \\d → 1");
            tab.check();

            world.answers.release(2);
            assertThat(mine.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(others.stream().filter(CompletableFuture::isDone)).hasSize(1);
            assertThat(world.served.subList(0, 2)).containsExactly("batch", "ada");
        }
    }

    @Test
    void held_admitsNobody_resumed_admitsThoseWhoWait() throws Exception {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            CompletableFuture<HttpResponse<String>> first = world.ask(gateway, "ada");
            tab.page().waitForCondition(() -> world.served.size() == 1);
            CompletableFuture<HttpResponse<String>> second = world.ask(gateway, "ada");
            untilWaiting(tab, gateway, 1);
            keys.go('o').follow("llm").enter("Hold…");
            see(tab, "dialog[open] h1", "Hold");
            keys.follow("Hold 1 request");
            see(tab, ".notice", "llm is held: 1 request wait");

            world.answers.release(2);
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            see(tab, ".tiles", "0 of 1");
            assertThat(world.served).hasSize(1);
            assertThat(second).isNotDone();

            keys.enter("Resume…");
            see(tab, "dialog[open]", "1 request of 1 that wait can be admitted at once");
            keys.follow("Resume");
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void cancelled_withAReason_isToldToThatClientOnly() throws Exception {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            CompletableFuture<HttpResponse<String>> first = world.ask(gateway, "ada");
            tab.page().waitForCondition(() -> world.served.size() == 1);
            CompletableFuture<HttpResponse<String>> second = world.ask(gateway, "batch");
            untilWaiting(tab, gateway, 1);
            keys.go('o').follow("llm").enter("Cancel req-batch");
            see(tab, "dialog[open] h1", "Cancel 1 request");
            keys.fill("Reason (optional)", "come back tonight").follow("Cancel 1 request");
            see(tab, ".notice", "1 request cancelled. 0 still wait");

            HttpResponse<String> told = second.get(20, TimeUnit.SECONDS);
            assertThat(told.statusCode()).isEqualTo(503);
            assertThat(told.body()).contains("come back tonight");
            assertThat(first).isNotDone();
            keys.go('a');
            assertThat(tab.text()).contains("waiting.cancel", Saturation.USER);
        }
    }
}
