// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.Anteroom;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full or cannot be written stops no request, and is spoken of. */
final class FailingDiskTest {
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final Settings seed = Settings.of("llm", PoolSettings.ofSlots(8));
    private final Anteroom anteroom = Anteroom.builder().settings(seed).build();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        anteroom.close();
    }

    private SettingsDesk open(Database database) {
        return SettingsDesk.open(
                new JdbcSettingsStore(database), anteroom.parts(), InstantSource.system(), seed, "file");
    }

    private void assertAdmits() {
        var admission = anteroom.pool("llm").offer(Arrival.of(Caller.of("key", "10.0.0.1"), Priority.NORMAL), NOBODY);
        assertThat(admission).isInstanceOf(Lease.class);
        ((Lease) admission).close();
    }

    @Test
    void open_directoryCannotBeMade_runsOnTheSeedAndRecovers() throws Exception {
        // Root may write anywhere, but nobody can make a directory where a file is.
        Path obstacle = Files.createFile(directory.resolve("data"));
        try (Database database = Database.inDirectory(obstacle)) {
            SettingsDesk desk = open(database);

            assertThat(desk.trouble()).contains("H2 in " + obstacle);
            assertAdmits();
            assertThat(desk.edit(seed.withPool("llm", PoolSettings.ofSlots(1)), 0, "alice", ""))
                    .isInstanceOf(EditResult.Failed.class);
            assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(8);

            Files.delete(obstacle);
            assertThat(desk.refresh()).isTrue();
            assertThat(desk.trouble()).isNull();
            assertThat(desk.edit(seed.withPool("llm", PoolSettings.ofSlots(1)), 1, "alice", ""))
                    .isInstanceOf(EditResult.Applied.class);
        }
    }

    @Test
    void edit_diskFull_isRefusedAndTheOldSettingsStay() {
        String url = "jdbc:h2:file:" + directory.resolve("full") + ";WRITE_DELAY=0";
        AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
        DataSource source = source(url, failure);
        try (Database database = Database.of(source)) {
            SettingsDesk desk = open(database);
            assertThat(desk.current().number()).isEqualTo(1);

            failure.set(new SQLException("No space left on device"));
            EditResult result = desk.edit(seed.withPool("llm", PoolSettings.ofSlots(1)), 1, "alice", "");

            assertThat(result).isInstanceOf(EditResult.Failed.class);
            assertThat(((EditResult.Failed) result).why()).contains("No space left on device");
            assertThat(desk.trouble()).contains("No space left on device");
            assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(8);
            assertAdmits();

            failure.set(null);
            assertThat(desk.edit(seed.withPool("llm", PoolSettings.ofSlots(1)), 1, "alice", ""))
                    .isInstanceOf(EditResult.Applied.class);
            assertThat(desk.trouble()).isNull();
        }
    }

    private static DataSource source(String url, AtomicReference<@Nullable SQLException> failure) {
        return (DataSource) Proxy.newProxyInstance(
                FailingDiskTest.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> {
                    SQLException now = failure.get();
                    if (now != null) {
                        throw now;
                    }
                    if (method.getName().equals("getConnection")) {
                        return DriverManager.getConnection(url, "sa", "");
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void restart_sameDirectory_goesOnWhereItWas() {
        try (Database database = Database.inDirectory(directory)) {
            SettingsDesk desk = open(database);
            desk.edit(seed.withPool("llm", PoolSettings.ofSlots(3)), 1, "alice", "less");
        }

        try (Anteroom second = Anteroom.builder().settings(seed).build();
                Database database = Database.inDirectory(directory)) {
            SettingsDesk desk = SettingsDesk.open(
                    new JdbcSettingsStore(database), second.parts(), InstantSource.system(), seed, "file");

            assertThat(desk.current().number()).isEqualTo(2);
            assertThat(desk.current().by()).isEqualTo("alice");
            assertThat(second.pool("llm").settings().slots()).isEqualTo(3);
        }
    }

    @Test
    void database_badAddress_isRefusedWithoutItsCredentials() {
        assertThatThrownBy(() -> Database.at("jdbc:mysql://u:secret@h/db?password=secret", "", ""))
                .hasMessage("database.url: jdbc:mysql://h/db (expected: jdbc:postgresql:... or jdbc:h2:...)");
        assertThatThrownBy(() -> Database.inDirectory(Path.of("a;INIT=x")))
                .hasMessage("data-dir: a;INIT=x (expected: a path without a semicolon)");
        assertThat(Database.at("jdbc:postgresql://h/db?password=secret", "u", "secret")
                        .name())
                .isEqualTo("jdbc:postgresql://h/db");
    }
}
