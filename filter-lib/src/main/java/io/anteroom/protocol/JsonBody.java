// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the few top-level members of a JSON body that concern the queue, in one pass, and cuts out those that are ours.
 * Everything else of the body stays as it is, byte for byte.
 */
public final class JsonBody {
    static final int MAX_DEPTH = 500;
    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(1000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(50_000)
                    .build())
            .build();

    private final byte[] body;
    private final boolean modelApi;
    private final List<JsonCut.Member> members = new ArrayList<>(16);
    private final BodyOptions options = new BodyOptions();
    private @Nullable String model;
    private @Nullable Integer number;
    private boolean stream;
    private boolean hasGateflow;
    private long maxOutput = -1;
    private long choices = 1;
    private boolean hasModel;

    private JsonBody(byte[] body, Dialect dialect) {
        this.body = body;
        this.modelApi = dialect.isModelApi();
        this.stream = dialect.streamsByDefault();
    }

    /**
     * What a body says.
     *
     * @param options the options in it
     * @param model its {@code model}, or null
     * @param stream whether it asks for a streamed answer
     * @param number its {@code priority}, where that is an integer, or null
     * @param hasGateflow whether it has a member {@code gateflow}
     * @param maxOutput how many tokens its answer may have at most, or -1 if it does not say
     * @param isObject whether it is a JSON object
     * @param forwarded the body without the members that are ours; the same array if there are none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
    public record Content(
            Options options,
            @Nullable String model,
            boolean stream,
            @Nullable Integer number,
            boolean hasGateflow,
            long maxOutput,
            boolean isObject,
            byte[] forwarded) {}

    /**
     * Reads a body.
     *
     * @param body the whole body, in UTF-8
     * @param dialect its dialect: {@code priority} is an option of model requests only, and only those must be JSON
     * @throws BadRequest if an option cannot be read, or if a model request is not JSON
     */
    public static Content read(byte[] body, Dialect dialect) throws BadRequest {
        JsonBody json = new JsonBody(body, dialect);
        try {
            return json.read();
        } catch (StreamConstraintsException e) {
            return json.unreadable("nested deeper than " + MAX_DEPTH + " levels, or a name or number too long");
        } catch (StreamReadException e) {
            return json.unreadable("not JSON, " + at(e));
        } catch (IOException e) {
            return json.unreadable("not UTF-8");
        }
    }

    private Content unreadable(String what) throws BadRequest {
        if (modelApi) {
            throw BadRequest.json(what, "a JSON object");
        }
        return new Content(Options.NONE, null, false, null, false, -1, false, body);
    }

    private Content read() throws IOException, BadRequest {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return unreadable("no JSON object");
            }
            if (parser.currentTokenLocation().getByteOffset() < 0) {
                return unreadable("not UTF-8");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                member(parser);
            }
            if (parser.nextToken() != null) {
                return unreadable("something follows the JSON object");
            }
        }
        return new Content(
                options.read(),
                model,
                stream,
                number,
                hasGateflow,
                maxOutput < 0 ? -1 : maxOutput * choices,
                true,
                JsonCut.without(body, members));
    }

    /**
     * Backends disagree about which of two models they take, and some take a name in any case: the pool and the limits
     * of one model must not let another one in.
     */
    private void checkModel(String name) throws BadRequest {
        if (modelApi && name.equalsIgnoreCase("model")) {
            if (hasModel || !name.equals("model")) {
                throw BadRequest.json(hasModel ? "two models" : "a member '" + name + "'", "one member 'model'");
            }
            hasModel = true;
        }
    }

    private void member(JsonParser parser) throws IOException, BadRequest {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        boolean ours = false;
        checkModel(name);
        switch (name) {
            case "model" -> model = value == JsonToken.VALUE_STRING ? parser.getText() : null;
            case "stream" -> stream = value == JsonToken.VALUE_TRUE || (stream && value == JsonToken.VALUE_NULL);
            case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
                maxOutput = Math.max(maxOutput, count(parser, -1));
            case "n" -> choices = Math.max(1, count(parser, 1));
            case "options" -> ollamaOptions(parser);
            case "gateflow" -> {
                ours = true;
                hasGateflow = true;
                options.gateflow(parser);
            }
            case "priority" -> {
                ours = modelApi;
                if (ours) {
                    options.priority("priority", parser);
                    number = isInt(value, parser) ? (Integer) parser.getIntValue() : null;
                }
            }
            default -> {
                // Somebody else's.
            }
        }
        parser.skipChildren();
        parser.finishToken();
        members.add(new JsonCut.Member(start, (int) parser.currentLocation().getByteOffset(), ours));
    }

    private static boolean isInt(JsonToken value, JsonParser parser) throws IOException {
        return value == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() == JsonParser.NumberType.INT;
    }

    /** A whole number within reason, or {@code otherwise}: what else stands there is the backend's to refuse. */
    private static long count(JsonParser parser, long otherwise) throws IOException {
        boolean isWhole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 9;
        return isWhole && parser.getLongValue() >= 0 ? parser.getLongValue() : otherwise;
    }

    /** The parser stands on the value of {@code options}; it stands on its last token afterwards. */
    private void ollamaOptions(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isBound = parser.currentName().equals("num_predict");
            parser.nextToken();
            if (isBound) {
                maxOutput = Math.max(maxOutput, count(parser, -1));
            }
            parser.skipChildren();
        }
    }

    private static String at(StreamReadException e) {
        return e instanceof JsonParseException && e.getLocation() != null
                ? "at byte " + Math.max(0, e.getLocation().getByteOffset())
                : "cut short";
    }
}
