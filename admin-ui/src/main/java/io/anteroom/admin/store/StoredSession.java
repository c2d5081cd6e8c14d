// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;

/**
 * A log-in that lasts.
 *
 * @param hash the SHA-256 of its secret, in hexadecimal
 * @param user who has logged in
 * @param created when
 * @param lastSeen when it was last used
 * @param confirmed when its user last gave the password
 * @param address where from
 */
public record StoredSession(
        String hash, String user, Instant created, Instant lastSeen, Instant confirmed, String address) {}
