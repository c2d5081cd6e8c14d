// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.Anteroom;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Pools;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.KnownCaller;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SettingsDeskTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:15:00Z");

    private final Settings seed = Settings.of("llm", PoolSettings.ofSlots(8));
    private final Flaky store = new Flaky();
    private final Anteroom anteroom = Anteroom.builder().settings(seed).build();
    private final SettingsDesk desk = open(anteroom);

    private SettingsDesk open(Anteroom on) {
        return SettingsDesk.open(store, on.parts(), InstantSource.fixed(NOW), seed, "file");
    }

    @AfterEach
    void close() {
        anteroom.close();
    }

    @Test
    void open_emptyStore_storesTheSeed() {
        assertThat(desk.current()).isEqualTo(new Revision(1, NOW, "file", "first settings", seed));
        assertThat(store.latest()).isEqualTo(desk.current());
    }

    @Test
    void open_filledStore_putsItInForce() {
        edit(seed.withPool("llm", PoolSettings.ofSlots(3)));

        try (Anteroom second = Anteroom.builder().settings(seed).build()) {
            SettingsDesk other = open(second);

            assertThat(other.current().number()).isEqualTo(2);
            assertThat(second.pool("llm").settings().slots()).isEqualTo(3);
        }
    }

    @Test
    void follow_isTheOnlyWayToChange_whereTheSettingsHaveASource() {
        try (Anteroom second = Anteroom.builder().settings(seed).build()) {
            SettingsDesk other =
                    SettingsDesk.following("anteroom.yaml", second.parts(), InstantSource.fixed(NOW), seed);
            Settings less = seed.withPool("llm", PoolSettings.ofSlots(3));

            assertThat(other.source()).isEqualTo("anteroom.yaml");
            assertThat(other.edit(less, 1, "alice", "")).isEqualTo(new EditResult.ReadOnly("anteroom.yaml"));
            assertThat(other.rollBack(1, 1, "alice", "")).isEqualTo(new EditResult.ReadOnly("anteroom.yaml"));
            assertThat(second.pool("llm").settings().slots()).isEqualTo(8);

            assertThat(other.follow(less, "fewer")).isInstanceOf(EditResult.Applied.class);
            assertThat(other.current()).isEqualTo(new Revision(2, NOW, "anteroom.yaml", "fewer", less));
            assertThat(second.pool("llm").settings().slots()).isEqualTo(3);
        }
        assertThat(desk.source()).isNull();
        assertThatThrownBy(() -> desk.follow(seed, "")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void edit_everything_isInForceAtOnce() {
        ApiKey key = ApiKey.create(new SecureRandom());
        KnownCaller bot = KnownCaller.of("bot", key, CallerPolicy.DEFAULT.withPriority(Priority.LOW));
        Limit limit = Limit.requests("rpm", 60, Duration.ofMinutes(1));
        Settings settings = seed.withPool("llm", PoolSettings.ofSlots(2))
                .withPool("gpu", PoolSettings.ofSlots(1))
                .withCallers(seed.callers().with(bot))
                .withLimits(RateSettings.NONE.withLimits(limit));

        EditResult result = desk.edit(settings, 1, "alice", "less");

        assertThat(result).isInstanceOf(EditResult.Applied.class);
        EditResult.Applied applied = (EditResult.Applied) result;
        assertThat(applied.revision()).isEqualTo(new Revision(2, NOW, "alice", "less", settings));
        assertThat(applied.changes().stream().map(Change::toString)).contains("pools.llm.slots: 8 → 2");
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(2);
        assertThat(anteroom.pool("gpu").settings().slots()).isEqualTo(1);
        assertThat(anteroom.parts().callers().of(Optional.of(bot.identity())).priority())
                .isEqualTo(Priority.LOW);
        assertThat(anteroom.rates().settings().limits()).containsExactly(limit);
        assertThat(store.latest()).isEqualTo(applied.revision());
    }

    @Test
    void edit_fromAnOlderRevision_isStaleWithBoth() {
        Settings mine = seed.withPool("llm", PoolSettings.ofSlots(4));
        edit(seed.withPool("llm", PoolSettings.ofSlots(3)));

        EditResult result = desk.edit(mine, 1, "bob", "");

        assertThat(result).isEqualTo(new EditResult.Stale(desk.current(), mine));
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(3);
    }

    @Test
    void edit_same_isUnchanged() {
        assertThat(desk.edit(seed, 1, "bob", "")).isEqualTo(new EditResult.Unchanged(desk.current()));
        assertThat(store.latestNumber()).isEqualTo(1);
    }

    @Test
    void edit_notWritable_isInvalidAndChangesNothing() {
        LevelSettings fine = new LevelSettings(1, Duration.ofNanos(1), 5, 0);

        EditResult result =
                desk.edit(seed.withPool("llm", PoolSettings.ofSlots(1).withLevel(Priority.LOW, fine)), 1, "bob", "");

        assertThat(result).isInstanceOf(EditResult.Invalid.class);
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(8);
    }

    @Test
    void edit_storeFails_putsEverythingBackAndSaysSo() {
        store.failure = new StoreException("the disk is full", new IOException("No space left on device"));
        Settings settings = seed.withPool("llm", PoolSettings.ofSlots(1))
                .withPool("gpu", PoolSettings.ofSlots(1))
                .withModel("gpt*", "gpu")
                .withLimits(RateSettings.NONE.withUsualOutput(7));

        EditResult result = desk.edit(settings, 1, "bob", "");

        assertThat(result).isEqualTo(new EditResult.Failed("the edit could not be stored: the disk is full"));
        assertThat(desk.trouble()).contains("the disk is full");
        assertThat(desk.current().number()).isEqualTo(1);
        assertIsSeed();

        store.failure = null;
        assertThat(desk.refresh()).isTrue();
        assertThat(desk.trouble()).isNull();
        assertThat(desk.edit(settings, 1, "bob", "")).isInstanceOf(EditResult.Applied.class);
    }

    private void assertIsSeed() {
        assertThat(anteroom.pools().all().stream().map(Pool::name)).containsExactly("llm");
        assertThat(anteroom.pool("llm").settings()).isEqualTo(PoolSettings.ofSlots(8));
        assertThat(anteroom.pool("llm").snapshot().mode()).isEqualTo(PoolMode.OPEN);
        assertThat(anteroom.rates().settings()).isEqualTo(RateSettings.NONE);
        assertThat(anteroom.parts().callers().snapshot()).isEqualTo(seed.callers());
    }

    @Test
    void edit_partRefusesMidway_putsEverythingBack() {
        Pools refusing = new RefusingPools(anteroom.pools());
        LiveParts parts = new LiveParts(
                refusing, anteroom.parts().routes(), anteroom.parts().callers(), anteroom.rates());
        SettingsDesk other = SettingsDesk.open(store, parts, InstantSource.fixed(NOW), seed, "file");
        // The pool that cannot be removed comes last: everything else has changed by then.
        Settings settings = seed.withPool("gpu", PoolSettings.ofSlots(1))
                .withRoute("*", "gpu")
                .withoutPool("llm")
                .withCallers(seed.callers().withOthers(CallerPolicy.NOBODY))
                .withLimits(RateSettings.NONE.withUsualOutput(7));

        EditResult result = other.edit(settings, 1, "bob", "");

        assertThat(result).isEqualTo(new EditResult.Failed("the settings could not be put in force: not llm"));
        assertIsSeed();
        assertThat(store.latestNumber()).isEqualTo(1);
    }

    @Test
    void edit_otherServerWasQuicker_isStaleAndTakesUpTheirs() {
        Settings theirs = seed.withPool("llm", PoolSettings.ofSlots(5));
        Settings mine = seed.withPool("gpu", PoolSettings.ofSlots(4));
        assertThat(store.append(new Revision(2, NOW, "other", "", theirs))).isTrue();

        EditResult result = desk.edit(mine, 1, "bob", "");

        assertThat(result).isEqualTo(new EditResult.Stale(new Revision(2, NOW, "other", "", theirs), mine));
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(5);
        assertThat(anteroom.pools().find("gpu")).isNull();
    }

    @Test
    void refresh_otherServerEdited_takesItUp() {
        Settings theirs = seed.withPool("llm", PoolSettings.ofSlots(5));
        assertThat(store.append(new Revision(2, NOW, "other", "", theirs))).isTrue();

        assertThat(desk.refresh()).isTrue();

        assertThat(desk.current().number()).isEqualTo(2);
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(5);
    }

    @Test
    void tell_onlyEditsThatWereMadeHere() {
        List<Long> told = new ArrayList<>();
        desk.tell(edited -> {
            told.add(edited.number());
            throw new IllegalStateException("nobody hears it");
        });
        assertThat(store.append(new Revision(2, NOW, "other", "", seed.withPool("llm", PoolSettings.ofSlots(5)))))
                .isTrue();

        assertThat(desk.refresh()).isTrue();
        edit(seed.withPool("llm", PoolSettings.ofSlots(6)));
        assertThat(desk.edit(desk.current().settings(), 3, "alice", "")).isInstanceOf(EditResult.Unchanged.class);
        assertThat(desk.edit(seed, 1, "alice", "")).isInstanceOf(EditResult.Stale.class);

        assertThat(told).containsExactly(3L);
    }

    @Test
    void open_storeFails_runsOnTheSeedAndRecovers() {
        store.failure = new StoreException("unreachable", new IOException());
        try (Anteroom second = Anteroom.builder().settings(seed).build()) {
            SettingsDesk other = open(second);

            assertThat(other.trouble()).contains("unreachable");
            assertThat(other.current().number()).isZero();
            assertThat(other.edit(seed.withPool("x", PoolSettings.ofSlots(1)), 0, "bob", ""))
                    .isInstanceOf(EditResult.Failed.class);
            store.failure = null;
            assertThat(other.refresh()).isTrue();
            assertThat(other.current().number()).isEqualTo(1);
        }
    }

    @Test
    void rollBack_older_makesANewRevisionWithItsContent() {
        edit(seed.withPool("llm", PoolSettings.ofSlots(3)));

        EditResult result = desk.rollBack(1, 2, "alice", "back");

        assertThat(((EditResult.Applied) result).revision()).isEqualTo(new Revision(3, NOW, "alice", "back", seed));
        assertThat(anteroom.pool("llm").settings().slots()).isEqualTo(8);
        assertThat(desk.rollBack(9, 3, "alice", "")).isEqualTo(new EditResult.Missing(9));
        assertThat(desk.history(3, 10).stream().map(Revision.Note::number)).containsExactly(2L, 1L);
    }

    @Test
    void retention_revisions_areBounded() {
        Settings settings = seed.withRetention(new Retention(3, Duration.ofDays(1), Duration.ofDays(1)));
        for (int i = 1; i <= 20; i++) {
            settings = settings.withPool("llm", PoolSettings.ofSlots(i));
            edit(settings);
        }

        assertThat(desk.history(Long.MAX_VALUE, 200)).hasSize(3);
        assertThat(desk.rollBack(1, desk.current().number(), "alice", "")).isEqualTo(new EditResult.Missing(1));
    }

    @Test
    void edit_fiftyAtOnce_losesNone() throws Exception {
        ExecutorService editors = Executors.newFixedThreadPool(50);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String name = "pool-" + i;
                tasks.add(() -> addPool(name));
            }
            int stale = 0;
            for (Future<Integer> done : editors.invokeAll(tasks)) {
                stale += done.get();
            }

            assertThat(desk.current().number()).isEqualTo(51);
            assertThat(desk.current().settings().pools()).hasSize(51);
            assertThat(anteroom.pools().all()).hasSize(51);
            assertThat(stale).isNotNegative();
        } finally {
            editors.shutdownNow();
        }
    }

    /** Tries until it is applied; answers how often it was told that it came late. */
    private int addPool(String name) {
        for (int stale = 0; ; stale++) {
            Revision base = desk.current();
            Settings settings = base.settings().withPool(name, PoolSettings.ofSlots(1));
            EditResult result = desk.edit(settings, base.number(), name, "");
            if (result instanceof EditResult.Applied) {
                return stale;
            }
            assertThat(result).isInstanceOf(EditResult.Stale.class);
            assertThat(((EditResult.Stale) result).proposed()).isEqualTo(settings);
        }
    }

    @Test
    void export_thenImport_isTheSame() {
        edit(seed.withPool("llm", PoolSettings.ofSlots(3)));

        assertThat(RevisionText.read(RevisionText.write(desk.current()))).isEqualTo(desk.current());
    }

    private void edit(Settings settings) {
        EditResult result = desk.edit(settings, desk.current().number(), "alice", "");
        assertThat(result).isInstanceOf(EditResult.Applied.class);
    }

    /** A store that can be told to fail. */
    private static final class Flaky implements SettingsStore {
        private final MemoryStore kept = new MemoryStore();
        private volatile @Nullable StoreException failure;

        private MemoryStore kept() {
            StoreException now = failure;
            if (now != null) {
                throw now;
            }
            return kept;
        }

        @Override
        public @Nullable Revision latest() {
            return kept().latest();
        }

        @Override
        public long latestNumber() {
            return kept().latestNumber();
        }

        @Override
        public @Nullable Revision find(long number) {
            return kept().find(number);
        }

        @Override
        public List<Revision.Note> history(long before, int most) {
            return kept().history(before, most);
        }

        @Override
        public boolean append(Revision revision) {
            return kept().append(revision);
        }

        @Override
        public void close() {}
    }

    /** Pools that cannot be removed if they are called llm. */
    private record RefusingPools(Pools pools) implements Pools {
        @Override
        public Pool open(String name, PoolSettings settings) {
            return pools.open(name, settings);
        }

        @Override
        public @Nullable Pool find(String name) {
            return pools.find(name);
        }

        @Override
        public List<Pool> all() {
            return List.copyOf(pools.all());
        }

        @Override
        public boolean remove(String name) {
            if (name.equals("llm")) {
                throw new IllegalStateException("not llm");
            }
            return pools.remove(name);
        }

        @Override
        public void close() {}
    }
}
