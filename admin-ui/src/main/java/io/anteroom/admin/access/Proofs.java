// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.StoredSession;
import io.anteroom.admin.store.StoredToken;
import io.anteroom.admin.store.User;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at what requests bring to prove who sends them: management tokens and sessions. Safe from any thread. */
final class Proofs {
    private static final Duration SEEN_EVERY = Duration.ofSeconds(30);
    private static final Duration USED_EVERY = Duration.ofMinutes(1);
    private static final String CSRF = "csrf";

    private final AccessSettings settings;
    private final AccessStore store;
    private final InstantSource clock;
    private final RequestThrottle requests;
    private final Lookups lookups = new Lookups();

    Proofs(AccessSettings settings, AccessStore store, InstantSource clock, RequestThrottle requests) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.requests = requests;
    }

    Authentication authenticate(HttpServletRequest request, Source source, boolean isUse) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return byToken(authorization, source);
        }
        String secret = Cookies.read(request, source);
        if (secret == null) {
            return new Authentication.Nobody("nothing came with the request that proves who sends it"
                    + " (expected: Authorization: Bearer with a management token, or a session)");
        }
        Principal principal = Secrets.isSecret(secret) && mayAsk(Secrets.hash(secret), source)
                ? noted(Secrets.hash(secret), bySession(secret, isUse))
                : null;
        return principal == null
                ? new Authentication.Nobody("the session is over (expected: log in again)")
                : new Authentication.Known(principal);
    }

    /** Those who guess pay for it from the share of their network before the database is asked, and get no further. */
    private boolean mayAsk(String hash, Source source) {
        return lookups.isKnown(hash)
                || requests.has(source.network(), settings.requestsPerMinute().anonymous());
    }

    private @Nullable Principal noted(String hash, @Nullable Principal found) {
        if (found == null) {
            lookups.wasNotFound(hash);
        } else {
            lookups.wasFound(hash);
        }
        return found;
    }

    private Authentication byToken(String authorization, Source source) {
        String token = authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : "";
        if (!Secrets.isToken(token)) {
            return new Authentication.Nobody("what came is no management token (expected: Authorization: Bearer "
                    + Secrets.TOKEN_MARK + "...; keys of callers do not count here)");
        }
        String hash = Secrets.hash(token);
        StoredToken stored = mayAsk(hash, source) ? store.tokenByHash(hash) : null;
        Principal principal = noted(hash, stored == null ? null : principal(stored));
        return principal == null
                ? new Authentication.Nobody("the management token is not known, has expired or has been revoked")
                : new Authentication.Known(principal);
    }

    private @Nullable Principal principal(StoredToken token) {
        Instant now = clock.instant();
        User maker = store.user(token.maker());
        if (!now.isBefore(token.expires()) || maker == null || maker.isDisabled()) {
            return null;
        }
        Instant used = token.lastUsed();
        if (used == null || now.isAfter(used.plus(USED_EVERY))) {
            store.used(token.id(), now);
        }
        return new Principal(
                Principal.Kind.TOKEN,
                token.id(),
                token.maker(),
                "token " + token.id() + " of " + token.maker(),
                token.role().atMost(maker.role()),
                token.scopes(),
                null,
                true,
                token.expires());
    }

    private @Nullable Principal bySession(String secret, boolean isUse) {
        String hash = Secrets.hash(secret);
        StoredSession session = store.session(hash);
        if (session == null) {
            return null;
        }
        Instant now = clock.instant();
        User user = store.user(session.user());
        boolean isOver = settings.isOver(session, now);
        if (isOver || user == null || user.isDisabled()) {
            store.removeSession(hash);
            return null;
        }
        if (isUse && now.isAfter(session.lastSeen().plus(SEEN_EVERY))) {
            store.seen(hash, now);
        }
        return principal(user, session, secret);
    }

    Principal principal(User user, StoredSession session, String secret) {
        boolean isFresh = clock.instant().isBefore(session.confirmed().plus(settings.freshFor()));
        return new Principal(
                Principal.Kind.SESSION,
                session.hash(),
                user.name(),
                user.name(),
                user.role(),
                Set.of(),
                Secrets.derived(CSRF, secret),
                isFresh,
                session.created().plus(settings.longest()));
    }
}
