// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Foreign text in sentences, cells and lines. Safe from any thread. */
public final class Text {
    private static final int LONGEST = 120;
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");
    /** Halves of surrogate pairs, which UTF-8 cannot say. */
    private static final Pattern HALVES = Pattern.compile("\\p{Cs}");
    /** What spreadsheets begin to calculate at, also in full width and after blanks. */
    private static final Pattern FORMULA = Pattern.compile("[\\h\\s]*[=+\\-@|%\\uFF1D\\uFF0B\\uFF0D\\uFF20]");

    private Text() {}

    /** Short, on one line, nothing in it that changes how the rest is read. */
    static String shown(String text) {
        return line(text, LONGEST);
    }

    /** On one line, at most so long. */
    static String line(String text, int most) {
        String line = BREAKS.matcher(text).replaceAll(" ");
        String cut = line.length() <= most ? line : line.substring(0, most - 3) + "...";
        return HALVES.matcher(cut).replaceAll("\uFFFD");
    }

    /** What keeps a text from being stored and given back as it is, or null. */
    static @Nullable String fault(String text) {
        if (text.indexOf('\0') >= 0) {
            return "a NUL in it";
        }
        return HALVES.matcher(text).find() ? "half of a character in it" : null;
    }

    /** A cell of a CSV file, on one line, which no spreadsheet takes for a formula. */
    public static String cell(String text) {
        String line = line(text, Integer.MAX_VALUE);
        boolean isFormula = FORMULA.matcher(line).lookingAt();
        return '"' + (isFormula ? "'" : "") + line.replace("\"", "\"\"") + '"';
    }
}
