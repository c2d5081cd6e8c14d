// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2FileTest {
    @TempDir
    private Path directory;

    private long size() throws Exception {
        return Files.size(directory.resolve("anteroom.mv.db"));
    }

    @Test
    void open_fileWhoseMakingWasCutOff_beginsAnew() throws Exception {
        Files.write(directory.resolve("anteroom.mv.db"), new byte[4096]);

        try (Database database = Database.inDirectory(directory)) {
            assertThat(new JdbcSettingsStore(database).latestNumber()).isZero();
        }
    }

    /** Where the file system knows owners. */
    @Test
    void open_newDirectory_isForItsOwnerAlone() throws Exception {
        Path data = directory.resolve("data");
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        try (Database database = Database.inDirectory(data)) {
            assertThat(new JdbcSettingsStore(database).latestNumber()).isZero();
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    void open_migrationThatWasCutOff_isMadeAnew() throws Exception {
        Files.write(directory.resolve("anteroom-new.mv.db"), new byte[20_000]);
        try (Database database = Database.inDirectory(directory)) {
            new AuditLog(database).add(new AuditEntry(0, Instant.ofEpochMilli(1), "alice", "deed", "", ""));
            boolean unused = database.inTransaction("going back", handle -> {
                handle.execute("delete from \"anteroom_schema_history\" where \"version\" = '401'");
                handle.execute("drop table webhook_trouble");
                handle.execute("drop table webhook_secret");
                handle.execute("drop table webhook_attempt");
                handle.execute("drop table webhook_delivery");
                handle.execute("drop table webhook_event");
                return true;
            });
        }
        Files.write(directory.resolve("anteroom-new.mv.db"), new byte[20_000]);

        try (Database database = Database.inDirectory(directory)) {
            assertThat(new AuditLog(database).page(Long.MAX_VALUE, 10)).hasSize(1);
            long events = database.inTransaction(
                    "counting",
                    handle -> handle.createQuery("select count(*) from webhook_event")
                            .mapTo(Long.class)
                            .one());
            assertThat(events).isZero();
        }
        assertThat(directory.resolve("anteroom-new.mv.db")).doesNotExist();
    }

    /** As an older gateway meets a database that a newer one, which it shares it with, has brought up to date. */
    @Test
    void open_withTablesOfTheNextRelease_goesOn() throws Exception {
        try (Database database = Database.inDirectory(directory)) {
            new AuditLog(database).add(new AuditEntry(0, Instant.ofEpochMilli(1), "alice", "deed", "", ""));
            boolean unused = database.inTransaction("going ahead", handle -> {
                for (String version : List.of("150", "900")) {
                    handle.execute(
                            "insert into \"anteroom_schema_history\" select max(\"installed_rank\") + 1, ?, 'of the next',"
                                    + " 'SQL', 'V' || ? || '__next.sql', 1, 'sa', current_timestamp, 1, true"
                                    + " from \"anteroom_schema_history\"",
                            version,
                            version);
                }
                // So that there is something to do, and what is there is looked at.
                handle.execute("delete from \"anteroom_schema_history\" where \"version\" = '102'");
                handle.execute("drop table upstream_order");
                return true;
            });
        }

        try (Database database = Database.inDirectory(directory)) {
            assertThat(new AuditLog(database).page(Long.MAX_VALUE, 10)).hasSize(1);
        }
    }

    @Test
    void upkeep_muchWasOverwritten_givesRoomBackAndKeepsEverything() throws Exception {
        try (Database database = Database.inDirectory(directory)) {
            AuditLog log = new AuditLog(database);
            String long64k = "x".repeat(64 << 10);
            for (int i = 1; size(database, log, i, long64k) < 33 << 20; i++) {
                log.forget(Instant.ofEpochMilli(i), Duration.ZERO);
            }
            long before = size();

            database.upkeep();

            assertThat(size()).isLessThan(before / 10);
            assertThat(log.page(Long.MAX_VALUE, 10)).hasSize(1);
            log.add(new AuditEntry(0, Instant.ofEpochMilli(1), "alice", "again", "", ""));
            assertThat(log.page(Long.MAX_VALUE, 10)).hasSize(2);
        }
        try (Database database = Database.inDirectory(directory)) {
            assertThat(new AuditLog(database).page(Long.MAX_VALUE, 10)).hasSize(2);
        }
    }

    private long size(Database database, AuditLog log, int i, String detail) throws Exception {
        // Many in one commit, as each commit is flushed.
        boolean unused = database.inTransaction("filling", handle -> {
            for (int k = 0; k < 20; k++) {
                handle.execute(
                        "insert into audit_entry (done_at, actor, deed, subject, detail) values (?, '', '', '', ?)",
                        (long) i,
                        detail + k);
            }
            handle.execute("delete from audit_entry where id < (select max(id) from audit_entry)");
            return true;
        });
        return size();
    }

    @Test
    void compact_whileOthersAsk_isNoticedByNobody() throws Exception {
        try (Database database = Database.inDirectory(directory)) {
            AuditLog log = new AuditLog(database);
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 60; i++) {
                    log.add(new AuditEntry(0, Instant.ofEpochMilli(i), "alice", "deed", "", ""));
                }
            });
            writer.start();
            for (int i = 0; i < 5; i++) {
                database.compact();
            }
            writer.join(30_000);

            List<AuditEntry> page = log.page(Long.MAX_VALUE, 100);
            assertThat(page).hasSize(60);
        }
    }
}
