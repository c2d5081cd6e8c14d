// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.anteroom.protocol.Problem.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says in a stream that has begun what an application meant to say with a status and a body of its own. What the
 * application told its client is passed on; class names and stack traces are not.
 */
public final class LateErrors {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_MESSAGE = 500;

    private LateErrors() {}

    /**
     * The problem of an application that answered with something that cannot follow what has been sent.
     *
     * @param status its status, which decides the type of the error
     * @param contentType the type of its body, or null
     * @param body the beginning of its body
     * @param retryAfter its own Retry-After, or null
     */
    public static Problem answered(
            int status, @Nullable String contentType, byte[] body, @Nullable Duration retryAfter) {
        String said = contentType != null && contentType.contains("json") ? message(body) : text(contentType, body);
        boolean isError = status >= 400 && status <= 599;
        String begin = isError ? "The backend answered " + status : "The backend answered without a stream";
        String message = said == null ? begin + "." : begin + ": " + said;
        if (retryAfter != null) {
            message = sentence(message) + " Please try again in " + RetryAfter.wholeSeconds(retryAfter) + "s.";
        }
        return new Problem(Kind.UPSTREAM_FAILED, message, null, null, isError ? status : 0, null);
    }

    /** The problem of an application that failed. */
    public static Problem failed() {
        return new Problem(Kind.UPSTREAM_FAILED, "The backend failed.", null, null);
    }

    private static @Nullable String text(@Nullable String contentType, byte[] body) {
        boolean isText = contentType == null || contentType.startsWith("text/plain");
        String text = isText ? new String(body, StandardCharsets.UTF_8).strip() : "";
        return text.isEmpty() ? null : cut(text);
    }

    /** The first {@code message}, or else the first text of {@code error} or {@code detail}, up to two levels deep. */
    private static @Nullable String message(byte[] body) {
        String second = null;
        try (JsonParser parser = JSON.createParser(body)) {
            int depth = 0;
            JsonToken token = parser.nextToken();
            while (token != null) {
                if (token == JsonToken.START_OBJECT && ++depth > 2) {
                    parser.skipChildren();
                    depth--;
                } else if (token == JsonToken.END_OBJECT) {
                    depth--;
                } else if (token == JsonToken.VALUE_STRING) {
                    String name = parser.currentName();
                    if ("message".equals(name)) {
                        return cut(parser.getText());
                    }
                    if (second == null && ("error".equals(name) || "detail".equals(name))) {
                        second = cut(parser.getText());
                    }
                }
                token = parser.nextToken();
            }
        } catch (IOException e) {
            return second;
        }
        return second;
    }

    private static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? text : text + ".";
    }

    private static String cut(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "...";
    }
}
