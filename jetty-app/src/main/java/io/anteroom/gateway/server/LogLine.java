// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.GatewayConfig.LogFormat;
import org.jspecify.annotations.Nullable;

/**
 * A line of the access log while it is written. Whatever a client sends, a line stays one line of printable ASCII and a
 * value one value: what else there is becomes an underscore in text and an escape in JSON. Not thread-safe.
 */
final class LogLine {
    private static final int LONGEST_VALUE = 300;

    private final boolean isJson;
    private final StringBuilder line = new StringBuilder(400);

    LogLine(LogFormat format) {
        this.isJson = format == LogFormat.JSON;
    }

    LogLine put(String key, @Nullable String value) {
        if (value == null) {
            return this;
        }
        key(key);
        String bounded = value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
        if (isJson) {
            json(bounded);
        } else {
            text(bounded);
        }
        return this;
    }

    LogLine put(String key, long value) {
        key(key);
        line.append(value);
        return this;
    }

    private void key(String key) {
        if (isJson) {
            line.append(line.length() == 0 ? "{\"" : ",\"").append(key).append("\":");
        } else {
            line.append(line.length() == 0 ? "" : " ").append(key).append('=');
        }
    }

    private void text(String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            line.append(character > ' ' && character < 0x7f && character != '"' ? character : '_');
        }
    }

    private void json(String value) {
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character == '"' || character == '\\') {
                line.append('\\').append(character);
            } else if (character >= ' ' && character < 0x7f) {
                line.append(character);
            } else {
                line.append(String.format("\\u%04x", (int) character));
            }
        }
        line.append('"');
    }

    String end() {
        return isJson ? line.append('}').toString() : line.toString();
    }
}
