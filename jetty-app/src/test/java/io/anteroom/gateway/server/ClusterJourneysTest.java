// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.see;
import static io.anteroom.gateway.server.Saturation.untilWaiting;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.OperatorConfig.Server;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Three gateways with one queue and one database: the pages of each show and steer all of them. */
final class ClusterJourneysTest {
    private static final List<String> NODES = List.of("north", "east", "south");

    private final List<Gateway> gateways = new ArrayList<>();
    private Saturation world;

    @BeforeEach
    void start() throws Exception {
        world = new Saturation();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < NODES.size(); i++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ports.add(socket.getLocalPort());
            }
        }
        try (SaidBySetUp said = new SaidBySetUp()) {
            gateways.add(world.start(config(NODES.get(0), ports.get(0), ports)));
            world.setUp(gateways.get(0), said.file());
        }
        for (int i = 1; i < NODES.size(); i++) {
            gateways.add(world.start(config(NODES.get(i), ports.get(i), ports)));
        }
    }

    /** Where there is no directory, the log alone says in which file the set-up token is. */
    private static final class SaidBySetUp implements AutoCloseable {
        private final Logger logger = (Logger) LoggerFactory.getLogger("io.anteroom.admin.access.SetUp");
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                said.add(event.getFormattedMessage());
            }
        };

        SaidBySetUp() {
            appender.start();
            logger.addAppender(appender);
        }

        Path file() throws InterruptedException {
            String line = said.poll(60, TimeUnit.SECONDS);
            assertThat(line).contains("there is no user yet");
            return Path.of(line.replaceAll(".*can read (\\S+) can make.*", "$1"));
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
        }
    }

    private GatewayConfig config(String node, int port, List<Integer> ports) throws Exception {
        String members = ports.stream().map(each -> "'127.0.0.1:" + each + "'").collect(Collectors.joining(", "));
        GatewayConfig config = new ConfigReader(name -> null)
                .parse(world.usual().replace("log: {access: false}\n", "")
                        + "pools: {llm: {slots: 1, levels: {critical: {longest-wait: 300s}, normal: {longest-wait: 300s}}}}\n"
                        + "node: " + node + "\ncluster: {name: journey-" + ports.get(0) + ", port: " + port
                        + ", members: [" + members + "], expected-members: 3}\n")
                .withLog(Log.QUIET);
        // A database that all of them share, as PostgreSQL would be.
        Server shared =
                new Server("jdbc:h2:mem:journey-" + ports.get(0) + ";DB_CLOSE_DELAY=-1", "sa", Optional.empty());
        return config.withOperator(config.operator().withStorage(shared));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static void untilSeenEverywhere(Tab tab) {
        see(tab, "#members-title", "^3 servers$");
    }

    @Test
    void requestsOfOtherNodes_areSeen_moved_andHeldFromAnyNode() throws Exception {
        Gateway north = gateways.get(0);
        Gateway east = gateways.get(1);
        Gateway south = gateways.get(2);
        try (Tab tab = Saturation.window(north);
                Tab other = Saturation.window(south)) {
            Keyboard keys = Keyboard.of(tab);
            Keyboard others = Keyboard.of(other);
            keys.go('c');
            untilSeenEverywhere(tab);
            assertThat(tab.page().locator("#places tbody th").allInnerTexts().toString())
                    .contains(NODES);
            assertThat(tab.text()).contains("This one").doesNotContain("Silent", "split");
            tab.check();

            world.ask(north, "ada");
            tab.page().waitForCondition(() -> world.served.size() == 1);
            List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
            waiting.add(world.ask(north, "batch", "first"));
            untilWaiting(tab, north, 1);
            waiting.add(world.ask(east, "batch", "second"));
            untilWaiting(tab, north, 2);
            waiting.add(world.ask(south, "batch", "third"));
            untilWaiting(tab, north, 3);

            keys.go('o').follow("llm");
            see(tab, "#queue td[data-label=Node]", "^south$");
            assertThat(tab.page().locator("#queue td[data-label=Node]").allInnerTexts())
                    .containsExactly("north", "east", "south");
            assertThat(tab.page().locator("#queue td[data-label=Position]").allInnerTexts())
                    .containsExactly("1", "2", "3");

            // South's request, moved up on north.
            String name = tab.page()
                    .locator("#queue tbody tr")
                    .nth(2)
                    .locator("a[id^=m-]")
                    .getAttribute("aria-label");
            keys.enter(name);
            see(tab, "dialog[open] h1", "^Move 1 request");
            keys.choose("Level", "critical").follow("Move 1 request");
            see(tab, ".notice", "moved to critical: position 3 → 1");

            // Held on south, seen on north, obeyed by east.
            others.go('o').follow("llm").enter("Hold…");
            see(other, "dialog[open] h1", "Hold");
            others.follow("Hold 3 requests");
            see(tab, "[data-live-state]", "^Holding$");
            world.answers.release(1);
            see(tab, ".tiles", "0 of 1");
            assertThat(world.served).hasSize(1);

            keys.enter("Resume…");
            see(tab, "dialog[open] h1", "Resume");
            keys.follow("Resume");
            other.page().waitForCondition(() -> world.served.size() == 2);
            world.answers.release(1);
            assertThat(waiting.get(2).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(waiting.get(0)).isNotDone();
            see(other, "[data-live-state]", "^(Open|Queueing)$");

            // Edited on south, in force on north.
            others.go('s').follow("llm").fill("Slots", "3").follow("Review changes");
            others.follow(Pattern.compile("Put in force as revision \\d+"));
            tab.page().waitForCondition(() -> north.pool("llm").settings().slots() == 3);
            world.answers.release(10);
            for (CompletableFuture<HttpResponse<String>> each : waiting) {
                assertThat(each.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }
}
