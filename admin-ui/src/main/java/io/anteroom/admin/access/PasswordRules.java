// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which passwords are taken: long ones that nobody would guess first. Nothing is asked of their characters.
 *
 * <p>Lists of common passwords hold next to none of twelve characters; the long ones are short ones repeated, numbered
 * or strung together, which is what is looked for here.
 */
final class PasswordRules {
    static final int SHORTEST = 12;
    static final int LONGEST = 128;

    private static final int FEWEST_KINDS = 5;
    private static final String ROWS =
            "01234567890123456789 abcdefghijklmnopqrstuvwxyzabcdef qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjklyxcvbnm"
                    + " 1qaz2wsx3edc4rfv5tgb6yhn 09876543210987654321 zyxwvutsrqponmlkjihgfedcba azertyuiopqsdfghjklmwxcvbn";
    private static final List<String> COMMON = List.of(
            "password",
            "passwort",
            "passw0rd",
            "p@ssword",
            "p@ssw0rd",
            "letmein",
            "welcome",
            "admin",
            "administrator",
            "anteroom",
            "gateway",
            "changeme",
            "change",
            "secret",
            "iloveyou",
            "monkey",
            "dragon",
            "football",
            "baseball",
            "princess",
            "sunshine",
            "superman",
            "batman",
            "master",
            "trustno",
            "hello",
            "login",
            "guest",
            "default",
            "test",
            "root",
            "user",
            "qwerty",
            "qwertz",
            "azerty",
            "asdfgh",
            "abc",
            "company",
            "summer",
            "winter",
            "spring",
            "autumn",
            "server",
            "please",
            "system",
            "manager",
            "operator",
            "viewer",
            "internet",
            "computer",
            "starwars",
            "pokemon",
            "whatever",
            "freedom",
            "shadow",
            "michael",
            "jordan",
            "correct",
            "horse",
            "battery",
            "staple");

    private PasswordRules() {}

    /** What is wrong with a password, as {@code password: ... (expected: ...)}, or null if nothing is. */
    static @Nullable String problem(String password, String user) {
        int length = password.codePointCount(0, password.length());
        if (length < SHORTEST || length > LONGEST) {
            return "password: " + length + " characters (expected: from " + SHORTEST + " to " + LONGEST
                    + ", 15 or more are better)";
        }
        String lower = password.toLowerCase(Locale.ROOT);
        if (lower.codePoints().distinct().count() < FEWEST_KINDS) {
            return "password: few different characters (expected: at least " + FEWEST_KINDS + ")";
        }
        if (isGuessable(lower, user.toLowerCase(Locale.ROOT))) {
            return "password: easily guessed (expected: no common word, row of keys or user name with a few"
                    + " characters around it)";
        }
        return null;
    }

    /** What is left when everything that guessers try first has been taken out. */
    private static boolean isGuessable(String lower, String user) {
        String rest = user.length() < 3 ? lower : lower.replace(user, "");
        for (String common : COMMON) {
            if (common.length() > 3) {
                rest = rest.replace(common, "");
            }
        }
        if (COMMON.contains(rest)) {
            return true;
        }
        rest = withoutRows(rest);
        return rest.length() < SHORTEST / 2 || isRepeated(lower);
    }

    private static String withoutRows(String text) {
        StringBuilder rest = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int run = i + 1;
            while (run < text.length() && ROWS.contains(text.substring(i, run + 1))) {
                run++;
            }
            if (run - i >= 4) {
                i = run;
            } else {
                rest.append(text.charAt(i++));
            }
        }
        return rest.toString();
    }

    private static boolean isRepeated(String text) {
        for (int period = 1; period <= text.length() / 2 && period < SHORTEST / 2; period++) {
            String part = text.substring(0, period);
            if (part.repeat(text.length() / period + 1).startsWith(text)) {
                return true;
            }
        }
        return false;
    }
}
