// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.admin.analytics.AnalyticsStore;
import io.anteroom.admin.analytics.AnalyticsStoreTest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

final class H2AnalyticsTest extends AnalyticsStoreTest {
    @TempDir
    private Path directory;

    private Database database;

    @Override
    protected AnalyticsStore create() {
        database = Database.inDirectory(directory);
        return new JdbcAnalyticsStore(database);
    }

    @AfterEach
    void close() {
        database.close();
    }
}
