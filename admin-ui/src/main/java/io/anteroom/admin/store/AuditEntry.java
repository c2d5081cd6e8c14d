// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import java.util.Locale;

/**
 * One thing that somebody did, or was kept from doing.
 *
 * @param id its number in the log; 0 before it is written
 * @param at when
 * @param actor who, at most 128 characters
 * @param deed what, as {@code settings.edit}
 * @param subject to what, at most 256 characters
 * @param detail before and after, without secrets, at most 64 Ki characters
 * @param outcome what came of it
 * @param origin where from
 */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String deed,
        String subject,
        String detail,
        Outcome outcome,
        AuditOrigin origin) {
    private static final int LONGEST_ACTOR = 128;
    private static final int LONGEST_DEED = 64;
    private static final int LONGEST_SUBJECT = 256;
    private static final int LONGEST_DETAIL = 64 << 10;

    /** What came of a deed. */
    public enum Outcome {
        /** It was done. */
        DONE,
        /** It was not allowed. */
        DENIED,
        /** It was allowed and did not succeed. */
        FAILED;

        /** Its name in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Outcome of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Cuts what is too long: a log refuses nothing. */
    public AuditEntry {
        actor = cut(actor, LONGEST_ACTOR);
        deed = cut(deed, LONGEST_DEED);
        subject = cut(subject, LONGEST_SUBJECT);
        detail = cut(detail, LONGEST_DETAIL);
    }

    /** Something that was done, on behalf of whoever {@link AuditOrigin#during} names. */
    public AuditEntry(long id, Instant at, String actor, String deed, String subject, String detail) {
        this(id, at, actor, deed, subject, detail, Outcome.DONE, AuditOrigin.current());
    }

    static String cut(String text, int most) {
        // PostgreSQL takes no NUL in a text, and UTF-8 no half of a character, as a cut may leave it.
        String clean = text.replace('\0', ' ');
        String cut = clean.length() <= most ? clean : clean.substring(0, most - 3) + "...";
        return cut.replaceAll("\\p{Cs}", "\uFFFD");
    }
}
