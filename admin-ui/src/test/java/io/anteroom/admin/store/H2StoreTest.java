// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class H2StoreTest extends StoreTest {
    @TempDir
    private Path directory;

    @Override
    Database create() {
        return Database.inDirectory(directory.resolve("data"));
    }
}
