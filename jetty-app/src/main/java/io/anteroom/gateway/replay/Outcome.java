// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

/** What became of a request, as its client saw it. */
public enum Outcome {
    /** The whole answer came. */
    SERVED,
    /** Its longest wait was over. */
    EXPIRED,
    /** Refused at once: it would have waited too long. */
    REFUSED,
    /** Refused at once: the queue was full, or a limit was met. */
    REJECTED,
    /** Pushed out by one with a better claim. */
    SHED,
    /** No answer, or one that was not expected. Must not happen. */
    LOST;

    /** What a refusal means, by its code on the wire. */
    static Outcome ofCode(String code) {
        return switch (code) {
            case "queue_timeout" -> EXPIRED;
            case "queue_wait_too_long" -> REFUSED;
            case "queue_full", "queue_limit_exceeded" -> REJECTED;
            case "queue_evicted" -> SHED;
            default -> LOST;
        };
    }
}
