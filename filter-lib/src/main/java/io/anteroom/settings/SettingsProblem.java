// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

/**
 * One mistake in a settings document.
 *
 * @param path where, as in {@code pools.llm.slots}; empty for the document itself
 * @param value what was found, short and on one line
 * @param expected what would be allowed
 */
public record SettingsProblem(String path, String value, String expected) {
    private static final int LONGEST = 80;
    private static final int LONGEST_PATH = 400;

    /** Shortens what came from outside and keeps it on one line. */
    public SettingsProblem {
        path = cut(path, LONGEST_PATH);
        value = cut(value, LONGEST);
    }

    /** What a record said of itself, as {@code key: value (expected: ...)}, about something at a path. */
    static SettingsProblem of(String path, IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        int colon = message.indexOf(": ");
        int expected = message.indexOf(" (expected: ");
        if (colon < 0 || expected < colon || !message.endsWith(")")) {
            return new SettingsProblem(path, message, "settings that fit together");
        }
        String key = message.substring(0, colon).replace('-', '_');
        String value = message.substring(colon + 2, Math.max(colon + 2, expected));
        String allowed = message.substring(expected + " (expected: ".length(), message.length() - 1);
        return new SettingsProblem(path.isEmpty() ? key : path + "." + key, value, allowed);
    }

    private static String cut(String text, int most) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= most ? line : line.substring(0, most) + "...";
    }

    /** The form in which it is told: {@code pools.llm.slots: "eight" (expected: a whole number)}. */
    @Override
    public String toString() {
        return (path.isEmpty() ? "settings" : path) + ": " + value + " (expected: " + expected + ")";
    }
}
