// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * The other nodes that share the pools, for what each of them knows alone: whose ticket is whose, and which places are
 * kept. Safe from any thread; nothing here waits for longer than a bound of its own.
 */
public interface Peers {
    /** Nobody. */
    Peers NONE = new Peers() {};

    /**
     * By what the others know this run of this node, in letters and digits; empty if there are no others to know it.
     */
    default String self() {
        return "";
    }

    /** Those that are there now, by the same. */
    default Set<String> others() {
        return Set.of();
    }

    /** Whether any is out of sight that may live. */
    default boolean misses() {
        return false;
    }

    /**
     * Asks one of the others.
     *
     * @return its answer; empty if it has none
     * @throws TimeoutException if it gives none in time, or is not there; it may have heard the question
     */
    default byte[] ask(String peer, byte[] question) throws TimeoutException {
        throw new TimeoutException(peer);
    }

    /**
     * Asks all others at the same time, by a question that changes nothing, as it may come more than once: the answers
     * that come in time, without empty ones.
     */
    default List<byte[]> askAll(byte[] question) {
        return List.of();
    }

    /** Answers what others ask from now on. A question that is asked again after its answer was lost comes once. */
    default void answering(UnaryOperator<byte[]> answers) {}

    /** Lets the others know that something of that name is kept here. */
    default void keeps(String name, Duration atMost) {}

    /** Lets the others know that it no longer is. */
    default void lets(String name) {}

    /** Which of the others keep something of that name, as far as it is known here; never asks anybody. */
    default List<String> keepers(String name) {
        return List.of();
    }
}
