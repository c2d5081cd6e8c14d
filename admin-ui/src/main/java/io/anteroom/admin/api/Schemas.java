// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Turns records into JSON Schema, each a component of its own. Used by one thread. */
final class Schemas {
    private final Map<String, Object> components = new LinkedHashMap<>();

    /** What has been referred to so far, by name. */
    Map<String, Object> components() {
        return components;
    }

    /**
     * A reference to the schema of a record.
     *
     * @param isRequest whether members that may be null may be left out; answers always have them
     */
    Map<String, Object> of(Class<?> type, boolean isRequest) {
        return value(type, isRequest);
    }

    private Map<String, Object> value(Type type, boolean isRequest) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] arguments = generic.getActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                return map("type", "array", "items", value(arguments[0], isRequest));
            }
            return map("type", "object", "additionalProperties", value(arguments[1], isRequest));
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return record(plain, isRequest);
        }
        if (plain.isEnum()) {
            List<String> words = Arrays.stream(plain.getEnumConstants())
                    .map(constant -> Json.word((Enum<?>) constant))
                    .toList();
            return map("type", "string", "enum", words);
        }
        if (plain == Instant.class) {
            return map("type", "string", "format", "date-time");
        }
        if (plain == String.class) {
            return map("type", "string");
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return map("type", "boolean");
        }
        if (plain == double.class || plain == Double.class) {
            return map("type", "number");
        }
        if (plain == int.class || plain == Integer.class || plain == long.class || plain == Long.class) {
            return map("type", "integer");
        }
        return new LinkedHashMap<>();
    }

    private Map<String, Object> record(Class<?> type, boolean isRequest) {
        String owner = type.getEnclosingClass() == null
                ? ""
                : type.getEnclosingClass().getSimpleName().replaceAll("Routes$|Views$|Bodies$", "");
        String name = owner + type.getSimpleName();
        if (!components.containsKey(name)) {
            components.put(name, Map.of());
            Map<String, Object> properties = new LinkedHashMap<>();
            List<String> required = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                properties.put(Fields.name(component), property(component, isRequest));
                if (!isRequest || !Fields.isOptional(component)) {
                    required.add(Fields.name(component));
                }
            }
            Map<String, Object> schema = map("type", "object", "properties", properties);
            if (!required.isEmpty()) {
                schema.put("required", required);
            }
            schema.put("additionalProperties", false);
            components.put(name, schema);
        }
        return map("$ref", "#/components/schemas/" + name);
    }

    private Map<String, Object> property(RecordComponent component, boolean isRequest) {
        Map<String, Object> schema = value(component.getGenericType(), isRequest);
        Field field = component.getAnnotation(Field.class);
        if (field != null) {
            constrain(schema, field);
        }
        if (!Fields.isOptional(component)) {
            return schema;
        }
        if (schema.containsKey("$ref") || schema.containsKey("enum")) {
            return map("anyOf", List.of(schema, map("type", "null")));
        }
        Object known = schema.get("type");
        if (known != null) {
            schema.put("type", List.of(known, "null"));
        }
        return schema;
    }

    private static void constrain(Map<String, Object> schema, Field field) {
        if (!field.value().isEmpty()) {
            schema.put("description", field.value());
        }
        if (!field.format().isEmpty()) {
            schema.put("format", field.format());
        }
        Object type = schema.get("type");
        String least = "integer".equals(type) ? "minimum" : "array".equals(type) ? "minItems" : "minLength";
        String most = "integer".equals(type) ? "maximum" : "array".equals(type) ? "maxItems" : "maxLength";
        boolean isSized = "integer".equals(type) || "array".equals(type) || "string".equals(type);
        if (isSized && field.min() != 0) {
            schema.put(least, field.min());
        }
        if (isSized && field.max() != Long.MAX_VALUE) {
            schema.put(most, field.max());
            schema.putIfAbsent(least, field.min());
        }
        Map<String, Object> text = "array".equals(type) ? items(schema) : schema;
        if (!field.pattern().isEmpty()) {
            text.put("pattern", "^(?:" + field.pattern() + ")$");
        }
        if (field.oneOf().length > 0) {
            text.put("enum", List.of(field.oneOf()));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> items(Map<String, Object> array) {
        return (Map<String, Object>) Objects.requireNonNull(array.get("items"));
    }

    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
