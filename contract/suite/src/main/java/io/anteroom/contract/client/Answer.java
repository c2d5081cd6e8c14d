// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came back, with the way it ended told apart: a truncated body is not a short one.
 *
 * @param status the status; 0 if the connection ended before there was one
 * @param headers the headers by lower-case name
 * @param body all of the body that came, as ISO-8859-1
 * @param end how it ended
 * @param why what the client saw last, if it was cut short; else empty
 */
public record Answer(int status, Map<String, List<String>> headers, String body, End end, String why) {
    /** How an answer ended. */
    public enum End {
        /** By its own framing: the last chunk, the announced length, END_STREAM. */
        COMPLETE,
        /** By the end of the connection, where the framing allows that. */
        CLOSED,
        /** By the end of the connection before its framing was satisfied. */
        TRUNCATED,
        /** By a TCP reset or RST_STREAM. */
        RESET
    }

    /** An answer that never began. */
    public static Answer none(End end, String why) {
        return new Answer(0, Map.of(), "", end, why);
    }

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    /** Whether the client can see that something is missing. */
    public boolean isBroken() {
        return end == End.TRUNCATED || end == End.RESET;
    }
}
