// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the power leaves on the disk that fails at any moment: files are built up to random points of what was written,
 * the last write whole or cut off at a page, and opened.
 */
final class RecoveryTest {
    private static final int ROUNDS = Integer.getInteger("recovery.rounds", 4);
    private static final int CUTS = 12;

    @TempDir
    private Path directory;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(Long.getLong("recovery.seed", 3));

    @Test
    void open_afterAnyPrefixOfWhatWasWritten_findsWhatWasAcknowledged() throws Exception {
        byte[] file = migrated();
        long known = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<RecordedDisk.Step> steps = record(file, 20 + random.nextInt(30));
            byte[] left = file;
            for (int cut = 0; cut < CUTS; cut++) {
                // Half of them soon after the start: that is where there is most room to be used again.
                int last = random.nextInt(cut % 2 == 0 ? steps.size() : Math.min(steps.size(), 24));
                byte[] cutOff = file;
                long acknowledged = known;
                for (RecordedDisk.Step step : steps.subList(0, last)) {
                    cutOff = step.after(cutOff, Integer.MAX_VALUE);
                    acknowledged = Math.max(acknowledged, step.acknowledged());
                }
                boolean isWhole = random.nextBoolean();
                int pages = steps.get(last).bytes().length / RecordedDisk.PAGE;
                left = steps.get(last).after(cutOff, isWhole ? Integer.MAX_VALUE : random.nextInt(pages + 1));
                assertThat(latest(left))
                        .as("round %d, step %d of %d, %s", round, last, steps.size(), isWhole ? "whole" : "cut off")
                        .isGreaterThanOrEqualTo(acknowledged);
            }
            file = left;
            known = latest(left);
        }
    }

    private byte[] migrated() throws Exception {
        try (Database database = Database.inDirectory(directory)) {
            assertThat(new JdbcSettingsStore(database).latestNumber()).isZero();
        }
        return Files.readAllBytes(directory.resolve("anteroom.mv.db"));
    }

    /** Opens a file as it is, appends revisions, and answers what was written meanwhile. */
    private List<RecordedDisk.Step> record(byte[] file, int count) throws Exception {
        Path folder = Files.createTempDirectory(directory, "live");
        Files.write(folder.resolve("live.mv.db"), file);
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(
                new H2File(folder, "live").url().replace("jdbc:h2:file:", "jdbc:h2:" + RecordedDisk.SCHEME + ":"));
        source.setUser("sa");
        RecordedDisk.begin();
        // Held so that the database stays open between two transactions, as it does with a pool.
        try (var held = source.getConnection();
                JdbcSettingsStore store = new JdbcSettingsStore(Database.of(source))) {
            assertThat(held.isValid(1)).isTrue();
            long first = store.latestNumber() + 1;
            for (long number = first; number < first + count; number++) {
                assertThat(store.append(revision(number))).isTrue();
                RecordedDisk.acknowledge(number);
            }
            return RecordedDisk.steps();
        }
    }

    private long latest(byte[] file) throws Exception {
        Path folder = Files.createTempDirectory(directory, "left");
        Files.write(folder.resolve("anteroom.mv.db"), file);
        try (JdbcSettingsStore store = new JdbcSettingsStore(Database.inDirectory(folder))) {
            Revision latest = store.latest();
            if (latest == null) {
                return 0;
            }
            assertThat(latest).isEqualTo(revision(latest.number()));
            return latest.number();
        }
    }

    private static Revision revision(long number) {
        Settings settings = Settings.of("llm", PoolSettings.ofSlots((int) number));
        // Of other lengths, so that they fit into other gaps.
        String comment = "x".repeat((int) (number * 7919 % 1000));
        return new Revision(number, Instant.ofEpochMilli(number), "editor", comment, settings);
    }
}
