// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.PostgresServer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresCourierTest extends CourierContract {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static PostgresServer server;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.find().orElse(null);
        if (server == null) {
            System.err.println("SKIPPED: " + PostgresServer.INSTALL);
        }
        assumeTrue(server != null, PostgresServer.INSTALL);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Database create() throws Exception {
        return server.database("webhooks" + NUMBER.incrementAndGet());
    }
}
