// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsText;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A settings document as a tree, to be changed in places. Never changed itself. */
final class Document {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(8 << 20)
                            .maxNumberLength(30)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectNode root;

    private Document(ObjectNode root) {
        this.root = root;
    }

    static Document of(Settings settings) {
        return new Document((ObjectNode) read(SettingsText.write(settings)));
    }

    /**
     * A text as a tree.
     *
     * @throws IllegalArgumentException if it is no JSON, with where and why
     */
    static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new IllegalArgumentException("This is no JSON: " + e.getOriginalMessage() + where, e);
        }
    }

    static String pretty(JsonNode node) {
        return node.isMissingNode() ? "" : node.toPrettyString();
    }

    /** What stands at a path; missing if nothing does. */
    JsonNode at(List<String> path) {
        JsonNode node = root;
        for (String key : path) {
            node = node.path(key);
        }
        return node;
    }

    /** The names in an object, in their order; none if there is no such object. */
    List<String> names(String... path) {
        List<String> names = new ArrayList<>();
        at(List.of(path)).fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The same with these changes; what leads to them is made if it is missing. */
    Document with(List<Step> steps) {
        ObjectNode changed = root.deepCopy();
        for (Step step : steps) {
            change(changed, step);
        }
        return new Document(changed);
    }

    private static void change(ObjectNode changed, Step step) {
        ObjectNode parent = changed;
        List<String> path = step.path();
        JsonNode value = step.value();
        for (String key : path.subList(0, path.size() - 1)) {
            JsonNode child = parent.get(key);
            if (!(child instanceof ObjectNode)) {
                if (value == null) {
                    return;
                }
                child = parent.putObject(key);
            }
            parent = (ObjectNode) child;
        }
        String last = path.get(path.size() - 1);
        if (value == null) {
            parent.remove(last);
        } else {
            parent.set(last, value);
        }
    }

    /**
     * The settings that it holds.
     *
     * @throws io.anteroom.settings.SettingsException with every problem
     */
    Settings settings() {
        return SettingsText.read(root.toString());
    }

    /** What leads from this document to another: whole lists, and single members of objects. */
    List<Step> to(Document other) {
        List<Step> steps = new ArrayList<>();
        compare(List.of(), root, other.root, steps);
        return steps;
    }

    private static void compare(
            List<String> path, @Nullable JsonNode before, @Nullable JsonNode after, List<Step> steps) {
        if (before instanceof ObjectNode one && after instanceof ObjectNode two) {
            TreeSet<String> keys = new TreeSet<>();
            one.fieldNames().forEachRemaining(keys::add);
            two.fieldNames().forEachRemaining(keys::add);
            for (String key : keys) {
                List<String> longer = new ArrayList<>(path);
                longer.add(key);
                compare(longer, one.get(key), two.get(key), steps);
            }
        } else if (!same(before, after)) {
            steps.add(new Step(path, after));
        }
    }

    /** By what is written: a number is the same however it is kept, and what is not there is null. */
    static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
        return written(one).equals(written(other));
    }

    private static String written(@Nullable JsonNode node) {
        return node == null || node.isMissingNode() ? "null" : node.toString();
    }

    /** A document that somebody wrote; it must be an object. */
    static Document ofText(String json) {
        JsonNode node = read(json);
        if (!(node instanceof ObjectNode object)) {
            throw new IllegalArgumentException("This is no settings document: it must be a JSON object.");
        }
        // An exported revision holds the document and says besides where it comes from.
        return new Document(
                object.get("settings") instanceof ObjectNode inner && object.has("revision") ? inner : object);
    }

    String text() {
        return root.toPrettyString();
    }
}
