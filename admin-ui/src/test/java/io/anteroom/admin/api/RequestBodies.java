// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes bodies of requests by an OpenAPI document, so that what is new in it is in them by itself. */
final class RequestBodies {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final AtomicInteger made = new AtomicInteger();
    private final JsonNode document;

    RequestBodies(JsonNode document) {
        this.document = document;
    }

    /** The schema of what a route takes. */
    JsonNode schema(Route route) {
        return resolved(document.path("paths")
                .path(RouteTable.ROOT + route.path())
                .path(route.method().toLowerCase(Locale.ROOT))
                .at("/requestBody/content/application~1json/schema"));
    }

    private JsonNode resolved(JsonNode schema) {
        JsonNode plain = schema.has("anyOf") ? schema.path("anyOf").get(0) : schema;
        return plain.has("$ref")
                ? resolved(document.at(plain.path("$ref").asText().substring(1)))
                : plain;
    }

    private static boolean isOf(JsonNode schema, String type) {
        JsonNode types = schema.path("type");
        if (types.isTextual()) {
            return types.asText().equals(type);
        }
        for (JsonNode each : types) {
            if (each.asText().equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** A body with every member in it that the schema knows, each of a usual value. */
    JsonNode usual(JsonNode schema) {
        return usual("", schema);
    }

    private JsonNode usual(String name, JsonNode given) {
        JsonNode schema = resolved(given);
        if (isOf(schema, "object")) {
            ObjectNode object = MAPPER.createObjectNode();
            schema.path("properties")
                    .properties()
                    .forEach(member -> object.set(member.getKey(), usual(member.getKey(), member.getValue())));
            return object;
        }
        if (isOf(schema, "array")) {
            ArrayNode array = MAPPER.createArrayNode();
            return name.equals("priority_levels")
                    ? array.add("critical").add("high").add("normal").add("low")
                    : array.add(usual(name, schema.path("items")));
        }
        if (isOf(schema, "integer")) {
            return NODES.numberNode(Math.max(1, schema.path("minimum").asLong(1)));
        }
        return isOf(schema, "boolean") ? NODES.booleanNode(false) : NODES.textNode(text(name, schema));
    }

    private String text(String name, JsonNode schema) {
        if (schema.has("enum")) {
            return schema.path("enum").get(0).asText();
        }
        if (schema.path("format").asText().equals("date-time")) {
            return "2027-01-01T00:00:00Z";
        }
        return switch (name) {
            case "name" -> "usual-" + made.incrementAndGet();
            case "url" -> "https://hooks.example/x";
            case "events" -> "queue.full";
            case "pools" -> "llm";
            case "scopes" -> "pools";
            case "group" -> "team";
            case "password" -> "brown teapot 7 moons";
            case "tickets" -> "4711";
            default -> "usual";
        };
    }

    /** Every text in a schema's bodies, as JSON pointers. */
    List<String> texts(JsonNode schema) {
        List<String> pointers = new ArrayList<>();
        collect(schema, "", pointers);
        return pointers;
    }

    private void collect(JsonNode given, String at, List<String> pointers) {
        JsonNode schema = resolved(given);
        if (isOf(schema, "string")) {
            pointers.add(at);
        } else if (isOf(schema, "array")) {
            collect(schema.path("items"), at + "/0", pointers);
        } else {
            schema.path("properties")
                    .properties()
                    .forEach(member -> collect(member.getValue(), at + "/" + member.getKey(), pointers));
        }
    }

    /** The pointers of every text in a body. */
    static List<String> textsIn(JsonNode body) {
        List<String> pointers = new ArrayList<>();
        textsIn(body, "", pointers);
        return pointers;
    }

    private static void textsIn(JsonNode node, String at, List<String> pointers) {
        if (node.isTextual()) {
            pointers.add(at);
        }
        node.properties()
                .forEach(member -> textsIn(
                        member.getValue(),
                        at + "/" + member.getKey().replace("~", "~0").replace("/", "~1"),
                        pointers));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            textsIn(node.get(i), at + "/" + i, pointers);
        }
    }

    /** A copy of a body with a text at a place. */
    static JsonNode with(JsonNode body, String pointer, String text) {
        JsonNode copy = body.deepCopy();
        int last = pointer.lastIndexOf('/');
        JsonNode parent = copy.at(pointer.substring(0, last));
        String name = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), NODES.textNode(text));
        } else {
            ((ObjectNode) parent).put(name, text);
        }
        return copy;
    }

    /** The name of the member at a place, or that holds the list at it. */
    static String member(String pointer) {
        String[] steps = pointer.split("/");
        String last = steps[steps.length - 1];
        return (last.matches("\\d+") && steps.length > 2 ? steps[steps.length - 2] : last)
                .replace("~1", "/")
                .replace("~0", "~");
    }
}
