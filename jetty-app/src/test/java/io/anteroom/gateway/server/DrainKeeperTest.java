// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.Database;
import io.anteroom.event.NoticeListener;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.UpstreamGroups;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.UpstreamView;
import io.anteroom.gateway.upstream.Upstreams;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DrainKeeperTest {
    private static final String BOTH = "{name: a, url: 'http://a:1'}, {name: b, url: 'http://b:1'}";

    /** The common pool may have one thread, and both of two have to wait here. */
    private static final Executor OWN_THREAD = task -> new Thread(task).start();

    @TempDir
    private Path folder;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.inDirectory(folder.resolve("data"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** A gateway, as far as its backends go. */
    private final class Node {
        private final Upstreams upstreams;
        private final DrainKeeper keeper;

        Node(String backends) {
            this(groups(backends), database);
        }

        Node(UpstreamGroups groups, @Nullable Database kept) {
            upstreams = new Upstreams(groups, Surroundings.real(url -> 0, NoticeListener.NOBODY));
            keeper = new DrainKeeper(upstreams, kept, InstantSource.system());
            keeper.tick();
        }

        List<String> states() {
            return upstreams.views().stream().map(UpstreamView::state).toList();
        }

        void file(String backends) {
            file(groups(backends));
        }

        void file(UpstreamGroups groups) {
            upstreams.apply(groups);
            keeper.tick();
        }
    }

    private static UpstreamGroups groups(String backends) {
        return upstreams("{g: {backends: [" + backends + "]}}");
    }

    private static UpstreamGroups upstreams(String groups) {
        try {
            return new ConfigReader(name -> null).parse("upstreams: " + groups).upstream();
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void drained_survivesARestart_andSoDoesUsingItAgain() {
        assertThat(new Node(BOTH).keeper.drain("b", true)).isTrue();

        Node restarted = new Node(BOTH);
        assertThat(restarted.states()).containsExactly("up", "drained");
        assertThat(restarted.keeper.drain("b", false)).isTrue();

        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void usedAgainstTheFile_survivesARestart() {
        String filed = BOTH.replace("b:1'", "b:1', drain: true");
        Node node = new Node(filed);
        assertThat(node.states()).containsExactly("up", "drained");

        node.keeper.drain("b", false);

        assertThat(new Node(filed).states()).containsExactly("up", "up");
    }

    @Test
    void drained_countsAtTheOthersToo() {
        Node one = new Node(BOTH);
        Node two = new Node(BOTH);

        one.keeper.drain("a", true);
        two.keeper.tick();
        assertThat(two.states()).containsExactly("drained", "up");

        two.keeper.drain("a", false);
        assertThat(two.states()).containsExactly("up", "up");
        one.keeper.tick();
        assertThat(one.states()).containsExactly("up", "up");
    }

    @Test
    void fileThatChanges_hasTheLastWord_forGood() {
        Node node = new Node(BOTH);
        node.keeper.drain("b", true);

        node.file(BOTH.replace("b:1'", "b:1', drain: true"));
        assertThat(node.states()).containsExactly("up", "drained");
        node.file(BOTH);

        assertThat(node.states()).containsExactly("up", "up");
        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void anotherBackendByThatName_isNotMeant_butTheSameOneIsWhenItComesBack() {
        Node node = new Node(BOTH);
        node.keeper.drain("b", true);

        node.file(BOTH.replace("b:1", "c:1"));
        assertThat(node.states()).containsExactly("up", "up");
        node.file(BOTH);

        assertThat(node.states()).containsExactly("up", "drained");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void drained_goesAlongToAnotherGroup(boolean isKept) {
        String two =
                "{g: {backends: [{name: a, url: 'http://a:1'}%s]}, h: {backends: [{name: c, url: 'http://c:1'}%s]}}";
        String b = ", {name: b, url: 'http://b:1'}";
        Node node = new Node(upstreams(two.formatted(b, "")), isKept ? database : null);
        node.keeper.drain("b", true);
        assertThat(node.states()).containsExactly("up", "drained", "up");

        node.file(upstreams(two.formatted("", b)));
        assertThat(node.states()).containsExactly("up", "up", "drained");
        node.file(upstreams(two.formatted("", b).replace("h:", "renamed:")));
        assertThat(node.states()).containsExactly("up", "up", "drained");

        node.keeper.drain("b", false);
        node.file(upstreams(two.formatted(b, "")));
        assertThat(node.states()).containsExactly("up", "up", "up");
    }

    @Test
    void fileThatSaysTheSameAsTheOperator_changesNothingWhereItIsStillTheOldOne() {
        Node one = new Node(BOTH);
        Node two = new Node(BOTH);
        one.keeper.drain("b", true);
        two.keeper.tick();

        one.file(BOTH.replace("b:1'", "b:1', drain: true"));
        two.keeper.tick();
        assertThat(one.states()).containsExactly("up", "drained");
        assertThat(two.states()).containsExactly("up", "drained");

        two.file(BOTH.replace("b:1'", "b:1', drain: true"));
        one.file(BOTH);
        two.file(BOTH);
        assertThat(one.states()).containsExactly("up", "up");
        assertThat(two.states()).containsExactly("up", "up");
    }

    /** Who drains a backend does not wait until a database has answered somebody else. */
    @Test
    void databaseThatIsSlow_drainsAtOnce_andATickUnderWayUndoesNothing() throws Exception {
        JdbcDataSource real = new JdbcDataSource();
        real.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        AtomicReference<@Nullable Semaphore> gate = new AtomicReference<>();
        try (Database slow = Database.of(behind(gate, real))) {
            Node node = new Node(groups(BOTH), slow);
            Semaphore closed = new Semaphore(0);
            gate.set(closed);
            CompletableFuture<Void> tick = CompletableFuture.runAsync(node.keeper::tick, OWN_THREAD);
            await(closed::hasQueuedThreads);

            CompletableFuture<Boolean> order =
                    CompletableFuture.supplyAsync(() -> node.keeper.drain("b", true), OWN_THREAD);
            await(() -> node.states().equals(List.of("up", "drained")));
            closed.release();
            tick.get(10, TimeUnit.SECONDS);
            await(closed::hasQueuedThreads);
            assertThat(node.states()).containsExactly("up", "drained");

            closed.release(10);
            assertThat(order.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(new Node(groups(BOTH), slow).states()).containsExactly("up", "drained");
        }
    }

    /** A data source that hands connections out as far as the gate lets it. */
    private static DataSource behind(AtomicReference<@Nullable Semaphore> gate, DataSource real) {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, values) -> {
                    Semaphore closed = gate.get();
                    if (closed != null && method.getName().equals("getConnection")) {
                        closed.acquire();
                    }
                    return method.invoke(real, values);
                });
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("it takes too long").isNegative();
            Thread.yield();
        }
    }

    /**
     * The database is away when the order is given, and back before the gateway stops, but not before it looks again.
     */
    @Test
    void notStoredYet_isWhenTheGatewayStops() throws Exception {
        Path data = folder.resolve("away");
        Files.writeString(data, "");
        GatewayConfig config = new ConfigReader(name -> null).parse("""
                listen: {port: 0}
                log: {access: false}
                admin: {enabled: false}
                storage: {dir: '%s'}
                upstreams: {g: {backends: [%s]}}
                """.formatted(data, BOTH));
        try (Gateway gateway = Gateway.start(config, event -> {}, Duration.ofHours(1))) {
            assertThat(gateway.drains().drain("b", true)).isTrue();
            Files.delete(data);
        }

        try (Gateway gateway = Gateway.start(config, event -> {}, Duration.ofHours(1))) {
            assertThat(gateway.upstreams().views())
                    .extracting(UpstreamView::state)
                    .containsExactly("up", "drained");
        }
    }

    @Test
    void unknownBackend_isNotDrained() {
        assertThat(new Node(BOTH).keeper.drain("c", true)).isFalse();
        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void saidByTheHostItself_isLeftAlone() {
        Node node = new Node(BOTH);

        node.upstreams.drain("a");
        node.keeper.tick();

        assertThat(node.states()).containsExactly("drained", "up");
    }

    @Test
    void databaseThatFails_drainsAllTheSame_andIsMadeGood() throws Exception {
        // A file where the directory belongs.
        Path data = folder.resolve("later");
        Files.writeString(data, "");
        database.close();
        database = Database.inDirectory(data);
        Node node = new Node(BOTH);

        assertThat(node.keeper.drain("b", true)).isTrue();
        assertThat(node.states()).containsExactly("up", "drained");
        node.keeper.tick();
        Files.delete(data);
        node.keeper.tick();

        assertThat(new Node(BOTH).states()).containsExactly("up", "drained");
    }

    @Test
    void withoutADatabase_countsUntilTheEnd() {
        Upstreams upstreams = new Upstreams(groups(BOTH), Surroundings.real(url -> 0, NoticeListener.NOBODY));
        DrainKeeper keeper = new DrainKeeper(upstreams, null, InstantSource.system());

        assertThat(keeper.drain("a", true)).isTrue();
        keeper.tick();

        assertThat(upstreams.views()).extracting(UpstreamView::state).containsExactly("drained", "up");
    }
}
