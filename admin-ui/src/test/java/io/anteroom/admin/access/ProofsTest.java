// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.MemoryAccessStore;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredSession;
import io.anteroom.admin.store.StoredToken;
import io.anteroom.admin.store.User;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What those cost who make up sessions and tokens. */
final class ProofsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
    private static final Source HERE = new Source("192.0.2.7", false, false);
    private static final int SHARE = AccessSettings.Rates.DEFAULT.anonymous();

    private final Secrets secrets = new Secrets();
    private final AccessStore store = new MemoryAccessStore();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final RequestThrottle requests = new RequestThrottle(nanos::get);
    private final Proofs proofs = new Proofs(AccessSettings.DEFAULT, counting(), InstantSource.fixed(NOW), requests);
    private final String session = secrets.secret();
    private final String token = secrets.token();

    /** The store, which counts questions for sessions and tokens. */
    private AccessStore counting() {
        return (AccessStore) Proxy.newProxyInstance(
                AccessStore.class.getClassLoader(), new Class<?>[] {AccessStore.class}, (self, method, values) -> {
                    if (Set.of("session", "tokenByHash").contains(method.getName())) {
                        asked.incrementAndGet();
                    }
                    return method.invoke(store, values);
                });
    }

    @BeforeEach
    void knowOne() {
        assertThat(store.addFirst(new User("ada", Role.ADMIN, "hash", false, NOW, null)))
                .isTrue();
        store.add(new StoredSession(Secrets.hash(session), "ada", NOW, NOW, NOW, "192.0.2.7"));
        assertThat(store.add(new StoredToken(
                        "tok_1",
                        Secrets.hash(token),
                        Secrets.shown(token),
                        "ci",
                        Role.VIEWER,
                        Set.of(),
                        "ada",
                        NOW,
                        NOW.plusSeconds(900),
                        null)))
                .isTrue();
    }

    private static HttpServletRequest request(String cookie, String authorization) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (self, method, values) -> switch (method.getName()) {
                    case "getHeader" -> authorization;
                    case "getCookies" -> cookie == null ? null : new Cookie[] {new Cookie("anteroom-session", cookie)};
                    default -> null;
                });
    }

    /** As whoever answers requests does: who is not known is counted by its network. */
    private boolean isKnown(HttpServletRequest request) {
        if (proofs.authenticate(request, HERE, true) instanceof Authentication.Known) {
            return true;
        }
        Duration unused = requests.take(HERE.network(), SHARE);
        return false;
    }

    @Test
    void madeUpProofs_beyondTheNetworksShare_askTheDatabaseNoMore() {
        for (int i = 0; i < 10 * SHARE; i++) {
            assertThat(isKnown(request(secrets.secret(), null))).isFalse();
            assertThat(isKnown(request(null, "Bearer " + secrets.token()))).isFalse();
        }

        assertThat(asked).hasValueLessThanOrEqualTo(SHARE);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(isKnown(request(session, null))).isTrue();
    }

    @Test
    void whatIsNoSecretOfOurs_isNeverLookedUp() {
        assertThat(isKnown(request("' or 1=1 --", null))).isFalse();
        assertThat(isKnown(request(session + "x", null))).isFalse();

        assertThat(asked).hasValue(0);
    }

    @Test
    void provenBefore_isLookedUpWhateverOthersOfTheNetworkDo() {
        assertThat(isKnown(request(session, null))).isTrue();
        assertThat(isKnown(request(null, "Bearer " + token))).isTrue();
        for (int i = 0; i < 2 * SHARE; i++) {
            assertThat(isKnown(request(secrets.secret(), null))).isFalse();
        }

        assertThat(isKnown(request(session, null))).isTrue();
        assertThat(isKnown(request(null, "Bearer " + token))).isTrue();
        store.removeSession(Secrets.hash(session));
        assertThat(isKnown(request(session, null))).isFalse();
        int before = asked.get();
        assertThat(isKnown(request(session, null))).isFalse();
        assertThat(asked).as("revoked, and known no more").hasValue(before);
    }
}
