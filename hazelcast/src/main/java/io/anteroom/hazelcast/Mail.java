// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import java.util.List;

/**
 * What became of requests of one node, numbered, so that what comes twice or out of order is noticed.
 *
 * @param registration which of the node's registrations it follows
 * @param first the number of the first effect
 * @param effects one after the other
 */
record Mail(long registration, long first, List<Effect> effects) {
    Mail {
        effects = List.copyOf(effects);
    }

    /** Goes on from the sum of all mail before an effect to that with it: two that have had other mail differ in it. */
    static long sum(long before, Effect effect) {
        int kind = effect instanceof Effect.Granted ? 1 : effect instanceof Effect.Ended ? 2 : 3;
        return (before * 31 + effect.ticket()) * 31 + kind;
    }
}
