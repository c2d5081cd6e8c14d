// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Optional;

/**
 * Where a ticket stands.
 *
 * @param position 1 for the one who would be admitted next if nobody came, left or ended otherwise; it can rise when
 *     somebody with a better claim arrives
 * @param initialPosition the position on arrival, exact for a short queue and rounded for a long one
 * @param depth how many wait in the pool
 * @param estimate the rest of the wait, empty while the pool has not seen enough waits to tell
 * @param waited how long it has waited
 * @param limit what it waits for
 */
public record QueueStatus(
        int position, int initialPosition, int depth, Optional<Estimate> estimate, Duration waited, Limit limit) {

    /** What a ticket waits for. */
    public enum Limit {
        /** A free slot. */
        SLOTS,
        /** Its key runs as many as it may. */
        KEY_RUNNING,
        /** Its IP address runs as many as it may. */
        IP_RUNNING,
        /** An operator holds the pool. */
        HOLDING,
        /** Its turn has come, and its caller is away. */
        RETURN,
        /** The moment before which it may not run. */
        NOT_YET
    }
}
