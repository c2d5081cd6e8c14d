// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.Role;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has proved who it is.
 *
 * @param kind by what
 * @param id the session's hash or the token's public id
 * @param user the user, or the user who made the token
 * @param name how the audit log names it
 * @param role what it may do now
 * @param scopes the areas that it is for, empty for all
 * @param csrf what must come with changes, or null for a token
 * @param isFresh whether it may change users and tokens without giving the password again
 * @param until when it will have to prove itself again at the latest
 */
public record Principal(
        Kind kind,
        String id,
        String user,
        String name,
        Role role,
        Set<String> scopes,
        @Nullable String csrf,
        boolean isFresh,
        Instant until) {
    /** What it is known by. */
    public enum Kind {
        /** A session that was opened with a password. */
        SESSION,
        /** A management token. */
        TOKEN
    }

    /** Whether it may do what a role and an area ask for. */
    public boolean may(Role needed, String area) {
        return role.covers(needed) && (scopes.isEmpty() || area.isEmpty() || scopes.contains(area));
    }

    /** Never the CSRF token. */
    @Override
    public String toString() {
        return name + " (" + role.word() + ")";
    }
}
