// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.User;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Adds, changes and removes those who can log in. Safe from any thread. */
public final class Users {
    /** What a name looks like. */
    public static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    private static final Pattern NAMES = Pattern.compile(NAME);

    private final AccessStore store;
    private final Passwords passwords;
    private final InstantSource clock;

    Users(AccessStore store, Passwords passwords, InstantSource clock) {
        this.store = store;
        this.passwords = passwords;
        this.clock = clock;
    }

    /** What became of a change. */
    public enum Change {
        /** It is done. */
        DONE,
        /** There is no such user. */
        MISSING,
        /** There is such a user already, or there are as many as there may be. */
        TAKEN,
        /** No enabled admin would be left. */
        LAST_ADMIN,
        /** Nobody changes its own role, or removes or disables itself. */
        ONESELF,
        /** Too many passwords are hashed at this moment. */
        BUSY,
        /** Somebody has changed the user since it was read, or has ended the session that asks. */
        MEANWHILE
    }

    /**
     * What a user may do.
     *
     * @param role its role
     * @param isDisabled whether it is switched off
     */
    public record Standing(Role role, boolean isDisabled) {
        /** Of a user. */
        public static Standing of(User user) {
            return new Standing(user.role(), user.isDisabled());
        }
    }

    static boolean isName(String name) {
        return NAMES.matcher(name).matches();
    }

    /** All, by name. */
    public List<User> all() {
        return store.users();
    }

    /** The one of that name, or null. */
    public @Nullable User find(String name) {
        return isName(name) ? store.user(name) : null;
    }

    /** A user who is not stored yet, or null if too many passwords are hashed at this moment. */
    @Nullable User prepare(String name, Role role, String password) {
        if (!isName(name)) {
            throw new IllegalArgumentException("name: " + name.length()
                    + " characters (expected: 1 to 64 of letters, digits, . _ @ -, the first a letter or digit)");
        }
        check(name, password);
        String hash = passwords.hash(password);
        return hash == null
                ? null
                : new User(name, role, hash, false, clock.instant().truncatedTo(ChronoUnit.MILLIS), null);
    }

    private static void check(String name, String password) {
        String problem = PasswordRules.problem(password, name);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    /**
     * Adds a user.
     *
     * @throws IllegalArgumentException if the name or the password is not taken
     */
    public Change add(String name, Role role, String password) {
        User user = prepare(name, role, password);
        if (user == null) {
            return Change.BUSY;
        }
        return store.add(user) ? Change.DONE : Change.TAKEN;
    }

    /**
     * Changes a user and ends its sessions. Hashing a password takes a while; what others do to the user meanwhile
     * stays, so that nobody gets back what has just been taken away.
     *
     * @param role the new role, or null for the old one
     * @param isDisabled whether it is switched off, or null as before
     * @param password the new password, or null for the old one
     * @param by who asks for it
     * @throws IllegalArgumentException if the password is not taken
     */
    public Change change(
            String name, @Nullable Role role, @Nullable Boolean isDisabled, @Nullable String password, Principal by) {
        User user = find(name);
        if (user == null) {
            return Change.MISSING;
        }
        boolean isOneself = by.user().equals(name);
        // After the user has been read: whoever ends the session later has changed the user, too.
        if (isOneself && by.kind() == Principal.Kind.SESSION && store.session(by.id()) == null) {
            return Change.MEANWHILE;
        }
        boolean changesStanding = (role != null && role != user.role()) || Boolean.TRUE.equals(isDisabled);
        if (isOneself && changesStanding) {
            return Change.ONESELF;
        }
        User changed = user.withRole(role == null ? user.role() : role)
                .disabled(isDisabled == null ? user.isDisabled() : isDisabled);
        if (password != null) {
            check(name, password);
            String hash = passwords.hash(password);
            if (hash == null) {
                return Change.BUSY;
            }
            changed = changed.withPasswordHash(hash);
        }
        return replace(user, changed);
    }

    /**
     * Has somebody else stand otherwise, and ends the sessions. A form may be open for hours: what it shows is not
     * brought back if somebody has changed it since.
     *
     * @param shown how the user stood when it was decided
     * @param wanted how it is to stand
     * @param by who asks for it
     */
    public Change stand(String name, Standing shown, Standing wanted, Principal by) {
        if (by.user().equals(name)) {
            return Change.ONESELF;
        }
        User user = find(name);
        if (user == null) {
            return Change.MISSING;
        }
        User before = user.withRole(shown.role()).disabled(shown.isDisabled());
        return replace(before, before.withRole(wanted.role()).disabled(wanted.isDisabled()));
    }

    private Change replace(User before, User after) {
        if (store.replace(before, after)) {
            return Change.DONE;
        }
        User now = find(before.name());
        return now != null && now.standsLike(before) ? Change.LAST_ADMIN : Change.MEANWHILE;
    }

    /** Removes a user with its sessions and tokens. */
    public Change remove(String name, Principal by) {
        if (by.user().equals(name)) {
            return Change.ONESELF;
        }
        if (find(name) == null) {
            return Change.MISSING;
        }
        return store.removeUser(name) ? Change.DONE : Change.LAST_ADMIN;
    }
}
