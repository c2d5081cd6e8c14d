// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stores of users, tokens and the audit log do, whatever they are made of. */
final class AccessStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:15:00.123Z");
    private static PostgresServer postgres;
    private static int number;

    @TempDir
    private Path directory;

    private Database database;

    enum Kind {
        MEMORY,
        H2,
        POSTGRESQL
    }

    @AfterEach
    void close() {
        if (database != null) {
            database.close();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (postgres != null) {
            postgres.close();
        }
    }

    private void open(Kind kind) throws Exception {
        if (kind == Kind.H2) {
            database = Database.inDirectory(Files.createTempDirectory(directory, "h2"));
        } else if (kind == Kind.POSTGRESQL) {
            if (postgres == null) {
                postgres = PostgresServer.find().orElse(null);
            }
            assumeTrue(postgres != null, PostgresServer.INSTALL);
            database = postgres.database("access" + ++number);
        }
    }

    private AccessStore store(Kind kind) throws Exception {
        open(kind);
        return database == null ? new MemoryAccessStore() : new JdbcAccessStore(database);
    }

    private AuditTrail trail(Kind kind) throws Exception {
        open(kind);
        return database == null ? new MemoryAuditTrail() : new AuditLog(database);
    }

    private static User user(String name, Role role) {
        return new User(name, role, "$argon2id$" + name, false, NOW, null);
    }

    private static StoredSession session(String hash, String user, Instant at) {
        return new StoredSession(hash, user, at, at, at, "192.0.2.1");
    }

    private static StoredToken token(String id, String maker) {
        return new StoredToken(
                id, "hash-" + id, "arm_x", "näme", Role.OPERATOR, Set.of("pools", "audit"), maker, NOW, NOW, null);
    }

    @ParameterizedTest
    @EnumSource
    void users_addedChangedRemoved_comeBackEqual(Kind kind) throws Exception {
        AccessStore store = store(kind);
        assertThat(store.hasNoUsers()).isTrue();
        assertThat(store.addFirst(user("alice", Role.ADMIN))).isTrue();
        assertThat(store.addFirst(user("mallory", Role.ADMIN))).isFalse();
        assertThat(store.add(user("bob", Role.VIEWER))).isTrue();
        assertThat(store.add(user("bob", Role.ADMIN))).isFalse();

        store.loggedIn("bob", NOW);
        store.rehash("bob", "another", "x");

        assertThat(store.users())
                .containsExactly(
                        user("alice", Role.ADMIN), new User("bob", Role.VIEWER, "$argon2id$bob", false, NOW, NOW));
        assertThat(store.user("'; drop table admin_user; --")).isNull();
        assertThat(replace(store, user("nobody", Role.ADMIN))).isFalse();
        assertThat(store.removeUser("bob")).isTrue();
        assertThat(store.removeUser("bob")).isFalse();
    }

    private static boolean replace(AccessStore store, User after) {
        User before = store.user(after.name());
        return store.replace(before == null ? after : before, after);
    }

    @ParameterizedTest
    @EnumSource
    void users_replaced_onlyAsTheyWereRead(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("alice", Role.ADMIN));
        store.add(user("bob", Role.ADMIN));
        User read = store.user("bob");
        store.loggedIn("bob", NOW);
        assertThat(replace(store, user("bob", Role.VIEWER))).isTrue();
        store.add(session("b", "bob", NOW));

        assertThat(store.replace(read, read.withPasswordHash("other"))).isFalse();
        assertThat(store.replace(read.withRole(Role.VIEWER).disabled(true), read))
                .isFalse();
        assertThat(store.replace(read.withRole(Role.VIEWER).withPasswordHash("x"), read))
                .isFalse();

        assertThat(store.user("bob").role()).isEqualTo(Role.VIEWER);
        assertThat(store.user("bob").passwordHash()).isEqualTo(read.passwordHash());
        assertThat(store.session("b")).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void users_lastAdmin_stays(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("alice", Role.ADMIN));

        assertThat(replace(store, user("alice", Role.VIEWER))).isFalse();
        assertThat(replace(store, user("alice", Role.ADMIN).disabled(true))).isFalse();
        assertThat(store.removeUser("alice")).isFalse();

        assertThat(store.user("alice")).isEqualTo(user("alice", Role.ADMIN));
    }

    @ParameterizedTest
    @EnumSource
    void users_twoAdminsDemoteEachOtherAtOnce_oneStays(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("a", Role.ADMIN));
        store.add(user("b", Role.ADMIN));
        ExecutorService two = Executors.newFixedThreadPool(2);
        for (int round = 0; round < 10; round++) {
            List<Callable<Boolean>> both = new ArrayList<>();
            both.add(() -> replace(store, user("a", Role.VIEWER)));
            both.add(() -> replace(store, user("b", Role.VIEWER)));
            int done = 0;
            for (Future<Boolean> end : two.invokeAll(both)) {
                done += end.get() ? 1 : 0;
            }
            assertThat(done).isEqualTo(1);
            assertThat(replace(store, user("a", Role.ADMIN))).isTrue();
            assertThat(replace(store, user("b", Role.ADMIN))).isTrue();
        }
        two.shutdown();
    }

    @ParameterizedTest
    @EnumSource
    void sessions_ofAChangedUserOrTooOldOrTooMany_end(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("alice", Role.ADMIN));
        store.add(user("bob", Role.VIEWER));
        store.add(session("b1", "bob", NOW));
        store.add(session("b2", "bob", NOW));
        assertThat(store.session("b1")).isEqualTo(session("b1", "bob", NOW));

        store.add(session("b3", "bob", NOW.plusSeconds(1)));
        store.add(session("a1", "alice", NOW));
        assertThat(store.sessions("bob")).extracting(StoredSession::hash).containsExactly("b3", "b1", "b2");

        store.removeSessions("bob", "b1");
        assertThat(store.session("b2")).isNull();
        assertThat(store.sessions("bob")).containsExactly(session("b1", "bob", NOW));
        assertThat(store.session("a1")).as("of somebody else").isNotNull();
        replace(store, user("bob", Role.OPERATOR));
        assertThat(store.session("b1")).isNull();

        for (int i = 0; i < AccessStore.MOST_SESSIONS + 5; i++) {
            store.add(session("s" + i, "bob", NOW.plusSeconds(i)));
        }
        assertThat(store.session("s4")).isNull();
        assertThat(store.session("s5")).isNotNull();
        store.seen("s20", NOW.plus(Duration.ofHours(1)));
        store.forgetSessions(NOW.plus(Duration.ofMinutes(30)), NOW);
        assertThat(store.session("s21")).isNull();
        assertThat(store.session("s20").lastSeen()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        store.confirmed("s20", NOW.plus(Duration.ofHours(2)));
        assertThat(store.session("s20").confirmed()).isEqualTo(NOW.plus(Duration.ofHours(2)));
        store.removeSession("s20");
        assertThat(store.session("s20")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void tokens_ofARemovedUser_goWithIt(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("alice", Role.ADMIN));
        store.add(user("bob", Role.VIEWER));
        assertThat(store.add(token("t1", "bob"))).isTrue();
        assertThat(store.add(token("t2", "alice"))).isTrue();
        store.used("t1", NOW);

        assertThat(store.tokenByHash("hash-t2")).isEqualTo(token("t2", "alice"));
        assertThat(store.tokenByHash("hash-t1").lastUsed()).isEqualTo(NOW);
        assertThat(store.tokenByHash("hash-t3")).isNull();
        store.removeUser("bob");
        assertThat(store.tokens()).extracting(StoredToken::id).containsExactly("t2");
        assertThat(store.removeToken("t2")).isTrue();
        assertThat(store.removeToken("t2")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void tokens_ended_areForgotten(Kind kind) throws Exception {
        AccessStore store = store(kind);
        store.addFirst(user("alice", Role.ADMIN));
        store.add(token("t1", "alice"));
        Instant end = token("t1", "alice").expires();

        store.forgetTokens(end);
        assertThat(store.tokens()).hasSize(1);
        store.forgetTokens(end.plusMillis(1));
        assertThat(store.tokens()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void trail_filtered_answersWhatFits(Kind kind) throws Exception {
        AuditTrail trail = trail(kind);
        AuditOrigin origin = new AuditOrigin("admin", "192.0.2.1", "node-1");
        for (int i = 0; i < 10; i++) {
            AuditEntry.Outcome outcome = i % 2 == 0 ? AuditEntry.Outcome.DONE : AuditEntry.Outcome.DENIED;
            String deed = i < 5 ? "settings.edit" : "settingsx";
            trail.add(new AuditEntry(0, NOW.plusSeconds(i), "actor" + i % 3, deed, "s\0" + i, "d%_'", outcome, origin));
        }

        List<AuditEntry> all = trail.page(AuditFilter.ALL, Long.MAX_VALUE, 200);
        assertThat(all).hasSize(10);
        assertThat(all.get(0).origin()).isEqualTo(origin);
        assertThat(trail.page(AuditFilter.ALL, all.get(3).id(), 2))
                .extracting(AuditEntry::id)
                .containsExactly(all.get(4).id(), all.get(5).id());
        assertThat(trail.page(new AuditFilter(null, "settings", null, null, null), Long.MAX_VALUE, 200))
                .hasSize(5);
        assertThat(trail.page(new AuditFilter("actor1", null, null, null, null), Long.MAX_VALUE, 200))
                .hasSize(3);
        assertThat(trail.page(
                        new AuditFilter(null, null, AuditEntry.Outcome.DENIED, NOW.plusSeconds(2), NOW.plusSeconds(8)),
                        Long.MAX_VALUE,
                        200))
                .hasSize(3);
        assertThat(trail.page(new AuditFilter("%", "_", null, null, null), Long.MAX_VALUE, 200))
                .isEmpty();
    }
}
