// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One state of the settings.
 *
 * @param number from 1 on, each one more than the last; 0 for settings that no store has taken yet
 * @param at when it was made, in milliseconds
 * @param by who made it, at most 128 characters
 * @param comment why, at most 1,000 characters
 * @param settings the whole document
 */
public record Revision(long number, Instant at, String by, String comment, Settings settings) {
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_COMMENT = 1000;

    /** Checks the bounds. */
    public Revision {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        if (number < 0) {
            throw new IllegalArgumentException("number: " + number + " (expected: at least 0)");
        }
        if (by.isBlank() || by.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "by: " + by.length() + " characters (expected: from 1 to " + LONGEST_NAME + ")");
        }
        if (comment.length() > LONGEST_COMMENT) {
            throw new IllegalArgumentException(
                    "comment: " + comment.length() + " characters (expected: at most " + LONGEST_COMMENT + ")");
        }
    }

    /**
     * What a list of revisions shows of one.
     *
     * @param number its number
     * @param at when it was made
     * @param by who made it
     * @param comment why
     */
    public record Note(long number, Instant at, String by, String comment) {}

    /** Everything but the document. */
    public Note note() {
        return new Note(number, at, by, comment);
    }
}
