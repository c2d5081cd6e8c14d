// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the model and the beginning of the prompt from a JSON body: the system prompt where there is one, else the
 * first message or the prompt itself, so that all turns of a conversation begin alike.
 */
public final class Prompt {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(500)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final int bytes;
    private @Nullable String model;
    private @Nullable String system;
    private @Nullable String begins;

    private Prompt(int bytes) {
        this.bytes = bytes;
    }

    /**
     * What a body asks for; nothing in particular if it is not a JSON object.
     *
     * @param bytes how much of the prompt counts, or 0 for nothing of it
     */
    public static Wanted read(byte[] body, int bytes) {
        Prompt prompt = new Prompt(bytes);
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Wanted.ANYTHING;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                prompt.member(parser.currentName(), parser);
            }
            boolean isWhole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
            return isWhole ? prompt.wanted() : Wanted.ANYTHING;
        } catch (IOException e) {
            // Not JSON: the backend may say so.
            return Wanted.ANYTHING;
        }
    }

    private void member(String name, JsonParser parser) throws IOException {
        JsonToken value = parser.nextToken();
        switch (name) {
            case "model" -> model = value == JsonToken.VALUE_STRING ? parser.getText() : model;
            case "system", "instructions" -> system = firstText(parser);
            case "messages", "prompt", "input" -> begins = firstText(parser);
            default -> parser.skipChildren();
        }
    }

    /** The first text inside of a value, its first {@code content} or {@code text} where it is made of objects. */
    private @Nullable String firstText(JsonParser parser) throws IOException {
        if (bytes == 0) {
            parser.skipChildren();
            return null;
        }
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        int depth = parser.currentToken().isStructStart() ? 1 : 0;
        String found = null;
        String field = "";
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IOException("ends inside of a value");
            }
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                field = parser.currentName();
            } else if (token == JsonToken.VALUE_STRING && found == null && isText(field)) {
                found = parser.getText();
            }
        }
        return found;
    }

    private static boolean isText(String field) {
        return field.isEmpty() || field.equals("content") || field.equals("text");
    }

    private Wanted wanted() {
        String text = system != null ? system : begins;
        return new Wanted(model, text == null ? null : hash(text));
    }

    private long hash(String text) {
        String begin = text.length() > bytes ? text.substring(0, bytes) : text;
        byte[] utf8 = begin.getBytes(StandardCharsets.UTF_8);
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < Math.min(bytes, utf8.length); i++) {
            hash = (hash ^ (utf8[i] & 0xff)) * 0x100000001b3L;
        }
        return Choosing.mix(hash);
    }
}
