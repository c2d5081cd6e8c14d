// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.time.Duration;

/**
 * How a limit stands for one caller, as it is told in header fields.
 *
 * @param limit the limit
 * @param remaining how much is left, at least 0
 * @param reset when it will be full
 */
public record LimitState(Limit limit, long remaining, Duration reset) {
    /** What a store says of one bucket. */
    static LimitState of(Limit limit, long remaining, long resetNanos) {
        long nanos = resetNanos >= 0 ? resetNanos : evenly(limit, limit.burst() - remaining);
        return new LimitState(limit, Math.max(0, remaining), Duration.ofNanos(nanos));
    }

    private static long evenly(Limit limit, long missing) {
        return (long) Math.ceil((double) missing * limit.per().toNanos() / limit.amount());
    }
}
