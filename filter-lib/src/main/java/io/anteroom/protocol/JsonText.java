// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.nio.charset.StandardCharsets;

/** Writes one JSON object, member by member, in the order of the calls. Not thread-safe. */
final class JsonText {
    private final StringBuilder out = new StringBuilder(256).append('{');
    private boolean first = true;

    JsonText text(String name, String value) {
        member(name);
        quote(value);
        return this;
    }

    JsonText textUnlessEmpty(String name, String value) {
        return value.isEmpty() ? this : text(name, value);
    }

    JsonText number(String name, long value) {
        member(name).append(value);
        return this;
    }

    JsonText none(String name) {
        member(name).append("null");
        return this;
    }

    /** A member whose value is JSON already. */
    JsonText raw(String name, String json) {
        member(name).append(json);
        return this;
    }

    String end() {
        return out.append('}').toString();
    }

    byte[] endBytes() {
        return end().getBytes(StandardCharsets.UTF_8);
    }

    private StringBuilder member(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        quote(name);
        return out.append(':');
    }

    /** A JSON string. */
    static String quoted(String value) {
        JsonText text = new JsonText();
        text.out.setLength(0);
        text.quote(value);
        return text.out.toString();
    }

    private void quote(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            append(value.charAt(i));
        }
        out.append('"');
    }

    private void append(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                // U+2028 and U+2029 end lines in old JavaScript; lone surrogates cannot be encoded.
                if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029) {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
