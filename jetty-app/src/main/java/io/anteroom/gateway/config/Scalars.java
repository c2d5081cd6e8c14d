// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The written forms of numbers, times and sizes. Each parser answers null for what it does not understand. */
public final class Scalars {
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,15})(\\.\\d{1,6})?\\s*([A-Za-z]*)");
    private static final Map<String, Long> NANOS = Map.of(
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);
    private static final Map<String, Long> BYTES = Map.of(
            "",
            1L,
            "b",
            1L,
            "kib",
            1L << 10,
            "mib",
            1L << 20,
            "gib",
            1L << 30,
            "kb",
            1000L,
            "mb",
            1_000_000L,
            "gb",
            1_000_000_000L);

    private Scalars() {}

    static @Nullable Long whole(String text) {
        try {
            return Long.valueOf(text.replace("_", ""));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A time as {@code 300ms}, {@code 1.5s}, {@code 2m} or {@code 1h}; 0 needs no unit. */
    public static @Nullable Duration duration(String text) {
        Matcher matcher = NUMBER.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        double number = number(matcher);
        Long unit = NANOS.get(matcher.group(3));
        if (unit == null) {
            return number == 0 && matcher.group(3).isEmpty() ? Duration.ZERO : null;
        }
        double nanos = number * unit;
        return nanos > Long.MAX_VALUE ? null : Duration.ofNanos(Math.round(nanos));
    }

    static @Nullable Long bytes(String text) {
        Matcher matcher = NUMBER.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        Long unit = BYTES.get(matcher.group(3).toLowerCase(Locale.ROOT));
        double bytes = unit == null ? -1 : number(matcher) * unit;
        return bytes < 0 || bytes > Long.MAX_VALUE || bytes != Math.rint(bytes) ? null : (Long) (long) bytes;
    }

    private static double number(Matcher matcher) {
        String fraction = matcher.group(2);
        return Double.parseDouble(matcher.group(1) + (fraction == null ? "" : fraction));
    }

    /** A time in the form in which it is written in the file. */
    static String shown(Duration time) {
        if (time.isZero()) {
            return "0";
        }
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long nanos = NANOS.getOrDefault(unit, 1L);
            if (time.toNanos() % nanos == 0) {
                return time.toNanos() / nanos + unit;
            }
        }
        return time.toMillis() + "ms";
    }

    /** What an unknown key might have been meant to be, else all that there is. */
    static String suggestion(String key, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String other) -> distance(key, other)))
                .filter(nearest -> distance(key, nearest) <= Math.max(2, key.length() / 3))
                .map(nearest -> "did you mean " + nearest + "?")
                .orElseGet(() -> "one of " + String.join(", ", known));
    }

    /** The edits that turn one word into the other (Levenshtein); underscores and case count nothing. */
    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT).replace('_', '-');
        String b = right.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
