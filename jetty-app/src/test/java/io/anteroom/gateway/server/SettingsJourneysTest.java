// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.see;
import static io.anteroom.gateway.server.Saturation.untilWaiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import io.anteroom.admission.PoolSettings;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings are edited on the pages, by keyboard alone, while requests wait; and the next requests are held to them. */
final class SettingsJourneysTest {
    @TempDir
    private Path folder;

    private Saturation world;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        world = new Saturation();
        gateway = world.start(
                folder, "pools: {llm: {slots: 1, max-waiting: 20, levels: {normal: {longest-wait: 300s}}}}\n");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private PoolSettings llm() {
        return gateway.pool("llm").settings();
    }

    private static void save(Keyboard keys, Tab tab, String why, int revision) {
        see(tab, "h1", "Review changes");
        keys.fill("Why (optional)", why).follow("Put in force as revision " + revision);
    }

    @Test
    void fairQueueLimit_lowered_refusesTheNextOfThatKey_andRolledBack_letsItWait() throws Exception {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            world.ask(gateway, "batch");
            tab.page().waitForCondition(() -> world.served.size() == 1);
            CompletableFuture<HttpResponse<String>> second = world.ask(gateway, "batch", "two");
            CompletableFuture<HttpResponse<String>> third = world.ask(gateway, "batch", "three");
            untilWaiting(tab, gateway, 2);

            keys.go('s').follow("llm");
            keys.fill("Waiting per key (optional)", "2").follow("Review changes");
            assertThat(tab.text()).contains("pools.llm.per_key.max_waiting");
            save(keys, tab, "one batch job took the whole queue", 2);
            assertThat(tab.text()).contains("In force as revision 2: 1 value has changed.");
            assertThat(llm().perKey().maxWaiting()).isEqualTo(2);

            HttpResponse<String> refused = world.ask(gateway, "batch", "four").get(20, TimeUnit.SECONDS);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("queue_limit_exceeded");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(second).as("what waits, waits on").isNotDone();
            assertThat(third).isNotDone();
            CompletableFuture<HttpResponse<String>> other = world.ask(gateway, "ada");
            untilWaiting(tab, gateway, 3);
            assertThat(other).as("others are not bound by it").isNotDone();

            keys.go('s').follow("History");
            assertThat(tab.text()).contains("one batch job took the whole queue");
            keys.follow("1").follow("Go back to this revision…");
            save(keys, tab, "the job is over", 3);
            assertThat(llm().perKey().maxWaiting())
                    .isEqualTo(PoolSettings.ofSlots(1).perKey().maxWaiting());
            CompletableFuture<HttpResponse<String>> again = world.ask(gateway, "batch", "five");
            untilWaiting(tab, gateway, 4);
            assertThat(again).isNotDone();
        }
    }

    @Test
    void twoWindows_meetTheConflict_andWhatBothWantedCounts() throws Exception {
        try (Tab one = Saturation.window(gateway);
                Tab two = Saturation.window(gateway)) {
            Keyboard mine = Keyboard.of(one);
            Keyboard theirs = Keyboard.of(two);
            world.ask(gateway, "ada");
            one.page().waitForCondition(() -> world.served.size() == 1);
            CompletableFuture<HttpResponse<String>> waits = world.ask(gateway, "ada", "waits");
            untilWaiting(one, gateway, 1);

            mine.go('s').follow("llm");
            theirs.go('s').follow("llm");
            theirs.fill("Waiting requests", "1").follow("Review changes");
            mine.fill("Slots", "2").follow("Review changes");
            save(theirs, two, "no more than one may wait", 2);
            save(mine, one, "a second card", 2);

            assertThat(one.text()).contains("made revision 2", "while you edited revision 1");
            assertThat(world.served).as("nothing of mine counts yet").hasSize(1);
            one.check();
            mine.follow("Put mine on top of theirs");
            save(mine, one, "a second card", 3);

            one.page().waitForCondition(() -> world.served.size() == 2);
            assertThat(waits).isNotDone();
            assertThat(llm().slots()).isEqualTo(2);
            assertThat(llm().maxWaiting()).isEqualTo(1);
            world.ask(gateway, "ada", "fills");
            untilWaiting(one, gateway, 1);
            HttpResponse<String> full = world.ask(gateway, "ada", "full").get(20, TimeUnit.SECONDS);
            assertThat(full.statusCode()).isEqualTo(503);
            assertThat(full.body()).contains("queue_full");
        }
    }
}
