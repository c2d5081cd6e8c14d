// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Whole numbers that are not negative, and texts, in few bytes: seven bits in each, the lowest first. */
final class Bytes {
    private static final int MORE = 0x80;
    private static final int LOW = 0x7f;
    private static final int BITS = 7;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

    void put(long value) {
        long rest = value;
        while ((rest & ~(long) LOW) != 0) {
            out.write((int) (rest & LOW) | MORE);
            rest >>>= BITS;
        }
        out.write((int) rest);
    }

    void put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(bytes.length);
        out.writeBytes(bytes);
    }

    byte[] whole() {
        return out.toByteArray();
    }

    /** Reads them again. What ends too early is damaged, which is an {@link IllegalStateException}. */
    static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        long next() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += BITS) {
                if (at >= bytes.length) {
                    break;
                }
                byte part = bytes[at++];
                value |= (long) (part & LOW) << shift;
                if (part >= 0) {
                    return value;
                }
            }
            throw damaged();
        }

        String nextText() {
            long length = next();
            if (length < 0 || length > bytes.length - at) {
                throw damaged();
            }
            String text = new String(bytes, at, (int) length, StandardCharsets.UTF_8);
            at += (int) length;
            return text;
        }

        private IllegalStateException damaged() {
            return new IllegalStateException("analytics: a row of " + bytes.length + " bytes is damaged");
        }
    }
}
