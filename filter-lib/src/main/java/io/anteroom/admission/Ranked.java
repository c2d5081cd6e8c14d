// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Ranking} pass reads and writes of an entry. A class of its own because the fields of a superclass lie
 * together: a pass over 100,000 waits for memory, and so fetches each entry once instead of four times.
 */
abstract class Ranked {
    /** Order of arrival: the time of arrival, raised where two would share one. */
    final long seq;

    /** What it is expected to cost, and what its flow has been charged for it once it runs; microseconds of a slot. */
    final long costMicros;

    /** Set by the last pass. */
    long aheadMicros;

    /** Set by the last pass. */
    int position;

    /** Set by the last pass. */
    int passPlaceInFlow;

    @Nullable Entry next;

    Ranked(long seq, long costMicros) {
        this.seq = seq;
        this.costMicros = costMicros;
    }
}
