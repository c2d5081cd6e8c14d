// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one request, for whoever asks for many that are seldom there: one pass over their names notes
 * what kinds of names there are, and only fields of these kinds are looked for. Used by one thread at a time.
 */
final class Fields {
    private static final long EVERY_KIND = -1;

    private final HttpServletRequest request;
    private final long kinds;

    private Fields(HttpServletRequest request, long kinds) {
        this.request = request;
        this.kinds = kinds;
    }

    /**
     * The fields of a request. Of one that is wrapped all are looked for: wrappers add fields that they do not list.
     */
    static Fields of(HttpServletRequest request) {
        Enumeration<String> names = request instanceof ServletRequestWrapper ? null : request.getHeaderNames();
        if (names == null) {
            return new Fields(request, EVERY_KIND);
        }
        long kinds = 0;
        while (names.hasMoreElements()) {
            kinds |= kind(names.nextElement());
        }
        return new Fields(request, kinds);
    }

    /** One of 64 kinds, the same for a name in whatever case: by its length, its first and its last letter. */
    private static long kind(String name) {
        int length = name.length();
        return length == 0 ? 0 : 1L << (7 * length + letter(name, 0) + 3 * letter(name, length - 1));
    }

    private static int letter(String name, int at) {
        return name.charAt(at) | 0x20;
    }

    HttpServletRequest request() {
        return request;
    }

    /** Whether there may be a field of that name; false only if there is none. */
    boolean mayHave(String name) {
        return (kinds & kind(name)) != 0;
    }

    /** The first value of a field, or null. */
    @Nullable String get(String name) {
        return mayHave(name) ? request.getHeader(name) : null;
    }
}
