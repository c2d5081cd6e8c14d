// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a misspelt key may have been meant to be. */
final class Spelling {
    private static final int LONGEST = 100;

    private Spelling() {}

    /** The nearest known word, if one is near, else all that there are. */
    static String suggestion(String key, List<String> known) {
        String all = "one of " + String.join(", ", known);
        if (key.length() > LONGEST) {
            return all;
        }
        String word = key.toLowerCase(Locale.ROOT).replace('-', '_');
        return known.stream()
                .min(Comparator.comparingInt(other -> distance(word, other)))
                .filter(nearest -> distance(word, nearest) <= Math.max(2, word.length() / 3))
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse(all);
    }

    /** How many edits turn one word into the other (Levenshtein). */
    private static int distance(String a, String b) {
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
