// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Dialect.Family;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a waiting client is told its standing. */
public enum StatusMode {
    /** Not at all: nothing is sent before the application answers. */
    NONE,
    /** SSE comments, which every client ignores or shows as it likes. */
    COMMENT,
    /** Pieces of the dialect's own stream without content, with the standing as a further member. */
    CHUNK,
    /** {@code event: queue_status} with the status object; breaks clients that expect nothing but their own events. */
    EVENT,
    /** White space before a JSON answer, so that the connection stays alive; tells no standing. */
    WHITESPACE;

    /** The word for it in {@code Prefer} and in settings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode of a word, or null if there is none: preferences that cannot be read are ignored. */
    static @Nullable StatusMode ofWord(String word) {
        return switch (word) {
            case "none" -> NONE;
            case "comment" -> COMMENT;
            case "chunk" -> CHUNK;
            case "event" -> EVENT;
            case "whitespace" -> WHITESPACE;
            default -> null;
        };
    }

    /** What really can be done for a streamed answer: the form asked for, or the dialect's most harmless one. */
    StatusMode inStreamOf(Dialect dialect) {
        if (this == NONE) {
            return NONE;
        }
        if (dialect.family() == Family.OLLAMA) {
            return CHUNK;
        }
        boolean hasNoForm = this == WHITESPACE || (this == CHUNK && dialect == Dialect.PLAIN);
        return hasNoForm ? COMMENT : this;
    }
}
