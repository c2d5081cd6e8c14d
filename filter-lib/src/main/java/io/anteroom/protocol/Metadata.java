// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.Duration;
import java.util.function.IntUnaryOperator;

/** What a JSON answer tells of the wait: the member {@code gateflow}, put before the first of its own. */
public final class Metadata {
    /** There is nothing but white space. */
    public static final int UNDECIDED = -2;
    /** It is no JSON object. */
    public static final int NOWHERE = -1;

    private Metadata() {}

    /** The member, without a comma. */
    public static String member(boolean wasQueued, Duration waited, int initialPosition) {
        String queue = new JsonText()
                .raw("was_queued", wasQueued ? "true" : "false")
                .number("queue_wait_ms", waited.toMillis())
                .number("initial_position", initialPosition)
                .end();
        return "\"gateflow\":{\"queue\":" + queue + "}";
    }

    /**
     * Where in the beginning of a body a member can be put: the place after the opening brace, or {@link #NOWHERE} or
     * {@link #UNDECIDED}.
     *
     * @param text the characters, or the bytes
     * @param from the first of them
     * @param to the one after the last
     */
    public static int place(IntUnaryOperator text, int from, int to) {
        int brace = skipSpace(text, from, to);
        if (brace == to) {
            return UNDECIDED;
        }
        int next = text.applyAsInt(brace) == '{' ? skipSpace(text, brace + 1, to) : to;
        return next < to && (text.applyAsInt(next) == '"' || text.applyAsInt(next) == '}') ? brace + 1 : NOWHERE;
    }

    /** Whether a comma has to follow what is put there: the object has other members. */
    public static boolean needsComma(IntUnaryOperator text, int place, int to) {
        return text.applyAsInt(skipSpace(text, place, to)) == '"';
    }

    private static int skipSpace(IntUnaryOperator text, int from, int to) {
        int at = from;
        while (at < to && isSpace(text.applyAsInt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
