// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;

/**
 * One thing that somebody did.
 *
 * @param id its number in the log; 0 before it is written
 * @param at when
 * @param actor who, at most 128 characters
 * @param deed what, as {@code settings.edit}
 * @param subject to what, at most 256 characters
 * @param detail before and after, without secrets, at most 64 Ki characters
 */
public record AuditEntry(long id, Instant at, String actor, String deed, String subject, String detail) {
    private static final int LONGEST_ACTOR = 128;
    private static final int LONGEST_DEED = 64;
    private static final int LONGEST_SUBJECT = 256;
    private static final int LONGEST_DETAIL = 64 << 10;

    /** Cuts what is too long: a log refuses nothing. */
    public AuditEntry {
        actor = cut(actor, LONGEST_ACTOR);
        deed = cut(deed, LONGEST_DEED);
        subject = cut(subject, LONGEST_SUBJECT);
        detail = cut(detail, LONGEST_DETAIL);
    }

    private static String cut(String text, int most) {
        // PostgreSQL takes no NUL in a text.
        String clean = text.replace('\0', ' ');
        return clean.length() <= most ? clean : clean.substring(0, most - 3) + "...";
    }
}
