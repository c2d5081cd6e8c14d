// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that is over.
 *
 * @param arrivedNanos when it came, by the clock of {@link PastRequests}
 * @param caller whose it was
 * @param priority its level
 * @param end how it ended
 * @param waited how long it waited
 * @param ran how long it held its slot, or null if it never got one
 */
record PastRequest(
        long arrivedNanos,
        Caller caller,
        Priority priority,
        End end,
        Duration waited,
        @Nullable Duration ran) {

    /** How a request ends. */
    enum End {
        SERVED,
        REFUSED,
        EXPIRED,
        SHED,
        /** Its client left: it would not have waited longer, whatever the settings. */
        ABANDONED
    }
}
