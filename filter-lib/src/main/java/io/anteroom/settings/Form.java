// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A record as a JSON object: its fields are told once, and reading, writing and the schema follow. Fields are added
 * while the form is built; afterwards any thread may use it.
 */
final class Form<R> implements Shape<R> {
    private final List<Field<R, ?>> fields = new ArrayList<>();
    private final Function<Values, R> maker;

    Form(Function<Values, R> maker) {
        this.maker = maker;
    }

    /** The parts of a record that is about to be made. */
    static final class Values {
        private final @Nullable Object[] values;

        private Values(@Nullable Object[] values) {
            this.values = values;
        }

        /** A part, of the type that it is put into; null only where the member may be. */
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"})
        <T> T at(int index) {
            return (T) values[index];
        }
    }

    /** Takes a part out of a record. */
    interface Part<R, T> {
        @Nullable T of(R value);
    }

    /** How a member is left out. */
    private enum Absent {
        /** It must not be. */
        NEVER,
        /** Something usual counts then. */
        USUAL,
        /** It is nothing then, as if null were written. */
        NULL
    }

    /** One member. */
    private record Field<R, T>(
            String key,
            Shape<T> shape,
            Part<R, T> part,
            Absent absent,
            @Nullable T usual) {
        @Nullable Object write(R value) {
            T own = part.of(value);
            return own == null ? null : shape.write(own);
        }

        @Nullable Object read(Map<?, ?> members, Place at) {
            Place place = at.child(key);
            boolean isThere = members.containsKey(key);
            Object json = members.get(key);
            if (isThere) {
                return json == null && absent == Absent.NULL ? null : shape.read(json, place);
            }
            if (absent == Absent.NEVER) {
                place.note("missing", "a value");
            }
            return usual;
        }

        Map<String, Object> schema() {
            Map<String, Object> own = shape.schema();
            Map<String, Object> schema = new LinkedHashMap<>(absent == Absent.NULL ? Shapes.nullable(own) : own);
            if (absent != Absent.NEVER) {
                T value = usual;
                schema.put("default", value == null ? JsonTree.NULL : JsonTree.orNull(shape.write(value)));
            }
            return schema;
        }
    }

    /** Adds a member that must be there. */
    <T> Form<R> needs(String key, Shape<T> shape, Part<R, T> part) {
        fields.add(new Field<>(key, shape, part, Absent.NEVER, null));
        return this;
    }

    /** Adds a member that may be left out. */
    <T> Form<R> has(String key, Shape<T> shape, T usual, Part<R, T> part) {
        fields.add(new Field<>(key, shape, part, Absent.USUAL, usual));
        return this;
    }

    /** Adds a member that may be null, and is if it is left out. */
    <T> Form<R> may(String key, Shape<T> shape, Part<R, T> part) {
        fields.add(new Field<>(key, shape, part, Absent.NULL, null));
        return this;
    }

    @Override
    public Map<String, @Nullable Object> write(R value) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        fields.forEach(field -> json.put(field.key(), field.write(value)));
        return json;
    }

    @Override
    public @Nullable R read(@Nullable Object json, Place at) {
        if (!(json instanceof Map<?, ?> members)) {
            at.problem(json, "an object");
            return null;
        }
        int before = at.problems().size();
        @Nullable Object[] values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = fields.get(i).read(members, at);
        }
        List<String> known = fields.stream().map(Field::key).toList();
        members.keySet().stream()
                .map(String::valueOf)
                .filter(key -> !known.contains(key))
                .forEach(key -> at.child(key).note("unknown key", Spelling.suggestion(key, known)));
        return at.problems().size() > before ? null : make(values, at);
    }

    private @Nullable R make(@Nullable Object[] values, Place at) {
        try {
            return maker.apply(new Values(values));
        } catch (IllegalArgumentException e) {
            at.problem(e);
            return null;
        }
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> properties = new LinkedHashMap<>();
        fields.forEach(field -> properties.put(field.key(), field.schema()));
        Map<String, Object> schema = Shapes.object("type", "object", "properties", properties);
        List<String> required = fields.stream()
                .filter(field -> field.absent() == Absent.NEVER)
                .map(Field::key)
                .toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }
}
