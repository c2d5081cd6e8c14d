// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The simple shapes. */
final class Shapes {
    private static final String TYPE = "type";

    private Shapes() {}

    /** A shape by its three parts; a parser answers null for what it does not understand. */
    private record Scalar<T>(
            Function<T, Object> writer,
            Function<Object, @Nullable T> parser,
            String expected,
            Map<String, Object> schema)
            implements Shape<T> {
        @Override
        public Object write(T value) {
            return writer.apply(value);
        }

        @Override
        public @Nullable T read(@Nullable Object json, Place at) {
            T value = json == null ? null : parser.apply(json);
            if (value == null) {
                at.problem(json, expected);
            }
            return value;
        }
    }

    /** A whole number. */
    static Shape<Long> whole(long min, long max) {
        return new Scalar<>(
                value -> value,
                json -> json instanceof Long number && number >= min && number <= max ? number : null,
                "a whole number " + range(min, max),
                object(TYPE, "integer", "minimum", min, "maximum", max));
    }

    /** A whole number that fits an {@code int}. */
    static Shape<Integer> count(int min, int max) {
        return mapped(whole(min, max), Long::intValue, Integer::longValue);
    }

    /** A whole number, or null for no limit, which is {@link Integer#MAX_VALUE} in the records. */
    static Shape<Integer> limit(int min) {
        Shape<Integer> count = count(min, Integer.MAX_VALUE);
        return new Shape<>() {
            @Override
            public @Nullable Object write(Integer value) {
                return value == Integer.MAX_VALUE ? null : count.write(value);
            }

            @Override
            public @Nullable Integer read(@Nullable Object json, Place at) {
                return json == null ? (Integer) Integer.MAX_VALUE : count.read(json, at);
            }

            @Override
            public Map<String, Object> schema() {
                return nullable(count.schema());
            }
        };
    }

    /** A time in whole milliseconds. */
    static Shape<Duration> millis(Duration min, Duration max) {
        return mapped(whole(min.toMillis(), max.toMillis()), Duration::ofMillis, Duration::toMillis);
    }

    /** True or false. */
    static Shape<Boolean> flag() {
        return new Scalar<>(
                value -> value,
                json -> json instanceof Boolean flag ? flag : null,
                "true or false",
                object(TYPE, "boolean"));
    }

    /** A text that fits a pattern as a whole. */
    static Shape<String> text(String pattern, String expected) {
        Pattern compiled = Pattern.compile(pattern);
        return new Scalar<>(
                value -> value,
                json -> json instanceof String text && compiled.matcher(text).matches() ? text : null,
                expected,
                object(TYPE, "string", "pattern", "^(?:" + pattern + ")$"));
    }

    /** One of the constants of an enum, in lower case. */
    static <E extends Enum<E>> Shape<E> word(Class<E> type) {
        List<String> words =
                Arrays.stream(type.getEnumConstants()).map(Shapes::wordOf).toList();
        return new Scalar<>(
                Shapes::wordOf,
                json -> {
                    int index = json instanceof String text ? words.indexOf(text) : -1;
                    return index < 0 ? null : type.getEnumConstants()[index];
                },
                "one of " + String.join(", ", words),
                object("enum", words));
    }

    private static String wordOf(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A moment, as in {@code 2026-11-21T09:15:00Z}. */
    static Shape<Instant> instant() {
        return new Scalar<>(
                Instant::toString,
                json -> {
                    try {
                        return json instanceof String text ? Instant.parse(text) : null;
                    } catch (DateTimeException e) {
                        return null;
                    }
                },
                "a moment, such as 2026-11-21T09:15:00Z",
                object(TYPE, "string", "format", "date-time"));
    }

    private static <A, B> Shape<B> mapped(Shape<A> shape, Function<A, B> to, Function<B, A> from) {
        return new Shape<>() {
            @Override
            public @Nullable Object write(B value) {
                return shape.write(from.apply(value));
            }

            @Override
            public @Nullable B read(@Nullable Object json, Place at) {
                A value = shape.read(json, at);
                return value == null ? null : to.apply(value);
            }

            @Override
            public Map<String, Object> schema() {
                return shape.schema();
            }
        };
    }

    static String range(long min, long max) {
        return max >= Integer.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
    }

    /** The schema of that or null. */
    static Map<String, Object> nullable(Map<String, Object> schema) {
        return object("anyOf", List.of(schema, object(TYPE, "null")));
    }

    /** An object of pairs of names and values, in their order. */
    static Map<String, Object> object(Object... pairs) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            object.put((String) pairs[i], pairs[i + 1]);
        }
        return object;
    }
}
