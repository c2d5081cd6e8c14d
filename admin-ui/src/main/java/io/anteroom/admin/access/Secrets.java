// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** Makes, hashes and compares secrets of 256 random bits. Safe from any thread. */
final class Secrets {
    /** Management tokens begin with this, so that scanners for leaked secrets find them. */
    static final String TOKEN_MARK = "arm_";

    private static final int BYTES = 32;
    private static final int ID_BYTES = 6;
    private static final int SHOWN = 10;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Pattern TOKEN = Pattern.compile(TOKEN_MARK + "[A-Za-z0-9_-]{43}[0-9a-f]{8}");

    private final SecureRandom random = new SecureRandom();

    /** A secret without a mark. */
    String secret() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A management token: mark, secret, and a checksum by which a typing error is seen without asking the store. */
    String token() {
        String body = TOKEN_MARK + secret();
        return body + checksum(body);
    }

    /** A name that nobody has to keep to themselves. */
    String id(String mark) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return mark + HexFormat.of().formatHex(bytes);
    }

    /** Whether a text looks like {@link #secret()}. */
    static boolean isSecret(String text) {
        return SECRET.matcher(text).matches();
    }

    static boolean isToken(String text) {
        if (!TOKEN.matcher(text).matches()) {
            return false;
        }
        int end = text.length() - 8;
        return checksum(text.substring(0, end)).equals(text.substring(end));
    }

    /** The beginning of a token, for people to tell tokens apart. */
    static String shown(String token) {
        return token.substring(0, SHOWN);
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /** The SHA-256 of a text, in hexadecimal; the secrets are random enough for a fast hash. */
    static String hash(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }

    /** A second secret that follows from the first and gives nothing of it away. */
    static String derived(String purpose, String secret) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(purpose + ":" + secret));
    }

    /** Compares in a time that does not tell where two texts differ. */
    static boolean areEqual(String one, String other) {
        return MessageDigest.isEqual(sha256(one), sha256(other));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
