// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The shapes of several values: lists, sets, and objects whose keys are names. */
final class Several {
    private Several() {}

    /**
     * The names in an object.
     *
     * @param pattern what a name looks like
     * @param expected the same in words
     * @param least how many there must be
     * @param most how many there may be
     */
    record Names(String pattern, String expected, int least, int most) {}

    /** Values by name, in the order of the document. */
    static <T> Shape<Map<String, T>> named(Names names, Shape<T> shape) {
        Pattern pattern = Pattern.compile(names.pattern());
        return new Shape<>() {
            @Override
            public Object write(Map<String, T> values) {
                Map<String, @Nullable Object> json = new LinkedHashMap<>();
                values.forEach((name, value) -> json.put(name, shape.write(value)));
                return json;
            }

            @Override
            public @Nullable Map<String, T> read(@Nullable Object json, Place at) {
                if (!(json instanceof Map<?, ?> members) || members.size() > names.most()) {
                    at.problem(json, "an object of at most " + names.most() + " names");
                    return null;
                }
                if (members.size() < names.least()) {
                    at.note(members.isEmpty() ? "none" : "only " + members.size(), "at least " + names.least());
                }
                Map<String, T> values = new LinkedHashMap<>();
                members.forEach((key, value) -> {
                    Place place = at.child(String.valueOf(key));
                    boolean isName = pattern.matcher(String.valueOf(key)).matches();
                    if (!isName) {
                        place.note("unknown name", names.expected());
                    }
                    T parsed = shape.read(value, place);
                    // Nothing of that name can be made.
                    if (parsed != null && isName) {
                        values.put(String.valueOf(key), parsed);
                    }
                });
                return values;
            }

            @Override
            public Map<String, Object> schema() {
                return Shapes.object(
                        "type",
                        "object",
                        "propertyNames",
                        Shapes.object("pattern", "^(?:" + names.pattern() + ")$"),
                        "minProperties",
                        (long) names.least(),
                        "maxProperties",
                        (long) names.most(),
                        "additionalProperties",
                        shape.schema());
            }
        };
    }

    /** Values that know their names, as an object by name. */
    static <T> Shape<List<T>> byName(
            Names names, Function<T, String> name, BiFunction<String, T, T> rename, Shape<T> shape) {
        Shape<Map<String, T>> named = named(names, shape);
        return new Shape<>() {
            @Override
            public @Nullable Object write(List<T> values) {
                Map<String, T> byName = new LinkedHashMap<>();
                values.forEach(value -> byName.put(name.apply(value), value));
                return named.write(byName);
            }

            @Override
            public @Nullable List<T> read(@Nullable Object json, Place at) {
                Map<String, T> byName = named.read(json, at);
                if (byName == null) {
                    return null;
                }
                List<T> values = new ArrayList<>();
                byName.forEach((key, value) -> values.add(rename.apply(key, value)));
                return values;
            }

            @Override
            public Map<String, Object> schema() {
                return named.schema();
            }
        };
    }

    /** A list. */
    static <T> Shape<List<T>> list(int most, Shape<T> shape) {
        return list(0, most, shape);
    }

    /** A list of at least so many. */
    static <T> Shape<List<T>> list(int least, int most, Shape<T> shape) {
        return new Shape<>() {
            @Override
            public Object write(List<T> values) {
                List<@Nullable Object> json = new ArrayList<>();
                values.forEach(value -> json.add(shape.write(value)));
                return json;
            }

            @Override
            public @Nullable List<T> read(@Nullable Object json, Place at) {
                if (!(json instanceof List<?> items) || items.size() > most) {
                    at.problem(json, "a list of at most " + most);
                    return null;
                }
                if (items.size() < least) {
                    at.note(items.isEmpty() ? "none" : "only " + items.size(), "at least " + least);
                }
                List<T> values = new ArrayList<>();
                for (int i = 0; i < items.size(); i++) {
                    T value = shape.read(items.get(i), at.item(i));
                    if (value != null) {
                        values.add(value);
                    }
                }
                return values;
            }

            @Override
            public Map<String, Object> schema() {
                Map<String, Object> schema = Shapes.object("type", "array");
                if (least > 0) {
                    schema.put("minItems", (long) least);
                }
                schema.put("maxItems", (long) most);
                schema.put("items", shape.schema());
                return schema;
            }
        };
    }

    /** A set, written in its natural order. */
    static <T extends Comparable<T>> Shape<Set<T>> set(int most, Shape<T> shape) {
        Shape<List<T>> list = list(most, shape);
        return new Shape<>() {
            @Override
            public @Nullable Object write(Set<T> values) {
                return list.write(List.copyOf(new TreeSet<>(values)));
            }

            @Override
            public @Nullable Set<T> read(@Nullable Object json, Place at) {
                List<T> values = list.read(json, at);
                if (values == null) {
                    return null;
                }
                Set<T> set = new LinkedHashSet<>(values);
                if (set.size() < values.size()) {
                    at.problem(json, "each once");
                }
                return set;
            }

            @Override
            public Map<String, Object> schema() {
                Map<String, Object> schema = new LinkedHashMap<>(list.schema());
                schema.put("uniqueItems", true);
                return schema;
            }
        };
    }
}
