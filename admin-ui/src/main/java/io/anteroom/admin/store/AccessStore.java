// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Users, sessions and management tokens. Safe from any thread, and from several servers at once: what one has changed
 * counts on all of them from the next question on.
 *
 * <p>Every method throws {@link io.anteroom.settings.StoreException} if the store cannot be reached.
 */
public interface AccessStore {
    /** How many users there may be. */
    int MOST_USERS = 1000;
    /** How many tokens there may be. */
    int MOST_TOKENS = 10_000;
    /** How many sessions one user may have; the oldest make room. */
    int MOST_SESSIONS = 20;

    /** Whether nobody can log in yet. */
    boolean hasNoUsers();

    /** All users, by name. */
    List<User> users();

    /** The user of that name, or null. */
    @Nullable User user(String name);

    /**
     * Adds the first user.
     *
     * @return false, and nothing is changed, if there is any user already
     */
    boolean addFirst(User user);

    /** Adds a user; false if there is one of that name, or as many as there may be. */
    boolean add(User user);

    /**
     * Puts a user in place of what it was, and ends its sessions.
     *
     * @param before what it was: if somebody has changed role, password or standing meanwhile, that stays
     * @return false, and nothing is changed, if there is none like that, or if no enabled admin would be left
     */
    boolean replace(User before, User after);

    /** Puts a stronger hash of the same password in place, if the old one is still there; sessions go on. */
    void rehash(String name, String oldHash, String newHash);

    /** Notes a log-in. */
    void loggedIn(String name, Instant at);

    /** Removes a user with its sessions and tokens; false if there is none or no enabled admin would be left. */
    boolean removeUser(String name);

    /** Adds a session; the user's oldest beyond {@link #MOST_SESSIONS} end. */
    void add(StoredSession session);

    /** The session with that hash, or null. */
    @Nullable StoredSession session(String hash);

    /** A user's sessions, the newest first. */
    List<StoredSession> sessions(String user);

    /** Notes that a session has been used. */
    void seen(String hash, Instant at);

    /** Notes that a session's user has given the password again. */
    void confirmed(String hash, Instant at);

    /** Ends a session. */
    void removeSession(String hash);

    /** Ends a user's sessions but for one. */
    void removeSessions(String user, String exceptHash);

    /** Forgets sessions that were last seen, or begun, before these moments. */
    void forgetSessions(Instant lastSeen, Instant created);

    /** All tokens, the newest first. */
    List<StoredToken> tokens();

    /** The token with that hash, or null. */
    @Nullable StoredToken tokenByHash(String hash);

    /** Adds a token; false if there are as many as there may be. */
    boolean add(StoredToken token);

    /** Forgets tokens whose time ended before this moment. */
    void forgetTokens(Instant expired);

    /** Notes that a token has been used. */
    void used(String id, Instant at);

    /** Removes a token; false if there is none of that id. */
    boolean removeToken(String id);
}
