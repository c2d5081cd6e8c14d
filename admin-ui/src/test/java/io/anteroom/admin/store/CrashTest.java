// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.settings.RandomSettings;
import io.anteroom.settings.Revision;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a JVM that is killed at any moment leaves behind is whole, and nothing of what was acknowledged is lost.
 * {@code -Dcrash.rounds=60} asks for longer than each build does; {@code bench/crash-edits} for longer than that.
 */
final class CrashTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);

    @TempDir
    private Path directory;

    @Test
    void append_killedAtRandom_leavesWholeRevisions() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        long known = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long acknowledged = Math.max(known, runAndKill(random.nextInt(12), random.nextInt(20_000_000)));
            try (JdbcSettingsStore store = new JdbcSettingsStore(Database.inDirectory(directory))) {
                Revision latest = store.latest();
                known = latest == null ? 0 : latest.number();

                // One more may have been committed whose acknowledgement did not get out any more.
                assertThat(known).as("round %d", round).isBetween(acknowledged, acknowledged + 1);
                for (Revision.Note note : store.history(Long.MAX_VALUE, 200)) {
                    assertThat(store.find(note.number())).isEqualTo(Editor.revision(note.number()));
                }
            }
        }
        assertThat(known).isPositive();
    }

    /** Lets a JVM append revisions, kills it some while after one of them, and answers the last acknowledged. */
    private long runAndKill(int after, int laterNanos) throws IOException, InterruptedException {
        Process editor = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Editor.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.to(new File("target", "crash-editor.err")))
                .start();
        long last = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(editor.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            for (int i = 0; line != null; i++) {
                last = Long.parseLong(line);
                if (i == after) {
                    long until = System.nanoTime() + laterNanos;
                    while (System.nanoTime() - until < 0) {
                        Thread.onSpinWait();
                    }
                    // SIGKILL: nothing of its own runs any more. By its handle, as that leaves its last words readable.
                    assertThat(editor.toHandle().destroyForcibly()).isTrue();
                }
                line = lines.readLine();
            }
        }
        assertThat(editor.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    /** The other JVM: appends one revision after another, and says so of each. */
    static final class Editor {
        private Editor() {}

        public static void main(String[] args) {
            Database database = Database.inDirectory(Path.of(args[0]));
            try (JdbcSettingsStore store = new JdbcSettingsStore(database)) {
                for (long number = store.latestNumber() + 1; ; number++) {
                    if (!store.append(revision(number))) {
                        throw new IllegalStateException(number + " is not the next");
                    }
                    System.out.println(number);
                    if (number % 5 == 0) {
                        database.compact();
                    }
                }
            }
        }

        static Revision revision(long number) {
            var settings = RandomSettings.of(
                    RandomGeneratorFactory.of("L64X128MixRandom").create(number));
            return new Revision(
                    number,
                    Instant.ofEpochMilli(number),
                    "editor",
                    List.of(number).toString(),
                    settings);
        }
    }
}
