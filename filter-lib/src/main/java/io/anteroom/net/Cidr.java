// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import java.util.Arrays;

/**
 * A block of IP addresses, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a single address is a block of one.
 *
 * @param address the address in network order, 4 or 16 bytes
 * @param bits how many leading bits count
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
public record Cidr(byte[] address, int bits) {

    /**
     * Reads a block.
     *
     * @throws IllegalArgumentException naming the text, if it is none
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw unreadable(text);
        }
        int max = address.length * 8;
        int bits = slash < 0 ? max : bits(text, slash + 1);
        if (bits < 0 || bits > max) {
            throw unreadable(text);
        }
        return new Cidr(address, bits);
    }

    /** Whether an address in network order lies in it; one of the other family never does. */
    public boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        int mask = 0xff << (8 - rest);
        return rest == 0 || (address[whole] & mask) == (other[whole] & mask);
    }

    private static int bits(String text, int from) {
        String digits = text.substring(from);
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException(text + " (expected: an IP address or block, such as 10.0.0.0/8)");
    }
}
