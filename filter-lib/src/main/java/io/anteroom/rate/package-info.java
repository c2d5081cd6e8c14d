// SPDX-License-Identifier: Apache-2.0
/**
 * How much callers may use: rate limits on Bucket4j in requests and tokens, and hard budgets by the calendar.
 *
 * <p>A {@link io.anteroom.rate.RateLimits} holds the rules and is asked once for each request; the
 * {@link io.anteroom.rate.Toll} that it answers is taken before the request waits, and settled once when it has ended:
 * given back if it never ran, else corrected by what it really used. Buckets live behind
 * {@link io.anteroom.rate.BucketStore}.
 */
@NullMarked
package io.anteroom.rate;

import org.jspecify.annotations.NullMarked;
