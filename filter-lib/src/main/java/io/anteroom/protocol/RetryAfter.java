// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * When to come back, as SDKs understand it: {@code Retry-After} is a whole number of seconds from 1 to 60 (0 is retried
 * at once, and above 60 several SDKs ignore it), {@code retry-after-ms} is the same in milliseconds, also from a second
 * on: SDKs that know it believe it first, and give up after three tries. The body tells the truth beyond the minute.
 */
public final class RetryAfter {
    static final long MAX_SECONDS = 60;

    private RetryAfter() {}

    /** What the header field {@code Retry-After} says. */
    public static long headerSeconds(Duration retryAfter) {
        return Math.max(1, Math.min(MAX_SECONDS, wholeSeconds(retryAfter)));
    }

    /** What the header field {@code retry-after-ms} says. */
    public static long headerMillis(Duration retryAfter) {
        return Math.max(1000, Math.min(MAX_SECONDS * 1000, retryAfter.toMillis()));
    }

    /** Rounded up, at least 1, without an upper bound. */
    static long wholeSeconds(Duration retryAfter) {
        long seconds = retryAfter.getSeconds();
        return Math.max(1, retryAfter.getNano() > 0 ? seconds + 1 : seconds);
    }

    /**
     * What a backend means by its own {@code Retry-After}: seconds, or a date.
     *
     * @param now the moment from which a date counts
     * @return null if it cannot be read
     */
    public static @Nullable Duration read(String value, Instant now) {
        String text = value.trim();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(text.length() > 8 ? 99_999_999 : Long.parseLong(text));
        }
        try {
            Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            return date.isBefore(now) ? Duration.ZERO : Duration.between(now, date);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** What a backend means by its own {@code retry-after-ms}; null if it cannot be read. */
    public static @Nullable Duration readMillis(String value) {
        try {
            double millis = Double.parseDouble(value.trim());
            return millis >= 0 && millis <= 1e12 ? Duration.ofMillis((long) Math.ceil(millis)) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
