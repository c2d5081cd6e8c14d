// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.UpstreamOrders;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.gateway.upstream.UpstreamView;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is looked after again and again, where one of it fails or takes long. */
final class OperationsTest {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

    /** In place of the budgets of a database that does not get to answer. */
    public static final class Slow {
        private static volatile CountDownLatch isAsked = new CountDownLatch(1);
        private static volatile CountDownLatch mayAnswer = new CountDownLatch(1);

        private Slow() {}

        /** Called by the database. */
        public static boolean answer() throws InterruptedException {
            isAsked.countDown();
            return mayAnswer.await(60, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void begin() {
        Slow.isAsked = new CountDownLatch(1);
        Slow.mayAnswer = new CountDownLatch(1);
    }

    private void makeBudgetsSlow() throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement sql = connection.createStatement()) {
            sql.execute("create alias slow for '" + Slow.class.getName() + ".answer'");
            sql.execute("drop table budget_balance");
            sql.execute("create view budget_balance as select 'a' budget, 'b' subject, 0 since_day, 0 used,"
                    + " 0 changed_at where slow()");
        }
    }

    private static void drainElsewhere(Database database, String backend, String address) {
        UpstreamOrders.Order order = new UpstreamOrders.Order(backend, address, true, false);
        assertThat(new UpstreamOrders(database).sync(List.of(order), Instant.now()))
                .containsExactly(order);
    }

    @Test
    void budgetsThatTakeLong_keepNoDrainFromBeingNoticed() throws Exception {
        GatewayConfig config = new ConfigReader(name -> null).parse("""
                listen: {port: 0}
                log: {access: false}
                admin: {enabled: false}
                upstreams: {g: {urls: ['http://127.0.0.1:1', 'http://127.0.0.1:2']}}
                """);
        GatewayConfig kept = config.withOperator(config.operator().withStorage(new Server(url, "", Optional.empty())));

        try (Gateway gateway = Gateway.start(kept, event -> {}, Duration.ofMillis(20));
                Database elsewhere = Database.at(url, "", "")) {
            try {
                makeBudgetsSlow();
                assertThat(Slow.isAsked.await(20, TimeUnit.SECONDS)).isTrue();

                drainElsewhere(elsewhere, "g-2", "http://127.0.0.1:2");

                long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (!states(gateway).equals(List.of("up", "drained"))) {
                    assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
                    LockSupport.parkNanos(1_000_000);
                }
            } finally {
                Slow.mayAnswer.countDown();
            }
        }
    }

    private static List<String> states(Gateway gateway) {
        return gateway.upstreams().views().stream().map(UpstreamView::state).toList();
    }

    @Test
    void looks_oneThrows_theOthersHaveTheirTurn_andTheNextComes() {
        List<String> looked = new ArrayList<>();

        assertThatCode(() -> Operations.eachGuarded(
                        () -> {
                            throw new StackOverflowError("first");
                        },
                        () -> {
                            throw new IllegalStateException("second");
                        },
                        () -> looked.add("third")))
                .doesNotThrowAnyException();

        assertThat(looked).containsExactly("third");
    }
}
