// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.Manner;
import io.anteroom.protocol.RetryAfter;
import io.anteroom.protocol.StatusMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The status and header fields of an answer that cannot be sent any more, kept for the application. Not thread-safe.
 */
final class LateHead {
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Manner manner;
    private int status = 200;

    LateHead(Manner manner) {
        this.manner = manner;
    }

    int status() {
        return status;
    }

    void status(int status) {
        this.status = status;
    }

    void set(String name, @Nullable String value) {
        headers.remove(name);
        add(name, value);
    }

    void add(String name, @Nullable String value) {
        if (value != null) {
            headers.computeIfAbsent(name, unknown -> new ArrayList<>()).add(value);
        }
    }

    boolean contains(String name) {
        return headers.containsKey(name);
    }

    @Nullable String get(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    Collection<String> all(String name) {
        return List.copyOf(headers.getOrDefault(name, List.of()));
    }

    Collection<String> names() {
        return List.copyOf(headers.keySet());
    }

    void clear() {
        headers.clear();
        status = 200;
    }

    /** Whether its body can follow what has been sent: a stream of the same form, in the clear. */
    boolean canFollow() {
        String type = get("Content-Type");
        String encoding = get("Content-Encoding");
        return status >= 200
                && status < 300
                && type != null
                && manner.isContinuedBy(type)
                && (encoding == null || encoding.equalsIgnoreCase("identity"));
    }

    /** Whether an answer without a body can follow: the end of a stream, but never the end of JSON. */
    boolean canEndEmpty() {
        return canFollow() && manner.status() != StatusMode.WHITESPACE;
    }

    /** When the application would have its client come back, or null. */
    @Nullable Duration retryAfter() {
        String value = get("Retry-After");
        return value == null ? null : RetryAfter.read(value, Instant.now());
    }
}
