// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.event.Notice;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * A notice that is to be sent.
 *
 * @param id its id, the same in all deliveries and repetitions
 * @param type what it is, as {@code queue.full}
 * @param subject what it is about
 * @param at when it happened
 * @param source the server that it comes from
 * @param data its facts, a JSON object
 */
public record WebhookEvent(String id, String type, String subject, Instant at, String source, String data) {
    static final int LONGEST_SOURCE = 256;

    private static final int LONGEST_SUBJECT = 256;
    private static final int LONGEST_DATA = 16 << 10;
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /** An event of a notice, with an id that no other has. */
    static WebhookEvent of(Notice notice, Instant at, String source, RandomGenerator random) {
        String data = JsonText.write(notice.facts());
        String subject = clean(notice.subject());
        return new WebhookEvent(
                newId(at, random),
                notice.type(),
                subject,
                at,
                source,
                data.length() <= LONGEST_DATA ? data : "{\"left_out\":\"too long\"}");
    }

    /** What databases take: no NUL, no half characters. */
    private static String clean(String text) {
        String cut = text.length() <= LONGEST_SUBJECT ? text : text.substring(0, LONGEST_SUBJECT);
        byte[] whole = cut.replace('\0', ' ').getBytes(StandardCharsets.UTF_8);
        return new String(whole, StandardCharsets.UTF_8);
    }

    /** Ids sort by the moment: 10 digits of it, 16 at random. */
    private static String newId(Instant at, RandomGenerator random) {
        StringBuilder id = new StringBuilder("msg_");
        long millis = at.toEpochMilli();
        for (int shift = 45; shift >= 0; shift -= 5) {
            id.append(DIGITS.charAt((int) (millis >>> shift) & 31));
        }
        for (int i = 0; i < 16; i++) {
            id.append(DIGITS.charAt(random.nextInt(32)));
        }
        return id.toString();
    }
}
