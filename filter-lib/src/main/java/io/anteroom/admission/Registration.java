// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of one request whose connection it holds: the truth about it after the shared state was lost.
 *
 * @param ticket its number
 * @param arrival what it asked for; without a reservation once that is claimed
 * @param waited how long it has waited, or had when it was admitted
 * @param isRunning whether it was admitted
 * @param ran how long it has run, zero if it waits
 * @param absence how its place is kept from now on, or null if its caller is there
 */
public record Registration(
        long ticket,
        Arrival arrival,
        Duration waited,
        boolean isRunning,
        Duration ran,
        @Nullable Absence absence) {

    /** One whose caller is there. */
    public Registration(long ticket, Arrival arrival, Duration waited, boolean isRunning, Duration ran) {
        this(ticket, arrival, waited, isRunning, ran, null);
    }

    /** Whether somebody is at it: neither a kept place nor a reserved slot, which its node may let go of. */
    boolean isAttended() {
        return absence == null && arrival.claimWithin() == null;
    }
}
