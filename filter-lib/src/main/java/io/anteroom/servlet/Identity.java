// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Who sends a request, as far as fairness is concerned.
 *
 * @param flow the name of the flow: printable, at most 128 characters, and never a secret, because operators see it
 */
public record Identity(String flow) {
    private static final String KEY = "key-";
    private static final String NAME = "name-";
    private static final int HASH_BYTES = 16;
    private static final int WHOLE_HASH_BYTES = 32;
    private static final int MAX_LENGTH = 128;

    /** Checks the name. */
    public Identity {
        if (!fits(flow)) {
            throw new IllegalArgumentException(
                    "flow: " + flow.length() + " characters (expected: 1 to " + MAX_LENGTH + ", printable)");
        }
    }

    private static boolean fits(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && name.chars().noneMatch(c -> c < 0x20 || c == 0x7f);
    }

    /**
     * The flow of somebody whose name another system gave, such as a principal's: the name itself where it can be
     * shown, else half of its SHA-256. Different names are different flows.
     */
    public static Identity of(String name) {
        boolean looksHashed = name.startsWith(NAME) && name.length() == NAME.length() + 2 * HASH_BYTES;
        return fits(name) && !looksHashed ? new Identity(name) : hashed(NAME, name);
    }

    private static Identity hashed(String prefix, String text) {
        byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return new Identity(prefix + HexFormat.of().formatHex(hash, 0, HASH_BYTES));
    }

    /** The flow of a secret, such as an API key: half of its SHA-256, so that the secret is kept nowhere. */
    public static Identity ofSecret(String secret) {
        return hashed(KEY, secret);
    }

    /** The flow of a secret of which only the SHA-256 is known, in hexadecimal. */
    public static Identity ofSha256(String hash) {
        byte[] bytes = HexFormat.of().parseHex(hash);
        if (bytes.length != WHOLE_HASH_BYTES) {
            throw new IllegalArgumentException(
                    "sha256: " + bytes.length + " bytes (expected: " + WHOLE_HASH_BYTES + ")");
        }
        return new Identity(KEY + HexFormat.of().formatHex(bytes, 0, HASH_BYTES));
    }

    static String sha256Hex(String secret) {
        return HexFormat.of().formatHex(sha256().digest(secret.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
