// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** What the machine decides about an arrival. */
public sealed interface Decision {
    /**
     * It may run.
     *
     * @param ticket its number
     */
    record Admitted(long ticket) implements Decision {}

    /**
     * It waits.
     *
     * @param ticket its number
     * @param initialPosition its position on arrival, exact for a short queue and rounded for a long one
     */
    record Queued(long ticket, int initialPosition) implements Decision {}

    /**
     * It is refused.
     *
     * @param refusal why
     */
    record Refused(Refusal refusal) implements Decision {}

    /** It ran or waited once and has ended since: a command that came twice. */
    record Over() implements Decision {}
}
