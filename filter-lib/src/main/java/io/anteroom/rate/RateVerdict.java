// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.time.Duration;
import java.time.Instant;

/** What the limits say of a request. */
public sealed interface RateVerdict {
    /**
     * It may go on.
     *
     * @param after how long it has to wait for a bucket first, in the pool's queue; usually zero
     */
    record Passed(Duration after) implements RateVerdict {
        static final Passed AT_ONCE = new Passed(Duration.ZERO);
    }

    /**
     * A bucket holds too little.
     *
     * @param limit which limit
     * @param retryAfter when it will hold enough
     */
    record Limited(Limit limit, Duration retryAfter) implements RateVerdict {}

    /**
     * A budget is used up, or holds less than the request may need.
     *
     * @param budget which budget
     * @param left what is left of it
     * @param until when the next period begins
     */
    record Exhausted(Budget budget, long left, Instant until) implements RateVerdict {}

    /** The store of the buckets fails, and nobody is let in meanwhile. */
    record Unavailable() implements RateVerdict {}
}
