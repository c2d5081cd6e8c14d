// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditLog;
import io.anteroom.admission.PoolSettings;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.UpstreamGroups;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsKeeperTest {
    @TempDir
    private Path folder;

    private final List<UpstreamGroups> backends = new ArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T09:00:00Z"));

    private void write(String slots, String more) throws Exception {
        Files.writeString(
                folder.resolve("anteroom.yaml"),
                "upstream: {url: 'http://127.0.0.1:1'}\npools: {llm: {slots: " + slots + "}}\n" + more);
    }

    /** A gateway's settings from its start to its stop, by what the file says. */
    private void run(BiConsumer<SettingsKeeper, Anteroom> work) throws Exception {
        GatewayConfig config = ConfigReader.read(folder.resolve("anteroom.yaml"));
        try (Anteroom anteroom = Anteroom.builder().settings(config.settings()).build();
                SettingsKeeper keeper = SettingsKeeper.open(config, anteroom.parts(), backends::add, now::get)) {
            work.accept(keeper, anteroom);
        }
    }

    private static int slots(Anteroom anteroom) {
        return anteroom.pool("llm").settings().slots();
    }

    private static void edit(SettingsKeeper keeper, int slots) {
        Revision now = keeper.desk().current();
        Settings settings = now.settings().withPool("llm", PoolSettings.ofSlots(slots));
        assertThat(keeper.desk().edit(settings, now.number(), "alice", "")).isInstanceOf(EditResult.Applied.class);
    }

    @Test
    void restart_fileChangedAndNobodyEdited_takesTheFile() throws Exception {
        write("2", "");
        run((keeper, anteroom) -> assertThat(keeper.desk().current().number()).isEqualTo(1));
        write("3", "");

        run((keeper, anteroom) -> {
            assertThat(slots(anteroom)).isEqualTo(3);
            assertThat(keeper.desk().current().number()).isEqualTo(2);
            assertThat(keeper.desk().current().by()).isEqualTo(SettingsKeeper.FILE);
        });
        run((keeper, anteroom) ->
                assertThat(keeper.desk().current().number()).as("unchanged").isEqualTo(2));
    }

    @Test
    void restart_somebodyEdited_keepsTheEditWhateverTheFileSays() throws Exception {
        write("2", "");
        run((keeper, anteroom) -> edit(keeper, 5));
        write("3", "");

        run((keeper, anteroom) -> {
            assertThat(slots(anteroom)).isEqualTo(5);
            assertThat(keeper.desk().current().by()).isEqualTo("alice");
        });
    }

    @Test
    void tick_sourceIsTheFile_takesWhatItSaysOnceItStays() throws Exception {
        write("2", "settings: {source: file}");
        run((keeper, anteroom) -> {
            keeper.tick();
            keeper.tick();
            assertThat(keeper.desk().current().number()).isEqualTo(1);
            write(keeper, "7");
            keeper.tick();
            assertThat(slots(anteroom)).as("it may be half written").isEqualTo(2);
            keeper.tick();
            assertThat(slots(anteroom)).isEqualTo(7);
            assertThat(keeper.trouble()).isNull();
            assertThat(keeper.desk().edit(keeper.desk().current().settings(), 2, "alice", ""))
                    .isEqualTo(new EditResult.ReadOnly("anteroom.yaml"));
            assertThat(new AuditLog(keeper.database()).page(Long.MAX_VALUE, 10))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.detail()).contains("pools.llm.slots: 2 → 7"));
        });
    }

    @Test
    void tick_sourceIsTheFile_takesChangedBackendsToo() throws Exception {
        write("2", "settings: {source: file}");
        run((keeper, anteroom) -> {
            keeper.tick();
            keeper.tick();
            assertThat(backends).isEmpty();
            write(keeper, "3");
            keeper.tick();
            keeper.tick();
            assertThat(backends).as("only the slots have changed").isEmpty();
            moveBackend();
            keeper.tick();
            keeper.tick();
            assertThat(backends).hasSize(1);
            assertThat(backends.get(0).toString()).contains("127.0.0.1:9999");
        });
    }

    @Test
    void tick_sourceIsTheDatabase_takesChangedBackendsAndLeavesTheSettingsAlone() throws Exception {
        write("2", "");
        run((keeper, anteroom) -> {
            edit(keeper, 5);
            keeper.tick();
            keeper.tick();
            assertThat(backends).isEmpty();
            moveBackend();
            keeper.tick();
            assertThat(backends).as("it may be half written").isEmpty();
            keeper.tick();
            assertThat(backends).hasSize(1);
            assertThat(backends.get(0).toString()).contains("127.0.0.1:9999");
            assertThat(slots(anteroom)).as("what somebody has edited").isEqualTo(5);
            assertThat(keeper.desk().current().number()).isEqualTo(2);
        });
    }

    @Test
    void tick_sourceIsTheDatabase_fileWithMistakes_keepsTheBackendsAndSaysSo() throws Exception {
        write("2", "");
        run((keeper, anteroom) -> {
            keeper.tick();
            keeper.tick();
            overwrite("upstream: {url: nonsense}");
            keeper.tick();
            keeper.tick();
            assertThat(backends).isEmpty();
            assertThat(keeper.trouble()).contains("upstream");
        });
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private void note(AuditLog log, String deed) {
        log.add(new AuditEntry(0, now.get(), "anonymous", deed, "", ""));
    }

    @Test
    void tick_sourceIsTheFile_forgetsWhatTheAuditLogKeepsTooLong() throws Exception {
        write("2", "settings: {source: file}");
        run((keeper, anteroom) -> {
            AuditLog log = new AuditLog(keeper.database());
            keeper.tick();
            note(log, "old");
            pass(keeper.desk().current().settings().retention().audit().minusMinutes(1));
            note(log, "new");
            keeper.tick();
            assertThat(log.page(Long.MAX_VALUE, 10)).as("not too old yet").hasSize(2);

            pass(Duration.ofHours(1));
            keeper.tick();

            assertThat(log.page(Long.MAX_VALUE, 10))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.deed()).isEqualTo("new"));
        });
    }

    private void overwrite(String text) {
        try {
            Files.writeString(folder.resolve("anteroom.yaml"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void moveBackend() {
        Path file = folder.resolve("anteroom.yaml");
        try {
            String text = Files.readString(file);
            String moved = text.replaceFirst("127\\.0\\.0\\.1:1", "127.0.0.1:9999");
            assertThat(moved).isNotEqualTo(text);
            Files.writeString(file, moved);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void write(SettingsKeeper keeper, String slots) {
        try {
            write(slots, "settings: {source: file}");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertThat(keeper).isNotNull();
    }

    @Test
    void tick_fileHasMistakesOrIsGone_keepsTheLastGoodAndSaysSo() throws Exception {
        write("2", "settings: {source: file}");
        run((keeper, anteroom) -> {
            write(keeper, "many");
            keeper.tick();
            keeper.tick();
            assertThat(slots(anteroom)).isEqualTo(2);
            assertThat(keeper.trouble())
                    .contains("has mistakes (1)", "pools.llm.slots: many (expected: a whole number");

            assertThat(folder.resolve("anteroom.yaml").toFile().delete()).isTrue();
            keeper.tick();
            assertThat(keeper.trouble()).contains("cannot be read");
            assertThat(slots(anteroom)).isEqualTo(2);

            write(keeper, "4");
            keeper.tick();
            keeper.tick();
            assertThat(keeper.trouble()).isNull();
            assertThat(slots(anteroom)).isEqualTo(4);
        });
    }

    @Test
    void open_directoryCannotBeMade_runsOnTheFile_andTakesTheStoreLater() throws Exception {
        write("2", "");
        run((keeper, anteroom) -> edit(keeper, 5));
        Files.move(folder.resolve("data"), folder.resolve("away"));
        Files.createFile(folder.resolve("data"));

        run((keeper, anteroom) -> {
            assertThat(slots(anteroom)).isEqualTo(2);
            assertThat(keeper.trouble()).contains("H2 in ");
            try {
                Files.delete(folder.resolve("data"));
                Files.move(folder.resolve("away"), folder.resolve("data"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            keeper.tick();
            assertThat(keeper.trouble()).isNull();
            assertThat(slots(anteroom)).isEqualTo(5);
        });
    }

    @Test
    void open_nothingIsKept_canBeEditedAllTheSame() throws Exception {
        write("2", "storage: {dir: off}");
        run((keeper, anteroom) -> {
            assertThat(keeper.database()).isNull();
            edit(keeper, 5);
            assertThat(slots(anteroom)).isEqualTo(5);
        });
        assertThat(folder.resolve("data")).doesNotExist();
    }
}
