// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads typed values from texts by key, and collects every problem instead of stopping at the first. Not thread-safe.
 */
final class ParamReader {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12}) ?(ms|s|m|h)");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,19}) ?(B|KiB|MiB|GiB)?");
    private static final Pattern ISO_DURATION = Pattern.compile("\\bPT[0-9.HMS]+");
    private static final String EXPECTED = " (expected: ";

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

    private final Map<String, String> texts;
    private final Set<String> known = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    ParamReader(Map<String, String> texts) {
        this.texts = texts;
    }

    /** What is wrong so far, each as {@code key: value (expected: ...)}, with the keys that nobody asked for. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        texts.keySet().stream()
                .filter(key -> !known.contains(key))
                .sorted()
                .forEach(key -> all.add(key + ": " + texts.get(key) + " (expected: no such key)"));
        return all;
    }

    boolean has(String key) {
        known.add(key);
        return texts.containsKey(key);
    }

    void number(String key, long min, long max, Consumer<Long> to) {
        String expected = max == Long.MAX_VALUE || max == Integer.MAX_VALUE
                ? "a number of at least " + min
                : "a number from " + min + " to " + max;
        read(key, expected, text -> number(text, min, max), to);
    }

    void bytes(String key, long max, Consumer<Long> to) {
        String bound = max == Long.MAX_VALUE ? "" : " up to " + (max >> 20) + "MiB";
        read(key, "bytes" + bound + ", such as 64KiB or 1MiB", text -> bytes(text, max), to);
    }

    /** One of a few numbers. */
    void oneOf(String key, List<Long> numbers, Consumer<Integer> to) {
        int last = numbers.size() - 1;
        String expected = numbers.subList(0, last).stream().map(String::valueOf).collect(Collectors.joining(", "))
                + " or " + numbers.get(last);
        read(
                key,
                expected,
                text -> numbers.stream()
                        .filter(number -> number.toString().equals(text))
                        .map(Long::intValue)
                        .findFirst()
                        .orElse(null),
                to);
    }

    void duration(String key, Consumer<Duration> to) {
        read(key, "a duration, such as 500ms, 10s or 5m", ParamReader::duration, to);
    }

    void text(String key, Consumer<String> to) {
        read(key, "a text", text -> text, to);
    }

    void flag(String key, Consumer<Boolean> to) {
        read(key, "true or false", ParamReader::flag, to);
    }

    <E extends Enum<E>> void choice(String key, Class<E> type, Consumer<E> to) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        read(key, "one of " + String.join(", ", names), text -> choice(type, names, text), to);
    }

    List<String> list(String key) {
        known.add(key);
        String text = texts.get(key);
        return text == null
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::trim)
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    void problem(String text) {
        problems.add(text);
    }

    /** Does something whose own checks may fail; what they say is a problem. */
    void checked(Runnable action) {
        checkedAs(null, action);
    }

    /**
     * The same.
     *
     * @param shown what to tell before what was expected, or null for what the check itself says
     */
    void checkedAs(@Nullable String shown, Runnable action) {
        try {
            action.run();
        } catch (IllegalArgumentException e) {
            String message =
                    ISO_DURATION.matcher(String.valueOf(e.getMessage())).replaceAll(found -> shown(found.group()));
            int expected = message.indexOf(EXPECTED);
            problems.add(shown == null || expected < 0 ? message : shown + message.substring(expected));
        }
    }

    /** A duration as it is written here; what only looks like one, as in an operator's own text, stays as it is. */
    private static String shown(String iso) {
        try {
            return shown(Duration.parse(iso));
        } catch (DateTimeException | ArithmeticException e) {
            return iso;
        }
    }

    private static String shown(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        return seconds == 0 || seconds % 60 != 0
                ? seconds + "s"
                : seconds % 3600 != 0 ? seconds / 60 + "m" : seconds / 3600 + "h";
    }

    private <T> void read(String key, String expected, Function<String, @Nullable T> parse, Consumer<T> to) {
        known.add(key);
        String text = texts.get(key);
        if (text == null) {
            return;
        }
        T value = parse.apply(text.trim());
        if (value == null) {
            problems.add(key + ": " + text.trim() + " (expected: " + expected + ")");
        } else {
            checkedAs(key + ": " + text.trim(), () -> to.accept(value));
        }
    }

    private static @Nullable Long number(String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            return value >= min && value <= max ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Long bytes(String text, long max) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : UNITS.indexOf(unit) * 10;
        Long count = number(matcher.group(1), 0, max >> shift);
        return count == null ? null : (Long) (count << shift);
    }

    private static @Nullable Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long value = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(value);
                case "s" -> Duration.ofSeconds(value);
                case "m" -> Duration.ofMinutes(value);
                default -> Duration.ofHours(value);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    private static <E extends Enum<E>> @Nullable E choice(Class<E> type, List<String> names, String text) {
        int index = names.indexOf(text.toLowerCase(Locale.ROOT).replace('_', '-'));
        return index < 0 ? null : type.getEnumConstants()[index];
    }
}
