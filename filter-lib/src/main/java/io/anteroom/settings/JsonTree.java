// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON text to and from plain objects, within bounds. */
final class JsonTree {
    /** Stands for null where a map must not hold it. */
    static final Null NULL = Null.NULL;

    private static final int MOST_CHARS = 8 << 20;
    private static final int DEEPEST = 16;
    private static final int LONGEST_NUMBER = 32;
    private static final int LONGEST_TEXT = 4096;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MOST_CHARS)
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxStringLength(LONGEST_TEXT)
                    .maxNameLength(LONGEST_TEXT)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonTree() {}

    /** The one thing that is nothing. */
    enum Null {
        /** Nothing. */
        NULL
    }

    static Object orNull(@Nullable Object value) {
        return value == null ? NULL : value;
    }

    /**
     * Reads a text.
     *
     * @throws SettingsException if it is no JSON, or too large
     */
    static @Nullable Object read(String text) {
        if (text.length() > MOST_CHARS) {
            throw unreadable(text.length() + " characters", "at most " + MOST_CHARS);
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            return document(parser);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            String where = place == null ? "" : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": ";
            throw unreadable(
                    where + e.getOriginalMessage().lines().findFirst().orElse("unreadable"), "JSON (RFC 8259)");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object document(JsonParser parser) throws IOException {
        try {
            if (parser.nextToken() == null) {
                throw unreadable("nothing", "a JSON object");
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw unreadable("more than one value", "one JSON object");
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw tooLarge(parser);
        }
    }

    /** The library's own words name its classes, and not the member. */
    private static SettingsException tooLarge(JsonParser parser) {
        String pointer = parser.getParsingContext().pathAsPointer().toString();
        String path = pointer.isEmpty() ? "" : pointer.substring(1).replace('/', '.');
        return new SettingsException(List.of(new SettingsProblem(
                path,
                "too long, or of too great a depth",
                "texts and names of at most " + LONGEST_TEXT + " characters, numbers of at most " + LONGEST_NUMBER
                        + ", at most " + DEEPEST + " levels")));
    }

    private static SettingsException unreadable(String found, String expected) {
        return new SettingsException(List.of(new SettingsProblem("", found, expected)));
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> list(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> number(parser);
            case VALUE_NUMBER_FLOAT -> whole(parser.getDecimalValue());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** 5.0 is 5, as it is for the schema; what is no whole number stays what it is, and fits nowhere. */
    private static Object whole(BigDecimal decimal) {
        // The exponent comes from outside: 1e999999999 must not be written out.
        boolean isShort = decimal.precision() - decimal.scale() <= 18 && decimal.scale() <= LONGEST_NUMBER;
        return isShort && decimal.stripTrailingZeros().scale() <= 0 ? (Object) decimal.longValueExact() : decimal;
    }

    private static Object number(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? parser.getBigIntegerValue()
                : (Object) parser.getLongValue();
    }

    private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            members.put(key, value(parser));
        }
        return members;
    }

    private static List<@Nullable Object> list(JsonParser parser) throws IOException {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return items;
    }

    /** Writes a text of one line. */
    static String line(@Nullable Object tree) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(tree, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes a text, indented, each member on a line of its own. */
    static String write(@Nullable Object tree) {
        StringWriter text = new StringWriter();
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter)
                .withSeparators(
                        DefaultPrettyPrinter.DEFAULT_SEPARATORS.withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        try (JsonGenerator generator = FACTORY.createGenerator(text).setPrettyPrinter(printer)) {
            write(tree, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(@Nullable Object tree, JsonGenerator generator) throws IOException {
        if (tree instanceof Map<?, ?> members) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> member : members.entrySet()) {
                generator.writeFieldName(String.valueOf(member.getKey()));
                write(member.getValue(), generator);
            }
            generator.writeEndObject();
        } else if (tree instanceof List<?> items) {
            generator.writeStartArray();
            for (Object item : items) {
                write(item, generator);
            }
            generator.writeEndArray();
        } else if (tree == null || tree instanceof Null) {
            generator.writeNull();
        } else if (tree instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (tree instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else {
            generator.writeString(tree.toString());
        }
    }
}
