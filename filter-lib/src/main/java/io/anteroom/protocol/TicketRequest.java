// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for who wants a ticket without sending a request yet.
 *
 * @param pool the pool, or null
 * @param model the model, or null
 * @param options priority, longest wait and batch, as in the body of a request
 */
public record TicketRequest(@Nullable String pool, @Nullable String model, Options options) {
    /** The largest body. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads a body; an empty one asks for nothing in particular.
     *
     * @throws BadRequest if it is no JSON object, or an option in it cannot be read
     */
    public static TicketRequest read(byte[] body) throws BadRequest {
        if (body.length == 0) {
            return new TicketRequest(null, null, Options.NONE);
        }
        JsonBody.Content content = JsonBody.read(body, Dialect.OPENAI);
        return new TicketRequest(pool(body), content.model(), content.options());
    }

    private static @Nullable String pool(byte[] body) throws BadRequest {
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            String pool = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isPool = parser.currentName().equals("pool");
                if (parser.nextToken() == JsonToken.VALUE_STRING && isPool) {
                    pool = parser.getText();
                } else if (isPool) {
                    throw BadRequest.option("pool", parser.getText(), "the name of a pool");
                }
                parser.skipChildren();
            }
            return pool;
        } catch (IOException e) {
            throw BadRequest.json("not JSON", "a JSON object");
        }
    }
}
