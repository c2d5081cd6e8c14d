// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A management token, without its secret.
 *
 * @param id its public name
 * @param hash the SHA-256 of its secret, in hexadecimal
 * @param prefix the beginning of its secret, for display
 * @param name what people call it
 * @param role what it may do; what it may do now is never more than its maker may
 * @param scopes the areas that it is for, empty for all
 * @param maker the user who made it
 * @param created when it was made
 * @param expires when it stops counting
 * @param lastUsed when it was last used, to the minute, or null
 */
public record StoredToken(
        String id,
        String hash,
        String prefix,
        String name,
        Role role,
        Set<String> scopes,
        String maker,
        Instant created,
        Instant expires,
        @Nullable Instant lastUsed) {
    /** Copies the scopes. */
    public StoredToken {
        scopes = Set.copyOf(scopes);
    }
}
