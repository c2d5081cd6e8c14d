// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.regex.Pattern;

/** Bounds, told as {@code key: value (expected: ...)}. */
final class Checks {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private Checks() {}

    static void name(String name) {
        if (!NAME.matcher(name).matches()) {
            String shown = name.length() <= 64 ? name : name.substring(0, 64) + "...";
            throw new IllegalArgumentException(
                    "name: " + shown + " (expected: at most 64 of a-z, 0-9, dot, dash and underscore)");
        }
    }

    static void range(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: from " + min + " to " + max + ")");
        }
    }

    static void pattern(String key, String pattern) {
        int star = pattern.indexOf('*');
        if (pattern.isEmpty() || pattern.length() > 128 || (star >= 0 && star < pattern.length() - 1)) {
            throw new IllegalArgumentException(key + ": " + pattern + " (expected: exact, prefix* or *)");
        }
    }
}
