// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One backend at one moment, for people. Holds no credential.
 *
 * @param group its group
 * @param name its name, which no other backend has
 * @param url its address
 * @param state {@code up}; {@code starting}: back, and gets more by and by; {@code probing}: a few requests show
 *     whether it is well again; {@code open}: its breaker leaves it alone; {@code down}; {@code draining}: gets nothing
 *     new; {@code drained}: and has nothing any more
 * @param since when that began
 * @param inFlight how many requests of ours are there
 * @param slots how many it serves at once, or 0 if that is not said
 * @param weight its share beside others
 * @param breaker {@code off}, {@code closed}, {@code open} or {@code half_open}
 * @param failurePercent the share of failures, or -1 while too few answers are known
 * @param slowPercent the share of slow answers, or -1 while too few are known
 * @param answered how many requests it has answered
 * @param failed how many it has failed
 * @param lastError what went wrong last, or null
 * @param lastErrorAt when that was, or null
 * @param lastCheckAt when it was last asked how it is, or null
 */
public record UpstreamView(
        String group,
        String name,
        URI url,
        String state,
        Instant since,
        int inFlight,
        int slots,
        int weight,
        String breaker,
        double failurePercent,
        double slowPercent,
        long answered,
        long failed,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant lastCheckAt) {}
