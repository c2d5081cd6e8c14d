// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.anteroom.gateway.config.YamlNode.Mapping;
import io.anteroom.gateway.config.YamlNode.Nothing;
import io.anteroom.gateway.config.YamlNode.Scalar;
import io.anteroom.gateway.config.YamlNode.Sequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a YAML text into nodes that know their lines; tells of doubled keys and of what cannot be read at all. */
final class YamlTree {
    private final List<ConfigProblem> problems;

    YamlTree(List<ConfigProblem> problems) {
        this.problems = problems;
    }

    /** The whole document; an empty mapping if there is none. */
    Mapping read(String text) {
        Mapping empty = new Mapping(1, Map.of());
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return empty;
            }
            YamlNode root = node(parser, "");
            if (root instanceof Mapping mapping) {
                return mapping;
            }
            if (!(root instanceof Nothing)) {
                problems.add(new ConfigProblem(root.line(), "document", root.shown(), "keys with values"));
            }
            return empty;
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            String message = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            problems.add(new ConfigProblem(place == null ? 0 : place.getLineNr(), "document", message, "valid YAML"));
            return empty;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private YamlNode node(JsonParser parser, String path) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return mapping(parser, path, line);
        }
        if (token == JsonToken.START_ARRAY) {
            return sequence(parser, path, line);
        }
        if (token == JsonToken.VALUE_NULL) {
            return new Nothing(line);
        }
        return new Scalar(line, parser.getText());
    }

    private Mapping mapping(JsonParser parser, String path, int line) throws IOException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int keyLine = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            String name = path.isEmpty() ? key : path + "." + key;
            YamlNode value = node(parser, name);
            if (entries.putIfAbsent(key, at(keyLine, value)) != null) {
                problems.add(new ConfigProblem(keyLine, name, "given twice", "each key once"));
            }
        }
        return new Mapping(line, entries);
    }

    private Sequence sequence(JsonParser parser, String path, int line) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(parser, path + "[" + items.size() + "]"));
        }
        return new Sequence(line, items);
    }

    /** A value counts as standing where its key stands: that is what one looks for. */
    private static YamlNode at(int line, YamlNode value) {
        if (value instanceof Nothing) {
            return new Nothing(line);
        }
        if (value instanceof Scalar scalar) {
            return new Scalar(line, scalar.text());
        }
        if (value instanceof Mapping mapping) {
            return new Mapping(line, mapping.entries());
        }
        return new Sequence(line, ((Sequence) value).items());
    }
}
