// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a webhook's deliveries are signed with, after Standard Webhooks 1.0. Never written anywhere in clear. */
final class SigningSecret {
    private static final String PREFIX = "whsec_";
    private static final String MAC = "HmacSHA256";
    private static final int BYTES = 32;

    private final byte[] key;

    private SigningSecret(byte[] key) {
        this.key = key;
    }

    /** A secret that nobody knows yet. */
    static SigningSecret random(SecureRandom random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        return new SigningSecret(key);
    }

    static SigningSecret parse(String text) {
        return new SigningSecret(Base64.getDecoder().decode(text.substring(PREFIX.length())));
    }

    /** The form in which receivers are given it. */
    String text() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /** The value of {@code webhook-signature}, one signature by each of these secrets. */
    static String signatures(List<SigningSecret> secrets, String id, Instant at, String body) {
        String signed = id + "." + at.getEpochSecond() + "." + body;
        return secrets.stream().map(secret -> "v1," + secret.sign(signed)).collect(Collectors.joining(" "));
    }

    private String sign(String signed) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
        }
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return PREFIX + "***";
    }
}
