// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/** Checks of what comes from outside, with the message shape {@code key: value (expected: ...)}. */
final class Bounds {
    static final Duration LONGEST = Duration.ofDays(1);

    private Bounds() {}

    static void check(String key, long value, long min, long max) {
        if (value < min || value > max) {
            String expected = max == Integer.MAX_VALUE || max == Long.MAX_VALUE
                    ? "at least " + min
                    : "from " + min + " to " + max;
            throw new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
        }
    }

    static void check(String key, Duration value, Duration max) {
        if (value.isNegative() || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: from PT0S to " + max + ")");
        }
    }
}
