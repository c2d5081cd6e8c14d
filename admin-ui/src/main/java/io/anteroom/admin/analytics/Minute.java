// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one pool in one minute, as bytes: it changes no more and is only kept and added.
 *
 * @param pool the pool
 * @param minute minutes since 1970
 * @param levels the figures by level, and at {@link #WHOLE} the peaks of the pool as a whole; null where nothing
 *     happened
 * @param lists the callers by {@link CallerKind}
 */
public record Minute(String pool, long minute, List<byte @Nullable []> levels, List<byte[]> lists) {
    /** The place of the pool as a whole among its levels. */
    public static final int WHOLE = 4;

    int size() {
        int size = 100 + pool.length();
        for (byte[] each : levels) {
            size += each == null ? 0 : each.length;
        }
        for (byte[] each : lists) {
            size += each.length;
        }
        return size;
    }

    boolean isEmpty() {
        return levels.stream().allMatch(level -> level == null);
    }
}
