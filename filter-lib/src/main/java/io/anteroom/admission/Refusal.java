// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a request gets no slot, now or after having waited.
 *
 * @param code the reason
 * @param depth how many wait
 * @param limit the bound that was met, or 0 where the reason has none
 * @param waited how long the request had waited
 * @param retryAfter when it is worth coming back; each refusal is promised a later moment than the one before, so that
 *     the refused do not return together, save {@link Code#SHUTTING_DOWN}
 * @param estimate the wait that a newcomer would meet, if known
 * @param note what an operator says of it, on one line, or null
 */
public record Refusal(
        Code code,
        int depth,
        long limit,
        Duration waited,
        Duration retryAfter,
        Optional<Estimate> estimate,
        @Nullable String note)
        implements Admission {
    /** The longest note. */
    public static final int LONGEST_NOTE = 200;

    /** Keeps the note short and on one line. */
    public Refusal {
        if (note != null) {
            String line =
                    note.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
            note = line.length() <= LONGEST_NOTE ? line : line.substring(0, LONGEST_NOTE);
        }
    }

    /** A refusal that nobody says anything of. */
    public Refusal(
            Code code, int depth, long limit, Duration waited, Duration retryAfter, Optional<Estimate> estimate) {
        this(code, depth, limit, waited, retryAfter, estimate, null);
    }

    /** The same with a note. */
    public Refusal withNote(@Nullable String note) {
        return new Refusal(code, depth, limit, waited, retryAfter, estimate, note);
    }

    /** The reasons. */
    public enum Code {
        /** As many wait as may. */
        QUEUE_FULL,
        /** The bodies of those who wait take as many bytes as they may. */
        QUEUE_BYTES_FULL,
        /** All slots are taken and the request said that it would not wait, or its longest wait is zero. */
        NO_SLOT,
        /** The key has as many waiting as it may. */
        KEY_LIMIT,
        /** The IP address has as many waiting as it may. */
        IP_LIMIT,
        /** The likely wait exceeds the longest wait. */
        WAIT_TOO_LONG,
        /** Its longest wait is over. */
        WAIT_TIMEOUT,
        /** Somebody with a better claim took its place. */
        SHED,
        /** An operator ended it. */
        CANCELLED,
        /**
         * The pool takes nobody any more. The moment to come back is always a second away: nobody who came back here
         * would be served, and whoever comes to another server need not be kept from it any longer.
         */
        SHUTTING_DOWN,
        /** The node that held its connection is gone. */
        NODE_LOST,
        /** Nobody came back in time to the place that was kept. */
        ABSENT,
        /** A rate limit in front of the pool has too little left. */
        RATE_LIMITED,
        /** A budget in front of the pool is used up. */
        QUOTA,
        /** Nobody in front of the pool can say what has been used. */
        LIMITS_UNAVAILABLE
    }
}
