// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.Locale;

/** Reads the values of options, the same for headers and bodies. */
final class OptionValues {
    static final int MAX_ID = 128;
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final String PRIORITIES = "critical, high, normal, low or an integer";

    private OptionValues() {}

    static Priority priority(String name, String value) throws BadRequest {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "critical" -> Priority.CRITICAL;
            case "high" -> Priority.HIGH;
            case "normal" -> Priority.NORMAL;
            case "low" -> Priority.LOW;
            default -> Priority.ofInteger(integer(name, value, Integer.MIN_VALUE, Integer.MAX_VALUE, PRIORITIES));
        };
    }

    static Duration millis(String name, String value) throws BadRequest {
        String expected = "milliseconds from 0 to " + DAY_MILLIS;
        return Duration.ofMillis(integer(name, value, 0, DAY_MILLIS, expected));
    }

    static OnFull onFull(String name, String value) throws BadRequest {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "reject" -> OnFull.REJECT;
            case "drop_lowest" -> OnFull.SHED_LOWEST;
            default -> throw BadRequest.option(name, value, "reject or drop_lowest");
        };
    }

    /** Whether the fallback is asked for. */
    static boolean onTimeout(String name, String value) throws BadRequest {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "fallback" -> true;
            case "error" -> false;
            default -> throw BadRequest.option(name, value, "error or fallback");
        };
    }

    static boolean bool(String name, String value) throws BadRequest {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw BadRequest.option(name, value, "true or false");
        };
    }

    static String id(String name, String value) throws BadRequest {
        if (!isId(value)) {
            throw BadRequest.option(name, value, "1 to " + MAX_ID + " of A-Z a-z 0-9 . _ -");
        }
        return value;
    }

    static boolean isId(String value) {
        if (value.isEmpty() || value.length() > MAX_ID) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static long integer(String name, String value, long min, long max, String expected) throws BadRequest {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, the same as a number out of range.
        }
        throw BadRequest.option(name, value, expected);
    }
}
