// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Figures of a pool at one moment.
 *
 * @param mode what an operator has told it, or that it is {@linkplain Pool#hold held} for want of backends
 * @param slots how many may run by the settings
 * @param usableSlots how many may run now: fewer than {@code slots} where {@link Pool#limitSlots} says so
 * @param running how many run; above {@code usableSlots} only while a lowered limit drains
 * @param waiting how many wait
 * @param away how many of them have left and are expected back
 * @param waitingBytes the bytes that their bodies take
 * @param levels the same by level
 * @param meanRun how long a request holds a slot, on average
 * @param estimate the wait that a newcomer of normal priority would meet, if known; zero if it would be admitted
 * @param counts how requests have ended since the pool began
 */
public record PoolSnapshot(
        PoolMode mode,
        int slots,
        int usableSlots,
        int running,
        int waiting,
        int away,
        long waitingBytes,
        Map<Priority, Depth> levels,
        Duration meanRun,
        Optional<Estimate> estimate,
        Counts counts) {

    /**
     * One level.
     *
     * @param waiting how many wait
     * @param running how many run
     */
    public record Depth(int waiting, int running) {}

    /**
     * Counts since the pool began.
     *
     * @param admitted leases given, at once or after a wait
     * @param queued tickets given
     * @param released leases closed
     * @param leasesExpired leases taken back after {@link PoolSettings#longestRun()}
     * @param abandoned tickets whose caller left
     * @param kept how often a caller left and its place was kept
     * @param lapsed reserved slots that nobody claimed in time
     * @param refused refusals by reason
     */
    public record Counts(
            long admitted,
            long queued,
            long released,
            long leasesExpired,
            long abandoned,
            long kept,
            long lapsed,
            Map<Refusal.Code, Long> refused) {}
}
