// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PostgresStoreTest extends StoreTest {
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

    @Test
    void append_serverCrashes_keepsWhatWasAcknowledgedAndRecovers() throws Exception {
        Settings settings = Settings.of("llm", PoolSettings.ofSlots(8));
        Revision first = new Revision(1, NOW, "alice", "", settings);
        Revision second = new Revision(2, NOW, "alice", "", settings.withPool("llm", PoolSettings.ofSlots(9)));
        try (JdbcSettingsStore store = new JdbcSettingsStore(create())) {
            assertThat(store.append(first)).isTrue();

            server.stop();
            assertThatThrownBy(() -> store.append(second))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("jdbc:postgresql://127.0.0.1");
            server.startAgain();

            assertThat(whenReached(store::latest)).isEqualTo(first);
            assertThat(store.append(second)).isTrue();
        }
    }

    /** What could not be reached for long is left alone for a moment. */
    private static <T> T whenReached(Supplier<T> work) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return work.get();
            } catch (StoreException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Override
    Database create() throws Exception {
        return server.database("test" + NUMBER.incrementAndGet());
    }
}
