// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.time.Duration;

/**
 * How much of the past is kept.
 *
 * @param revisions how many revisions of the settings, 1 to 10,000; the one that counts is always among them
 * @param audit how long what was done is remembered, 1 to 3,650 days
 * @param analytics how long is known how the queues fared, 1 to 3,650 days
 */
public record Retention(int revisions, Duration audit, Duration analytics) {
    /** 500 revisions, 90 days, 30 days. */
    public static final Retention DEFAULT = new Retention(500, Duration.ofDays(90), Duration.ofDays(30));

    static final int MOST_REVISIONS = 10_000;
    static final int MOST_DAYS = 3650;

    /** Checks all bounds. */
    public Retention {
        if (revisions < 1 || revisions > MOST_REVISIONS) {
            throw new IllegalArgumentException(
                    "revisions: " + revisions + " (expected: from 1 to " + MOST_REVISIONS + ")");
        }
        check("audit", audit);
        check("analytics", analytics);
    }

    private static void check(String name, Duration kept) {
        if (kept.compareTo(Duration.ofDays(1)) < 0 || kept.compareTo(Duration.ofDays(MOST_DAYS)) > 0) {
            throw new IllegalArgumentException(name + ": " + kept + " (expected: from 1 to " + MOST_DAYS + " days)");
        }
    }
}
