// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.UpstreamOrders.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.rate.BudgetBook;
import io.anteroom.settings.Change;
import io.anteroom.settings.RandomSettings;
import io.anteroom.settings.Retention;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store of settings does, whatever the database. */
abstract class StoreTest {
    static final Instant NOW = Instant.parse("2026-11-21T09:15:00.123Z");

    private final Settings settings = Settings.of("llm", PoolSettings.ofSlots(8));
    private Database database;
    private JdbcSettingsStore store;

    /** An empty database. */
    abstract Database create() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = create();
        store = new JdbcSettingsStore(database);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void latest_empty_isNone() {
        assertThat(store.latest()).isNull();
        assertThat(store.latestNumber()).isZero();
        assertThat(store.find(1)).isNull();
        assertThat(store.history(Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void append_randomDocuments_comeBackEqual() {
        for (int i = 1; i <= 30; i++) {
            Settings random = RandomSettings.of(
                    RandomGeneratorFactory.of("L64X128MixRandom").create(i));
            Revision revision = new Revision(
                    i, NOW.plusMillis(i), "Ålice 🦊", "'; drop table settings_revision; -- \u2028 " + i, random);

            assertThat(store.append(revision)).isTrue();

            assertThat(store.latest()).isEqualTo(revision);
            assertThat(store.latestNumber()).isEqualTo(i);
        }
    }

    @Test
    void append_notNext_changesNothing() {
        assertThat(store.append(revision(1, 8))).isTrue();

        assertThat(store.append(revision(1, 9))).isFalse();
        assertThat(store.append(revision(3, 9))).isFalse();

        assertThat(store.latest()).isEqualTo(revision(1, 8));
        assertThat(new AuditLog(database).page(Long.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void append_fiveServersAtOnce_oneWinsEachNumber() throws Exception {
        ExecutorService servers = Executors.newFixedThreadPool(5);
        try {
            for (int number = 1; number <= 10; number++) {
                int wanted = number;
                List<Callable<Boolean>> tasks = new ArrayList<>();
                for (int server = 0; server < 5; server++) {
                    int slots = server;
                    tasks.add(() -> store.append(revision(wanted, slots)));
                }
                int won = 0;
                for (Future<Boolean> done : servers.invokeAll(tasks)) {
                    won += done.get() ? 1 : 0;
                }
                assertThat(won).as("revision %d", number).isEqualTo(1);
            }
        } finally {
            servers.shutdownNow();
        }

        assertThat(store.latestNumber()).isEqualTo(10);
    }

    @Test
    void history_pages_newestFirst() {
        for (int i = 1; i <= 7; i++) {
            store.append(revision(i, i));
        }

        assertThat(store.history(Long.MAX_VALUE, 3).stream().map(Revision.Note::number))
                .containsExactly(7L, 6L, 5L);
        assertThat(store.history(5, 3).stream().map(Revision.Note::number)).containsExactly(4L, 3L, 2L);
        assertThat(store.find(4)).isEqualTo(revision(4, 4));
    }

    @Test
    void retention_revisionsAndAudit_areBounded() {
        Settings brief = settings.withRetention(new Retention(2, Duration.ofDays(1), Duration.ofDays(1)));
        for (int i = 1; i <= 6; i++) {
            Instant at = NOW.plus(Duration.ofHours(10L * i));
            Settings next = brief.withPool("llm", PoolSettings.ofSlots(i));
            assertThat(store.append(new Revision(i, at, "alice", "", next))).isTrue();
        }

        assertThat(store.history(Long.MAX_VALUE, 10).stream().map(Revision.Note::number))
                .containsExactly(6L, 5L);
        assertThat(new AuditLog(database).page(Long.MAX_VALUE, 100)).hasSize(3);
    }

    @Test
    void retention_largeDocuments_areBoundedByTheirBytes_butForTheNewest() {
        long size = SettingsText.write(revision(1, 1).settings()).length();
        JdbcSettingsStore small = new JdbcSettingsStore(database, 12 * size + size / 2);
        for (int i = 1; i <= 30; i++) {
            assertThat(small.append(revision(i, 1))).isTrue();
        }
        assertThat(small.history(Long.MAX_VALUE, 100)).hasSize(12);

        JdbcSettingsStore tiny = new JdbcSettingsStore(database, 1);
        assertThat(tiny.append(revision(31, 1))).isTrue();

        assertThat(tiny.history(Long.MAX_VALUE, 100)).hasSize(10);
        assertThat(tiny.latest()).isEqualTo(revision(31, 1));
    }

    @Test
    void append_differenceKnown_isWrittenDownAsItIs() {
        store.append(revision(1, 8));

        store.append(revision(2, 9), List.of(new Change("pools.llm.slots", "8", "9 as is known")));

        assertThat(new AuditLog(database).page(Long.MAX_VALUE, 1).get(0).detail())
                .contains("9 as is known");
    }

    @Test
    void audit_edit_saysWhoAndWhatWithoutWholeHashes() {
        String hash = "0123456789abcdef".repeat(4);
        store.append(revision(1, 8));
        Settings after = SettingsText.read(
                "{\"pools\": {\"llm\": {\"slots\": 9}}, \"callers\": {\"bot\": {\"key_sha256\": \"" + hash + "\"}}}");

        store.append(new Revision(2, NOW, "bob", "more\0room", after));

        AuditEntry entry = new AuditLog(database).page(Long.MAX_VALUE, 1).get(0);
        assertThat(entry.actor()).isEqualTo("bob");
        assertThat(entry.deed()).isEqualTo("settings.edit");
        assertThat(entry.subject()).isEqualTo("revision 2: more room");
        assertThat(entry.detail()).contains("pools.llm.slots: 8 → 9", "key_sha256: none → \"01234567…\"");
        assertThat(entry.detail()).doesNotContain(hash);
    }

    @Test
    void audit_hugeDetail_isCut() {
        AuditLog log = new AuditLog(database);

        log.add(new AuditEntry(0, NOW, "a".repeat(500), "login", "", "x".repeat(1 << 20)));

        AuditEntry entry = log.page(Long.MAX_VALUE, 1).get(0);
        assertThat(entry.actor()).hasSize(128).endsWith("...");
        assertThat(entry.detail()).hasSize(64 << 10);
    }

    private Revision revision(long number, int slots) {
        return new Revision(number, NOW, "alice", "", settings.withPool("llm", PoolSettings.ofSlots(slots)));
    }

    private static BudgetBook.Balance used(String subject, long used) {
        return new BudgetBook.Balance("monthly", subject, LocalDate.of(2026, 11, 1), used);
    }

    @Test
    void upstreamOrders_areKept_untilTheyAreTakenBack() {
        UpstreamOrders first = new UpstreamOrders(database);
        UpstreamOrders second = new UpstreamOrders(database);
        Order drained = new Order("a", "http://a:1", true, false);
        Order used = new Order("b", "http://b:1", false, true);

        assertThat(first.sync(List.of(), NOW)).isEmpty();
        assertThat(first.sync(List.of(drained, used), NOW)).containsExactlyInAnyOrder(drained, used);
        assertThat(second.sync(List.of(new Order("a", "http://elsewhere:1", true, false)), NOW))
                .hasSize(3);
        assertThat(second.sync(List.of(new Order("a", "http://a:1", false, false)), NOW))
                .containsExactlyInAnyOrder(used, new Order("a", "http://elsewhere:1", true, false));
        assertThat(first.sync(List.of(drained, drained), NOW)).hasSize(3).contains(drained);
    }

    private BudgetLedger ledger(BudgetBook book) {
        return new BudgetLedger(database, book, InstantSource.fixed(NOW));
    }

    @Test
    void budgets_ofTwoServersAndARestart_addUp() {
        BudgetBook first = new BudgetBook(InstantSource.fixed(NOW));
        BudgetBook second = new BudgetBook(InstantSource.fixed(NOW));
        BudgetLedger ofFirst = ledger(first);
        BudgetLedger ofSecond = ledger(second);
        String odd = "key-1\0back\\slash\0" + "m".repeat(300);

        first.restore(List.of(used("key-1", 10), used(odd, 3)));
        ofFirst.sync();
        second.restore(List.of(used("key-1", 5)));
        ofSecond.sync();
        ofFirst.sync();
        first.restore(List.of(used("key-1", 1)));
        ofFirst.sync();
        ofFirst.sync();
        ofSecond.sync();

        assertThat(first.balances()).containsExactlyInAnyOrder(used("key-1", 16), used(odd, 3));
        assertThat(second.balances()).containsExactlyInAnyOrder(used("key-1", 16), used(odd, 3));
        BudgetBook restarted = new BudgetBook(InstantSource.fixed(NOW));
        ledger(restarted).sync();
        assertThat(restarted.balances()).containsExactlyInAnyOrder(used("key-1", 16), used(odd, 3));
    }

    @Test
    void budgets_ofAnEarlierMonth_areForgottenInTheEnd() {
        BudgetBook book = new BudgetBook(InstantSource.fixed(NOW));
        book.restore(List.of(
                used("key-1", 10),
                new BudgetBook.Balance("monthly", "key-1", LocalDate.of(2026, 9, 1), 7),
                new BudgetBook.Balance("monthly", "key-2", LocalDate.of(2026, 9, 1), 7)));
        ledger(book).sync();

        BudgetBook restarted = new BudgetBook(InstantSource.fixed(NOW));
        ledger(restarted).sync();

        assertThat(restarted.balances()).containsExactly(used("key-1", 10));
    }
}
