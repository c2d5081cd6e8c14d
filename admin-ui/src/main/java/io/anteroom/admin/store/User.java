// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can log in.
 *
 * @param name each name once; never changed, as the audit log names it
 * @param role what it may do
 * @param passwordHash in the PHC form, {@code $argon2id$...}
 * @param isDisabled whether it is switched off
 * @param created when it was made
 * @param lastLogin when it last logged in, or null
 */
public record User(
        String name,
        Role role,
        String passwordHash,
        boolean isDisabled,
        Instant created,
        @Nullable Instant lastLogin) {
    /** The same with another role. */
    public User withRole(Role role) {
        return new User(name, role, passwordHash, isDisabled, created, lastLogin);
    }

    /** The same with another password. */
    public User withPasswordHash(String passwordHash) {
        return new User(name, role, passwordHash, isDisabled, created, lastLogin);
    }

    /** The same switched off or on. */
    public User disabled(boolean isDisabled) {
        return new User(name, role, passwordHash, isDisabled, created, lastLogin);
    }

    /** Whether role, password and standing are those of another; log-ins do not matter. */
    public boolean standsLike(User other) {
        return role == other.role && isDisabled == other.isDisabled && passwordHash.equals(other.passwordHash);
    }

    /** Never the hash. */
    @Override
    public String toString() {
        return name + " (" + role.word() + (isDisabled ? ", disabled)" : ")");
    }
}
