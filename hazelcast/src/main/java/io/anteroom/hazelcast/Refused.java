// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Refusal;
import java.time.Duration;
import java.util.Optional;

/** Refusals that no machine gives. */
final class Refused {
    /** As long as a cut is noticed and healed in, in the good case. */
    private static final Duration AFTER_A_CUT = Duration.ofSeconds(5);

    private Refused() {}

    /** This node stops. */
    static Refusal stopping(Duration waited) {
        return refusal(0, waited, Duration.ofSeconds(1));
    }

    /** This part of the cluster may not admit anybody by itself. */
    static Refusal apart(int waiting) {
        return refusal(waiting, Duration.ZERO, AFTER_A_CUT);
    }

    private static Refusal refusal(int waiting, Duration waited, Duration retryAfter) {
        return new Refusal(Refusal.Code.SHUTTING_DOWN, waiting, 0, waited, retryAfter, Optional.empty());
    }
}
