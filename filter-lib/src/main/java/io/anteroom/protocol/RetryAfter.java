// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.Duration;

/**
 * When to come back, as SDKs understand it: {@code Retry-After} is a whole number of seconds from 1 to 60 (0 is retried
 * at once, and above 60 several SDKs ignore it), {@code retry-after-ms} is the same in milliseconds. The body tells the
 * truth beyond the minute.
 */
final class RetryAfter {
    static final long MAX_SECONDS = 60;

    private RetryAfter() {}

    static long headerSeconds(Duration retryAfter) {
        return Math.max(1, Math.min(MAX_SECONDS, wholeSeconds(retryAfter)));
    }

    static long headerMillis(Duration retryAfter) {
        return Math.max(1, Math.min(MAX_SECONDS * 1000, retryAfter.toMillis()));
    }

    /** Rounded up, at least 1, without an upper bound. */
    static long wholeSeconds(Duration retryAfter) {
        long seconds = retryAfter.getSeconds();
        return Math.max(1, retryAfter.getNano() > 0 ? seconds + 1 : seconds);
    }
}
