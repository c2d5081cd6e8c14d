// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;

/** Bodies as records: what is unknown, missing, twice or of another type is refused. Safe from any thread. */
public final class Json {
    private static final int DEEPEST = 32;
    private static final int LONGEST_TEXT = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST_TEXT)
                            .maxNumberLength(30)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addModule(new SimpleModule()
                    .addSerializer(new Words())
                    .addSerializer(new Moments())
                    .addDeserializer(Instant.class, new MomentReader()))
            .build();

    private Json() {}

    /** Enum constants are small words. */
    @SuppressWarnings("rawtypes")
    private static final class Words extends StdSerializer<Enum> {
        private static final long serialVersionUID = 1L;

        Words() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(word(value));
        }
    }

    private static final class Moments extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        Moments() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class MomentReader extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        MomentReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            try {
                return java.time.OffsetDateTime.parse(parser.getText()).toInstant();
            } catch (DateTimeException e) {
                throw JsonMappingException.from(parser, "no moment as in 2026-11-21T09:15:00Z", e);
            }
        }
    }

    /** The word of an enum constant. */
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A body as text, on one line. */
    public static String write(Object body) {
        try {
            return MAPPER.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot be written", e);
        }
    }

    /** A body as bytes. */
    static byte[] bytes(Object body) {
        // Not as bytes at once: that would fail at half of a character, wherever it came from.
        return write(body).getBytes(StandardCharsets.UTF_8);
    }

    /** A text as a tree. */
    static JsonNode tree(String json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree == null || tree.isMissingNode()) {
                throw ApiProblem.invalid("body: empty (expected: JSON)");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw ApiProblem.invalid("body: " + reason(e));
        }
    }

    /** A text that somebody sent as a tree whose texts can all be stored. */
    static JsonNode incoming(String json) {
        JsonNode tree = tree(json);
        checkTexts(tree, "body");
        return tree;
    }

    private static void checkTexts(JsonNode node, String path) {
        String fault = node.isTextual() ? Text.fault(node.textValue()) : null;
        if (fault != null) {
            throw ApiProblem.invalid(Text.shown(path) + ": " + fault + " (expected: a text)");
        }
        node.properties().forEach(member -> {
            String name = member.getKey();
            if (Text.fault(name) != null) {
                throw ApiProblem.invalid(Text.shown(path) + ": a member's name with " + Text.fault(name));
            }
            checkTexts(member.getValue(), path.equals("body") ? name : path + "." + name);
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            checkTexts(node.get(i), path + "[" + i + "]");
        }
    }

    /** A tree, or anything else, as a tree. */
    static JsonNode treeOf(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** Reads a body into a record, and checks its fields. */
    static <T> T read(byte[] json, Class<T> type) {
        T value;
        try {
            value = MAPPER.readValue(json, type);
        } catch (JsonMappingException e) {
            throw ApiProblem.invalid(path(e) + ": " + reason(e));
        } catch (IOException e) {
            throw ApiProblem.invalid("body: " + reason(e));
        }
        if (value == null) {
            throw ApiProblem.invalid("body: null (expected: an object)");
        }
        Fields.check(value, "");
        return value;
    }

    private static String path(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return Text.shown(path.isEmpty() ? "body" : path);
    }

    /** Never a class name: what the library says of types is left out. */
    private static String reason(IOException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds() == null
                    ? "none"
                    : unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
            return "unknown member (expected: one of " + known + ")";
        }
        if (e instanceof JsonMappingException mapping) {
            Throwable cause = mapping.getCause();
            boolean isOurs = cause instanceof DateTimeException
                    || (cause instanceof IllegalArgumentException && !(cause instanceof NumberFormatException));
            return isOurs && cause != null ? Text.shown(String.valueOf(cause.getMessage())) : "of another type";
        }
        return "no JSON that can be read"
                + (e instanceof JsonProcessingException at && at.getLocation() != null
                        ? ", line " + at.getLocation().getLineNr() + ", column "
                                + at.getLocation().getColumnNr()
                        : "");
    }
}
