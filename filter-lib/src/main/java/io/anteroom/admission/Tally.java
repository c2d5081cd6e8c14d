// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.EnumMap;
import java.util.Map;

/** How requests have ended since the pool began. */
final class Tally {
    long admitted;
    long queued;
    long released;
    long leasesExpired;
    long abandoned;
    long kept;
    long lapsed;
    final long[] refused = new long[Refusal.Code.values().length];

    PoolSnapshot.Counts counts() {
        Map<Refusal.Code, Long> byCode = new EnumMap<>(Refusal.Code.class);
        for (Refusal.Code code : Refusal.Code.values()) {
            byCode.put(code, refused[code.ordinal()]);
        }
        return new PoolSnapshot.Counts(admitted, queued, released, leasesExpired, abandoned, kept, lapsed, byCode);
    }
}
