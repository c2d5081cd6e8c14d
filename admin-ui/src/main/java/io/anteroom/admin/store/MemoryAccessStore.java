// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Users, sessions and tokens of this JVM alone, which a restart forgets. Safe from any thread. */
public final class MemoryAccessStore implements AccessStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, User> users = new TreeMap<>();
    private final Map<String, StoredSession> sessions = new LinkedHashMap<>();
    private final Map<String, StoredToken> tokens = new LinkedHashMap<>();

    private <T extends @Nullable Object> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable work) {
        boolean unused = locked(() -> {
            work.run();
            return true;
        });
    }

    @Override
    public boolean hasNoUsers() {
        return locked(users::isEmpty);
    }

    @Override
    public List<User> users() {
        return locked(() -> List.copyOf(users.values()));
    }

    @Override
    public @Nullable User user(String name) {
        return this.<@Nullable User>locked(() -> users.get(name));
    }

    @Override
    public boolean addFirst(User user) {
        return locked(() -> users.isEmpty() && users.put(user.name(), user) == null);
    }

    @Override
    public boolean add(User user) {
        return locked(() -> users.size() < MOST_USERS && users.putIfAbsent(user.name(), user) == null);
    }

    @Override
    public boolean replace(User before, User after) {
        return locked(() -> {
            User old = users.get(before.name());
            if (old == null || !old.standsLike(before)) {
                return false;
            }
            users.put(before.name(), after);
            if (hasNoAdmin()) {
                users.put(before.name(), old);
                return false;
            }
            sessions.values().removeIf(session -> session.user().equals(before.name()));
            return true;
        });
    }

    private boolean hasNoAdmin() {
        return users.values().stream().noneMatch(user -> user.role() == Role.ADMIN && !user.isDisabled());
    }

    @Override
    public void rehash(String name, String oldHash, String newHash) {
        change(() -> users.computeIfPresent(
                name, (same, user) -> user.passwordHash().equals(oldHash) ? user.withPasswordHash(newHash) : user));
    }

    @Override
    public void loggedIn(String name, Instant at) {
        change(() -> users.computeIfPresent(
                name,
                (same, user) -> new User(
                        user.name(), user.role(), user.passwordHash(), user.isDisabled(), user.created(), at)));
    }

    @Override
    public boolean removeUser(String name) {
        return locked(() -> {
            User old = users.remove(name);
            if (old == null) {
                return false;
            }
            if (hasNoAdmin()) {
                users.put(name, old);
                return false;
            }
            sessions.values().removeIf(session -> session.user().equals(name));
            tokens.values().removeIf(token -> token.maker().equals(name));
            return true;
        });
    }

    @Override
    public void add(StoredSession session) {
        change(() -> {
            sessions.put(session.hash(), session);
            List<StoredSession> own = sessions.values().stream()
                    .filter(other -> other.user().equals(session.user()))
                    .sorted(Comparator.comparing(StoredSession::created).reversed())
                    .toList();
            own.stream().skip(MOST_SESSIONS).forEach(old -> sessions.remove(old.hash()));
        });
    }

    @Override
    public @Nullable StoredSession session(String hash) {
        return this.<@Nullable StoredSession>locked(() -> sessions.get(hash));
    }

    @Override
    public List<StoredSession> sessions(String user) {
        return locked(() -> sessions.values().stream()
                .filter(session -> session.user().equals(user))
                .sorted(Comparator.comparing(StoredSession::created).reversed().thenComparing(StoredSession::hash))
                .toList());
    }

    @Override
    public void seen(String hash, Instant at) {
        change(() -> sessions.computeIfPresent(
                hash,
                (same, session) -> new StoredSession(
                        hash, session.user(), session.created(), at, session.confirmed(), session.address())));
    }

    @Override
    public void confirmed(String hash, Instant at) {
        change(() -> sessions.computeIfPresent(
                hash,
                (same, session) ->
                        new StoredSession(hash, session.user(), session.created(), at, at, session.address())));
    }

    @Override
    public void removeSession(String hash) {
        change(() -> sessions.remove(hash));
    }

    @Override
    public void removeSessions(String user, String exceptHash) {
        change(() -> sessions.values()
                .removeIf(session ->
                        session.user().equals(user) && !session.hash().equals(exceptHash)));
    }

    @Override
    public void forgetSessions(Instant lastSeen, Instant created) {
        change(() -> sessions.values()
                .removeIf(session -> session.lastSeen().isBefore(lastSeen)
                        || session.created().isBefore(created)));
    }

    @Override
    public List<StoredToken> tokens() {
        return locked(() -> tokens.values().stream()
                .sorted(Comparator.comparing(StoredToken::created).reversed().thenComparing(StoredToken::id))
                .toList());
    }

    @Override
    public @Nullable StoredToken tokenByHash(String hash) {
        return this.<@Nullable StoredToken>locked(() -> tokens.values().stream()
                .filter(token -> token.hash().equals(hash))
                .findFirst()
                .orElse(null));
    }

    @Override
    public boolean add(StoredToken token) {
        return locked(() -> tokens.size() < MOST_TOKENS && tokens.putIfAbsent(token.id(), token) == null);
    }

    @Override
    public void forgetTokens(Instant expired) {
        change(() -> tokens.values().removeIf(token -> token.expires().isBefore(expired)));
    }

    @Override
    public void used(String id, Instant at) {
        change(() -> tokens.computeIfPresent(
                id,
                (same, token) -> new StoredToken(
                        id,
                        token.hash(),
                        token.prefix(),
                        token.name(),
                        token.role(),
                        token.scopes(),
                        token.maker(),
                        token.created(),
                        token.expires(),
                        at)));
    }

    @Override
    public boolean removeToken(String id) {
        return locked(() -> tokens.remove(id) != null);
    }
}
