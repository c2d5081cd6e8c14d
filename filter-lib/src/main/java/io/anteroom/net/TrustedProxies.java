// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address behind proxies. {@code Forwarded} and {@code X-Forwarded-For} count only if the TCP peer
 * is trusted, and of them only the right-most address that is not trusted itself: everything left of it was written by
 * somebody whom nobody vouches for. Immutable.
 */
public final class TrustedProxies {
    /** Nobody is trusted: the TCP peer is the client. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    private static final int MAX_HOPS = 32;

    private final List<Cidr> blocks;

    private TrustedProxies(List<Cidr> blocks) {
        this.blocks = blocks;
    }

    /**
     * Trusts the proxies in these blocks.
     *
     * @throws IllegalArgumentException if a block cannot be read
     */
    public static TrustedProxies of(List<String> cidrs) {
        return new TrustedProxies(cidrs.stream().map(TrustedProxies::block).toList());
    }

    private static Cidr block(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("trusted-proxies: " + e.getMessage(), e);
        }
    }

    /** Whether header fields can matter at all. */
    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** Groups an address as text, IPv6 by /64; a text that is no IP literal stands for itself. */
    public static String group(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        byte[] bytes = IpAddress.parse(address);
        return bytes == null ? address : IpAddress.group(bytes);
    }

    /**
     * The client's address, IPv6 by /64.
     *
     * @param peer the address of the TCP peer
     * @param forwarded the values of {@code Forwarded}, in order, or empty
     * @param forwardedFor the values of {@code X-Forwarded-For}, in order; read only if there is no {@code Forwarded}
     */
    public String client(String peer, List<String> forwarded, List<String> forwardedFor) {
        if (!trusts(peer)) {
            return group(peer);
        }
        List<String> hops = forwarded.isEmpty() ? split(forwardedFor, ',') : forwardedHops(forwarded);
        String client = peer;
        for (int i = hops.size() - 1; i >= Math.max(0, hops.size() - MAX_HOPS); i--) {
            String hop = withoutPort(hops.get(i));
            if (IpAddress.parse(hop) == null) {
                break;
            }
            client = hop;
            if (!trusts(hop)) {
                break;
            }
        }
        return group(client.startsWith("[") ? client.substring(1, client.length() - 1) : client);
    }

    /** Whether the word of this address counts. */
    public boolean trusts(String address) {
        if (blocks.isEmpty()) {
            return false;
        }
        byte[] bytes = IpAddress.parse(address);
        return bytes != null && blocks.stream().anyMatch(block -> block.contains(bytes));
    }

    private static List<String> forwardedHops(List<String> values) {
        List<String> hops = new ArrayList<>();
        for (String element : split(values, ',')) {
            String hop = forParameter(element);
            hops.add(hop == null ? "" : hop);
        }
        return hops;
    }

    private static @Nullable String forParameter(String element) {
        for (String pair : element.split(";", -1)) {
            String trimmed = pair.trim();
            if (trimmed.regionMatches(true, 0, "for=", 0, 4)) {
                return trimmed.substring(4).replace("\"", "").trim();
            }
        }
        return null;
    }

    private static List<String> split(List<String> values, char separator) {
        List<String> parts = new ArrayList<>();
        for (String value : values) {
            for (String part : value.split(String.valueOf(separator), -1)) {
                parts.add(part.trim());
            }
        }
        return parts;
    }

    private static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            return end < 0 ? hop : hop.substring(0, end + 1);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }
}
