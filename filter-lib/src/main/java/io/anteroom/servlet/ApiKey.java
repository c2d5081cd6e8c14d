// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * A key that a caller proves itself with: shown to its owner once, and kept by us as a hash only.
 *
 * @param secret the key itself; 256 random bits, so a fast hash of it cannot be turned back
 */
public record ApiKey(String secret) {
    private static final String MARK = "ar-";
    private static final int BYTES = 32;
    private static final int SHOWN = 8;

    /** A new key. */
    public static ApiKey create(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new ApiKey(MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Its SHA-256 in hexadecimal, which is what is stored. */
    public String sha256() {
        return Identity.sha256Hex(secret);
    }

    /** Its beginning, for people to tell keys apart; too short to be of any use to a guesser. */
    public String prefix() {
        return secret.substring(0, Math.min(SHOWN, secret.length() / 2));
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return prefix() + "...";
    }
}
