// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * How a place is kept for a caller that has gone and means to come back.
 *
 * @param hold how long the whole absence may last, at most a day; the longest wait ends it too
 * @param grace how long the place stays first once its turn has come, at most an hour; others go on meanwhile
 * @param most how many places of the pool may be kept at the same time
 */
public record Absence(Duration hold, Duration grace, int most) {
    /** Checks all bounds. */
    public Absence {
        Bounds.check("hold-place", hold, Bounds.LONGEST);
        Bounds.check("return-grace", grace, Duration.ofHours(1));
        Bounds.check("max-kept", most, 0, Integer.MAX_VALUE);
    }
}
