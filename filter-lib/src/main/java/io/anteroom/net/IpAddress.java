// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads IP literals, never names: nothing here asks a DNS server. */
final class IpAddress {
    private static final int V6_LENGTH = 16;

    private IpAddress() {}

    /** The address in network order, 4 bytes also for an IPv4 address mapped into IPv6, or null if it is no literal. */
    static byte @Nullable [] parse(String text) {
        String literal = text;
        if (literal.startsWith("[") && literal.endsWith("]")) {
            literal = literal.substring(1, literal.length() - 1);
        }
        int zone = literal.indexOf('%');
        if (zone >= 0) {
            literal = literal.substring(0, zone);
        }
        return literal.indexOf(':') >= 0 ? parseV6(literal) : parseV4(literal);
    }

    /** The address as text: IPv4 in full, IPv6 as its /64, because one host can use any address of that. */
    static String group(byte[] address) {
        StringBuilder text = new StringBuilder(24);
        if (address.length != V6_LENGTH) {
            for (int i = 0; i < address.length; i++) {
                text.append(i == 0 ? "" : ".").append(address[i] & 0xff);
            }
            return text.toString();
        }
        for (int i = 0; i < V6_LENGTH / 2; i += 2) {
            text.append(Integer.toHexString(((address[i] & 0xff) << 8) | (address[i + 1] & 0xff)))
                    .append(':');
        }
        return text.append(":/64").toString();
    }

    private static byte @Nullable [] parseV4(String text) {
        byte[] address = new byte[4];
        int part = 0;
        int value = -1;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '.' : text.charAt(i);
            if (c == '.') {
                if (value < 0 || part > 3) {
                    return null;
                }
                address[part++] = (byte) value;
                value = -1;
            } else if (c >= '0' && c <= '9') {
                value = Math.max(value, 0) * 10 + c - '0';
                if (value > 255) {
                    return null;
                }
            } else {
                return null;
            }
        }
        return part == 4 ? address : null;
    }

    private static byte @Nullable [] parseV6(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((Character.digit(c, 16) < 0 && c != ':' && c != '.') || c > 'f') {
                return null;
            }
        }
        try {
            // A text with a colon and nothing but hex digits is parsed, never looked up. Mapped addresses come as IPv4.
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
