// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the next page says once, above everything else. It travels in a cookie, signed with what the session keeps
 * secret, so that any server of a cluster can show it and nobody else can put words into a page.
 *
 * @param tone how it is meant
 * @param text what it says, at most 1000 characters
 */
public record Flash(Tone tone, String text) {
    private static final int LONGEST = 1000;

    /** How something is meant. */
    public enum Tone {
        /** It has been done. */
        DONE,
        /** Something to know. */
        NOTE,
        /** It did not work. */
        FAILED;

        /** Its name in style sheets. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Cuts what is too long for a cookie. */
    public Flash {
        text = text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }

    /** It has been done. */
    public static Flash done(String text) {
        return new Flash(Tone.DONE, text);
    }

    /** Something to know. */
    public static Flash note(String text) {
        return new Flash(Tone.NOTE, text);
    }

    /** It did not work. */
    public static Flash failed(String text) {
        return new Flash(Tone.FAILED, text);
    }

    String sealed(String secret) {
        String said = tone.name() + " " + text;
        String body = Base64.getUrlEncoder().withoutPadding().encodeToString(said.getBytes(StandardCharsets.UTF_8));
        return body + "." + signature(body, secret);
    }

    /** What was sealed with that secret, or null. */
    static @Nullable Flash opened(String sealed, String secret) {
        int dot = sealed.indexOf('.');
        if (dot < 0 || !isSame(sealed.substring(dot + 1), signature(sealed.substring(0, dot), secret))) {
            return null;
        }
        byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(0, dot));
        String said = new String(bytes, StandardCharsets.UTF_8);
        int blank = said.indexOf(' ');
        return new Flash(Tone.valueOf(said.substring(0, blank)), said.substring(blank + 1));
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String signature(String body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(("flash:" + secret).getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] bytes = mac.doFinal(body.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }
}
