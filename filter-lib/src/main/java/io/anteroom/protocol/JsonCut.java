// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Cuts members out of a JSON object without touching a byte of the others. */
final class JsonCut {
    private JsonCut() {}

    /**
     * One member of the object, in bytes.
     *
     * @param start the first byte of its name's quote
     * @param end the byte after its value
     * @param cut whether it goes
     */
    record Member(int start, int end, boolean cut) {}

    /**
     * The body without the members to cut. A kept member takes with it what stood between it and the one before it,
     * which is the comma and any space; the first that is kept leaves that behind.
     */
    static byte[] without(byte[] body, List<Member> members) {
        if (members.stream().noneMatch(Member::cut)) {
            return body;
        }
        byte[] out = new byte[body.length];
        int length = append(body, 0, members.get(0).start(), out, 0);
        boolean first = true;
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            if (!member.cut()) {
                int from = first ? member.start() : members.get(i - 1).end();
                length = append(body, from, member.end(), out, length);
                first = false;
            }
        }
        length = append(body, members.get(members.size() - 1).end(), body.length, out, length);
        return Arrays.copyOf(out, length);
    }

    /** An object with one more member at its end; nothing else changes. */
    static byte[] with(byte[] body, String member) {
        int end = body.length - 1;
        while (body[end] != '}') {
            end--;
        }
        int before = end - 1;
        while (body[before] <= ' ' && body[before] >= 0) {
            before--;
        }
        byte[] added = (body[before] == '{' ? member : "," + member).getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[body.length + added.length];
        int length = append(body, 0, end, out, 0);
        length = append(added, 0, added.length, out, length);
        append(body, end, body.length, out, length);
        return out;
    }

    private static int append(byte[] from, int start, int end, byte[] to, int at) {
        System.arraycopy(from, start, to, at, end - start);
        return at + end - start;
    }
}
