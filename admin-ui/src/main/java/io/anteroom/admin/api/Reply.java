// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a call is answered.
 *
 * @param status the HTTP status
 * @param type the media type
 * @param body what is written as JSON, a text that is written as it is, or null for nothing
 * @param headers further header fields
 */
public record Reply(int status, String type, @Nullable Object body, Map<String, String> headers) {
    static final String JSON = "application/json";
    private static final Reply HANDLED = new Reply(0, "", null, Map.of());

    /** Copies the headers. */
    public Reply {
        headers = Map.copyOf(headers);
    }

    /** 200 with a body. */
    public static Reply of(Object body) {
        return new Reply(200, JSON, body, Map.of());
    }

    /** 201 with a body. */
    public static Reply created(Object body) {
        return new Reply(201, JSON, body, Map.of());
    }

    /** 204. */
    public static Reply nothing() {
        return new Reply(204, JSON, null, Map.of());
    }

    /** A text of some type. */
    public static Reply text(String type, String text) {
        return new Reply(200, type, text, Map.of());
    }

    /** The handler has answered, or will. */
    static Reply handled() {
        return HANDLED;
    }

    boolean isHandled() {
        return status == 0;
    }

    /** The same with a header field. */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, type, body, more);
    }
}
