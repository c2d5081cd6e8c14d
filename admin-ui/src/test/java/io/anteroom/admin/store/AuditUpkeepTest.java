// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.admin.AdminServer;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.MemoryStore;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log is as long as the settings say, though nobody edits them. */
final class AuditUpkeepTest {
    private static final Instant BEGIN = Instant.parse("2026-11-21T09:00:00Z");
    private static final Settings SEED = Settings.of("llm", PoolSettings.ofSlots(8));
    private static final Duration KEPT = SEED.retention().audit();

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private final Anteroom anteroom = Anteroom.builder().settings(SEED).build();
    private Database database;
    private AuditLog log;

    @BeforeEach
    void open() {
        database = Database.inDirectory(directory.resolve("data"));
        log = new AuditLog(database);
    }

    @AfterEach
    void close() {
        database.close();
        anteroom.close();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private void note(String deed) {
        log.add(new AuditEntry(0, now.get(), "anonymous", deed, "", ""));
    }

    private List<String> deeds() {
        return log.page(Long.MAX_VALUE, 100).stream().map(AuditEntry::deed).toList();
    }

    private SettingsDesk desk() {
        return SettingsDesk.open(new MemoryStore(), anteroom.parts(), now::get, SEED, "test");
    }

    @Test
    void look_onceAnHour_forgetsWhatIsTooOld() {
        AuditUpkeep upkeep = new AuditUpkeep(log, desk(), now::get);
        note("first");
        upkeep.look();
        pass(Duration.ofMinutes(30));
        note("second");
        pass(KEPT.minusMinutes(29));

        upkeep.look();
        assertThat(deeds()).containsExactly("second");
        pass(Duration.ofMinutes(59));
        upkeep.look();
        assertThat(deeds()).as("it has looked within the hour").containsExactly("second");
        pass(Duration.ofMinutes(1));
        upkeep.look();

        assertThat(deeds()).isEmpty();
    }

    @Test
    void look_clockWasAheadForAWhile_looksAgain() {
        AuditUpkeep upkeep = new AuditUpkeep(log, desk(), now::get);
        pass(Duration.ofDays(4000));
        upkeep.look();
        now.set(BEGIN);
        note("old");
        pass(KEPT.plusMinutes(1));

        upkeep.look();

        assertThat(deeds()).isEmpty();
    }

    @Test
    void look_moreThanOneTransactionForgets_goesOnWithTheNext() {
        AuditUpkeep upkeep = new AuditUpkeep(log, desk(), now::get);
        int unused = database.inTransaction(
                "filling",
                handle -> handle.execute(
                        "insert into audit_entry (done_at, actor, deed, subject, detail) select ? - x, 'eve', 'many', '', ''"
                                + " from system_range(1, " + (AuditLog.MOST_AT_ONCE + 5) + ")",
                        BEGIN.minus(KEPT).minusSeconds(1).toEpochMilli()));

        upkeep.look();
        assertThat(deeds()).hasSize(5);
        upkeep.look();

        assertThat(deeds()).isEmpty();
    }

    @Test
    void look_storeOfTheSettingsHasNotAnswered_forgetsNothing() {
        Database gone = Database.at("jdbc:h2:tcp://127.0.0.1:1/none", "sa", "");
        try (JdbcSettingsStore store = new JdbcSettingsStore(gone)) {
            SettingsDesk desk = SettingsDesk.open(store, anteroom.parts(), now::get, SEED, "test");
            note("old");
            pass(KEPT.plusDays(1));

            new AuditUpkeep(log, desk, now::get).look();

            assertThat(deeds()).as("what is stored may say to keep it longer").containsExactly("old");
        }
    }

    @Test
    void admin_ofAnyHost_forgetsWithTheNextEntry() throws Exception {
        try (AdminServer server = new AdminServer.Plan()
                .clocks(now::get, () -> Duration.between(BEGIN, now.get()).toNanos())
                .builder(builder -> builder.database(database))
                .start()
                .setUp()) {
            assertThat(log.page(Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::actor)
                    .contains(AdminServer.ADMIN);
            pass(KEPT.plusDays(1));

            server.send(server.request(
                    "POST", "/v1/management/session", "{\"user\": \"eve\", \"password\": \"amber lantern 4 rivers\"}"));

            assertThat(log.page(Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::actor)
                    .containsExactly("eve");
        }
    }
}
