// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

/**
 * One mistake in a configuration file.
 *
 * @param line where it stands, from 1; 0 if it has no place of its own
 * @param key the full name, as in {@code pools.llm.slots}
 * @param value what was found, on one line
 * @param expected what would be allowed
 */
public record ConfigProblem(int line, String key, String value, String expected) {
    private static final int LONGEST_VALUE = 60;

    /** Shortens the value and keeps it on one line. */
    public ConfigProblem {
        value = value.replaceAll("\\p{Cntrl}", " ");
        if (value.length() > LONGEST_VALUE) {
            value = value.substring(0, LONGEST_VALUE) + "...";
        }
    }

    /** The form in which it is told: {@code line 7: pools.llm.slots: eight (expected: a whole number)}. */
    @Override
    public String toString() {
        String place = line > 0 ? "line " + line + ": " : "";
        return place + key + ": " + value + " (expected: " + expected + ")";
    }
}
