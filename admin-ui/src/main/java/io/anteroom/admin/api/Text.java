// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

/** Foreign text in sentences, cells and lines. */
final class Text {
    private static final int LONGEST = 120;

    private Text() {}

    /** Short, on one line, nothing in it that changes how the rest is read. */
    static String shown(String text) {
        return line(text, LONGEST);
    }

    /** On one line, at most so long. */
    static String line(String text, int most) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ");
        return line.length() <= most ? line : line.substring(0, most - 3) + "...";
    }

    /** A cell of a CSV file, which no spreadsheet takes for a formula. */
    static String cell(String text) {
        String safe = text.isEmpty() || "=+-@\t\r\n|%".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }
}
