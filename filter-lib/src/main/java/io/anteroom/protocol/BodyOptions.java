// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Collects the options in a JSON body: {@code gateflow.queue.*} and the integer {@code priority}. */
final class BodyOptions {
    private static final String PREFIX = "gateflow.queue.";
    private static final int MAX_TEXT = 256;

    private boolean found;
    private boolean priorityInQueue;
    private @Nullable Priority priority;
    private @Nullable Duration longestWait;
    private @Nullable OnFull onFull;
    private @Nullable Boolean enabled;
    private @Nullable Boolean fallsBack;
    private @Nullable String batch;

    Options read() {
        return found ? new Options(priority, longestWait, onFull, enabled, batch, null, null, fallsBack) : Options.NONE;
    }

    /** The parser stands on a value of {@code priority} outside of {@code gateflow}, which is the weaker place. */
    void priority(String name, JsonParser parser) throws IOException, BadRequest {
        String value = scalar(name, parser, "an integer or critical, high, normal, low");
        if (value != null && !priorityInQueue) {
            priority = OptionValues.priority(name, value);
            found = true;
        }
    }

    /** The parser stands on the value of {@code gateflow}; it stands on its last token afterwards. */
    void gateflow(JsonParser parser) throws IOException, BadRequest {
        if (object(parser, "gateflow")) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("queue")) {
                    queue(parser);
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private void queue(JsonParser parser) throws IOException, BadRequest {
        if (object(parser, "gateflow.queue")) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                option(name, parser);
            }
        }
    }

    private void option(String name, JsonParser parser) throws IOException, BadRequest {
        String full = PREFIX + name;
        switch (name) {
            case "priority", "max_wait_ms", "on_full", "on_timeout", "enabled", "batch_id" -> {
                String value = scalar(full, parser, "a single value");
                if (value != null) {
                    set(name, full, value);
                    found = true;
                }
            }
            default -> parser.skipChildren();
        }
    }

    private void set(String name, String full, String value) throws BadRequest {
        switch (name) {
            case "priority" -> {
                priority = OptionValues.priority(full, value);
                priorityInQueue = true;
            }
            case "max_wait_ms" -> longestWait = OptionValues.millis(full, value);
            case "on_full" -> onFull = OptionValues.onFull(full, value);
            case "on_timeout" -> fallsBack = OptionValues.onTimeout(full, value);
            case "enabled" -> enabled = OptionValues.bool(full, value);
            default -> batch = OptionValues.id(full, value);
        }
    }

    private static boolean object(JsonParser parser, String name) throws IOException, BadRequest {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return false;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.option(name, shown(parser), "an object");
        }
        return true;
    }

    private static @Nullable String scalar(String name, JsonParser parser, String expected)
            throws IOException, BadRequest {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        String text = shown(parser);
        if (!token.isScalarValue() || text.length() > MAX_TEXT) {
            throw BadRequest.option(name, text, expected);
        }
        return text;
    }

    private static String shown(JsonParser parser) throws IOException {
        return parser.currentToken().isScalarValue()
                ? parser.getText()
                : parser.currentToken().asString() + "...";
    }
}
