// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.util.Locale;

/** What somebody may do in the administration; each role may do everything that the one before it may. */
public enum Role {
    /** Sees how it stands; no secrets, no bodies of requests. */
    VIEWER,
    /** Cancels, moves, holds, resumes, drains. */
    OPERATOR,
    /** Edits settings, keys, users, tokens, webhooks. */
    ADMIN;

    /** Whether this role may do what {@code other} may. */
    public boolean covers(Role other) {
        return compareTo(other) >= 0;
    }

    /** The lesser of the two. */
    public Role atMost(Role other) {
        return covers(other) ? other : this;
    }

    /** Its name in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
