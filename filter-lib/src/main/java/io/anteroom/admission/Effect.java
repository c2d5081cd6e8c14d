// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/** What a command did to others than the one that it names; the shell carries it out. */
public sealed interface Effect {
    /** The number of the request. */
    long ticket();

    /** The node that holds its connection. */
    String node();

    /**
     * A waiting one got a slot.
     *
     * @param ticket its number
     * @param node the node that holds its connection
     * @param waited how long it waited
     * @param initialPosition its position on arrival
     */
    record Granted(long ticket, String node, Duration waited, int initialPosition) implements Effect {}

    /**
     * A waiting one was refused.
     *
     * @param ticket its number
     * @param node the node that holds its connection
     * @param refusal why
     */
    record Ended(long ticket, String node, Refusal refusal) implements Effect {}

    /**
     * A lease was taken back after the longest run, or because nobody claimed it in time.
     *
     * @param ticket its number
     * @param node the node that held it
     */
    record LeaseExpired(long ticket, String node) implements Effect {}
}
