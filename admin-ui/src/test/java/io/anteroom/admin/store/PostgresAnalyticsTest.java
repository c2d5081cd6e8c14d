// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anteroom.admin.analytics.AnalyticsStore;
import io.anteroom.admin.analytics.AnalyticsStoreTest;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

final class PostgresAnalyticsTest extends AnalyticsStoreTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static PostgresServer server;

    private Database database;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.find().orElse(null);
        assumeTrue(server != null, PostgresServer.INSTALL);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected AnalyticsStore create() throws Exception {
        database = server.database("analytics" + NUMBER.incrementAndGet());
        return new JdbcAnalyticsStore(database);
    }

    @AfterEach
    void closeDatabase() {
        if (database != null) {
            database.close();
        }
    }
}
