// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes and revokes management tokens. Safe from any thread. */
public final class Tokens {
    private static final int LONGEST_NAME = 128;

    /** For so long people can see which token it was that has ended. */
    private static final Duration SEEN_AFTER_THE_END = Duration.ofDays(30);

    private final AccessStore store;
    private final Secrets secrets;
    private final AccessSettings settings;
    private final InstantSource clock;

    Tokens(AccessStore store, Secrets secrets, AccessSettings settings, InstantSource clock) {
        this.store = store;
        this.secrets = secrets;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * A token that has just been made.
     *
     * @param secret the token itself, shown once
     * @param stored what is kept of it
     */
    public record Made(String secret, StoredToken stored) {
        /** Never the secret. */
        @Override
        public String toString() {
            return "Made[" + stored.id() + "]";
        }
    }

    /** All tokens, the newest first. */
    public List<StoredToken> all() {
        return store.tokens();
    }

    /** The token of that public id, or null. */
    public @Nullable StoredToken find(String id) {
        return store.tokens().stream()
                .filter(token -> token.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    /**
     * Makes a token, and forgets those that ended 30 days ago.
     *
     * @param name what people shall call it
     * @param role what it may do, at most what its maker may
     * @param scopes the areas that it is for, empty for all that its maker has
     * @param life how long it counts, or null for the usual
     * @param maker who makes it
     * @return the token, or null if there are as many as there may be
     * @throws IllegalArgumentException if it would be stronger than its maker, or something is out of bounds
     */
    public @Nullable Made make(String name, Role role, Set<String> scopes, @Nullable Duration life, Principal maker) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "name: " + name.length() + " characters (expected: 1 to " + LONGEST_NAME + ", printable)");
        }
        if (!maker.role().covers(role)) {
            throw new IllegalArgumentException("role: " + role.word() + " (expected: at most its maker's, "
                    + maker.role().word() + ")");
        }
        boolean isWider = !maker.scopes().isEmpty()
                && (scopes.isEmpty() || !maker.scopes().containsAll(scopes));
        if (isWider) {
            throw new IllegalArgumentException(
                    "scopes: wider than its maker's (expected: some of " + String.join(", ", maker.scopes()) + ")");
        }
        Duration lasts = life == null ? settings.tokenLife() : life;
        if (lasts.isNegative() || lasts.isZero() || lasts.compareTo(AccessSettings.LONGEST_TOKEN_LIFE) > 0) {
            throw new IllegalArgumentException("expires: in " + lasts.toDays() + " days (expected: in the future, in "
                    + AccessSettings.LONGEST_TOKEN_LIFE.toDays() + " days at most)");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant expires = now.plus(lasts);
        boolean isLonger = maker.kind() == Principal.Kind.TOKEN && expires.isAfter(maker.until());
        String secret = secrets.token();
        StoredToken stored = new StoredToken(
                secrets.id("tok_"),
                Secrets.hash(secret),
                Secrets.shown(secret),
                name,
                role,
                scopes,
                maker.user(),
                now,
                isLonger ? maker.until() : expires,
                null);
        store.forgetTokens(now.minus(SEEN_AFTER_THE_END));
        return store.add(stored) ? new Made(secret, stored) : null;
    }

    /** Revokes a token; false if there is none of that id. */
    public boolean revoke(String id) {
        return store.removeToken(id);
    }
}
