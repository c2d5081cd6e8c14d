// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.access.Access.FirstUser;
import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.MemoryAccessStore;
import io.anteroom.admin.store.MemoryAuditTrail;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredSession;
import io.anteroom.admin.store.User;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers and colleagues do between the moments at which a user is read and is written. */
final class AccessRacesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
    private static final String PASSWORD = "violet kettle 9 orbits";

    @TempDir
    private Path directory;

    private final AccessStore store = new MemoryAccessStore();
    private final AtomicLong nanos = new AtomicLong();

    /** The store, where somebody else does something just before a call of ours arrives there. */
    private AccessStore afterSomebody(Predicate<Method> call, Runnable deed) {
        boolean[] isDone = new boolean[1];
        return (AccessStore) Proxy.newProxyInstance(
                AccessStore.class.getClassLoader(), new Class<?>[] {AccessStore.class}, (self, method, values) -> {
                    if (!isDone[0] && call.test(method)) {
                        isDone[0] = true;
                        deed.run();
                    }
                    try {
                        return method.invoke(store, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Access access(AccessStore over) {
        return new Access(
                AccessSettings.DEFAULT,
                over,
                new MemoryAuditTrail(),
                directory.resolve("token"),
                InstantSource.fixed(NOW),
                nanos::get);
    }

    private void twoAdmins() {
        Users users = access(store).users();
        assertThat(store.addFirst(users.prepare("alice", Role.ADMIN, PASSWORD))).isTrue();
        assertThat(users.add("bob", Role.ADMIN, PASSWORD)).isEqualTo(Users.Change.DONE);
    }

    private void others(User changed) {
        assertThat(store.replace(store.user(changed.name()), changed)).isTrue();
    }

    private Principal session(String user) {
        store.add(new StoredSession("s", user, NOW, NOW, NOW, "127.0.0.1"));
        return new Principal(
                Principal.Kind.SESSION, "s", user, user, Role.ADMIN, java.util.Set.of(), "c", true, NOW.plusSeconds(9));
    }

    private static HttpServletRequest request() {
        return (HttpServletRequest) Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (self, method, values) -> switch (method.getName()) {
                    case "getRemoteAddr" -> "127.0.0.1";
                    case "getHeaders" -> Collections.emptyEnumeration();
                    case "isSecure" -> false;
                    default -> null;
                });
    }

    @Test
    void user_whoIsDemotedWhileItsPasswordIsHashed_doesNotGetItsRoleBack() {
        twoAdmins();
        Principal bob = session("bob");
        User demoted = store.user("bob").withRole(Role.VIEWER).disabled(true);
        AccessStore racing = afterSomebody(m -> m.getName().equals("replace"), () -> others(demoted));

        Users.Change change = access(racing).users().change("bob", null, null, "green teapot 8 moons", bob);

        assertThat(change).isEqualTo(Users.Change.MEANWHILE);
        assertThat(store.user("bob")).isEqualTo(demoted);
    }

    @Test
    void user_whoseSessionHasBeenEnded_changesItsPasswordNoMore() {
        twoAdmins();
        Principal bob = session("bob");
        User reset = store.user("bob").withPasswordHash(store.user("alice").passwordHash());
        AccessStore racing = afterSomebody(m -> m.getName().equals("user"), () -> others(reset));

        Users.Change change = access(racing).users().change("bob", null, null, "green teapot 8 moons", bob);

        assertThat(change).isEqualTo(Users.Change.MEANWHILE);
        assertThat(store.user("bob")).isEqualTo(reset);
    }

    @Test
    void logIn_whilePasswordIsReset_opensNoSession() {
        twoAdmins();
        User reset = store.user("bob").withPasswordHash("$argon2id$another");
        AccessStore racing = afterSomebody(
                m -> m.getName().equals("add") && m.getParameterTypes()[0] == StoredSession.class, () -> others(reset));
        String[] added = new String[1];
        AccessStore watching = (AccessStore) Proxy.newProxyInstance(
                AccessStore.class.getClassLoader(), new Class<?>[] {AccessStore.class}, (self, method, values) -> {
                    if (method.getName().equals("add") && values[0] instanceof StoredSession session) {
                        added[0] = session.hash();
                    }
                    return method.invoke(racing, values);
                });

        LogIn result = access(watching).logIn(request(), "bob", PASSWORD);

        assertThat(result).isInstanceOf(LogIn.Refused.class);
        assertThat(added[0]).isNotNull();
        assertThat(store.session(added[0])).isNull();
    }

    @Test
    void logIn_namesThatCannotBe_countAsOne() {
        twoAdmins();
        Access access = access(store);

        LogIn last = null;
        for (int i = 0; i < 6; i++) {
            last = access.logIn(request(), "no name " + i + "x".repeat(1000), "wrong");
        }

        assertThat(((LogIn.Refused) last).why()).isEqualTo(LogIn.Why.THROTTLED);
    }

    @Test
    void setUp_afterManyWrongTokens_takesTheRightOneAtOnce() throws Exception {
        Access access = access(store);
        assertThat(access.needsSetUp()).isTrue();
        String token = Files.readString(directory.resolve("token")).strip();
        for (int i = 0; i < 20; i++) {
            access.setUp(request(), "guess " + i, "eve", PASSWORD);
        }
        assertThat(access.setUp(request(), "guess", "eve", PASSWORD)).isEqualTo(FirstUser.BUSY);

        assertThat(access.setUp(request(), token, "alice", PASSWORD)).isEqualTo(FirstUser.MADE);
    }
}
