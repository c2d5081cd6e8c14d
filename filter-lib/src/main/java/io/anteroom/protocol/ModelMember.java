// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Puts another model into a JSON body. Everything else of the body stays as it is, byte for byte. */
public final class ModelMember {
    private final byte[] body;
    private final byte[] value;
    private final ByteArrayOutputStream out;
    private int copied;

    private ModelMember(byte[] body, String model) {
        this.body = body;
        this.value = JsonText.quoted(model).getBytes(StandardCharsets.UTF_8);
        this.out = new ByteArrayOutputStream(body.length + value.length + 10);
    }

    /**
     * The body with this model, also where it names it more than once, or did not name one.
     *
     * @param body a JSON object, as {@link JsonBody.Content#isObject()} says
     * @param model the model's name
     */
    public static byte[] replace(byte[] body, String model) {
        try (JsonParser parser = JsonBody.JSON.createParser(body)) {
            return new ModelMember(body, model).replace(parser);
        } catch (IOException e) {
            throw new IllegalStateException("not the JSON object that it was", e);
        }
    }

    private byte[] replace(JsonParser parser) throws IOException {
        parser.nextToken();
        int inside = (int) parser.currentLocation().getByteOffset();
        boolean isEmpty = true;
        boolean isNamed = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            isEmpty = false;
            boolean isModel = parser.currentName().equals("model");
            parser.nextToken();
            int start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            if (isModel) {
                isNamed = true;
                put(value, start);
                copied = (int) parser.currentLocation().getByteOffset();
            }
        }
        if (!isNamed) {
            put("\"model\":".getBytes(StandardCharsets.US_ASCII), inside);
            out.write(value, 0, value.length);
            if (!isEmpty) {
                out.write(',');
            }
        }
        out.write(body, copied, body.length - copied);
        return out.toByteArray();
    }

    /** Copies the body up to there, and writes something after it. */
    private void put(byte[] added, int upTo) {
        out.write(body, copied, upTo - copied);
        out.write(added, 0, added.length);
        copied = upTo;
    }
}
