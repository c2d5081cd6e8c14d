// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.net.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that no delivery may go to unless somebody allows it: everything that is not the public Internet, and
 * every form of IPv6 that carries an IPv4 address, as that could be any of them.
 */
final class AddressRules {
    private record Rule(String name, Cidr block) {}

    private static final List<Rule> V4 = List.of(
            rule("this network", "0.0.0.0/8"),
            rule("private", "10.0.0.0/8"),
            rule("carrier-grade NAT", "100.64.0.0/10"),
            rule("loopback", "127.0.0.0/8"),
            rule("link-local", "169.254.0.0/16"),
            rule("private", "172.16.0.0/12"),
            rule("IETF protocols", "192.0.0.0/24"),
            rule("documentation", "192.0.2.0/24"),
            rule("6to4 relays", "192.88.99.0/24"),
            rule("private", "192.168.0.0/16"),
            rule("benchmarks", "198.18.0.0/15"),
            rule("documentation", "198.51.100.0/24"),
            rule("documentation", "203.0.113.0/24"),
            rule("multicast", "224.0.0.0/4"),
            rule("reserved", "240.0.0.0/4"));

    /** Those within 2000::/3 too, and names for the most usual outside of it. */
    private static final List<Rule> V6 = List.of(
            rule("loopback", "::1/128"),
            rule("IPv4 in IPv6", "::/96"),
            rule("IPv4 in IPv6", "::ffff:0:0:0/96"),
            rule("NAT64", "64:ff9b::/96"),
            rule("NAT64", "64:ff9b:1::/48"),
            rule("discard", "100::/64"),
            rule("IETF protocols and Teredo", "2001::/23"),
            rule("documentation", "2001:db8::/32"),
            rule("6to4", "2002::/16"),
            rule("documentation", "3fff::/20"),
            rule("segment routing", "5f00::/16"),
            rule("private", "fc00::/7"),
            rule("link-local", "fe80::/10"),
            rule("site-local", "fec0::/10"),
            rule("multicast", "ff00::/8"));

    private static final Cidr GLOBAL_V6 = Cidr.parse("2000::/3");
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;

    private AddressRules() {}

    private static Rule rule(String name, String block) {
        return new Rule(name + " (" + block + ")", Cidr.parse(block));
    }

    /**
     * Why an address is not allowed, or null if it is.
     *
     * @param address in network order
     */
    static @Nullable String against(byte[] address) {
        byte[] plain = unmapped(address);
        for (Rule rule : plain.length == V4_BYTES ? V4 : V6) {
            if (rule.block().contains(plain)) {
                return rule.name();
            }
        }
        return plain.length == V4_BYTES || GLOBAL_V6.contains(plain) ? null : "not global (outside of 2000::/3)";
    }

    /** An IPv4 address that is mapped into IPv6 is that IPv4 address. */
    static byte[] unmapped(byte[] address) {
        if (address.length != V6_BYTES) {
            return address;
        }
        for (int i = 0; i < MAPPED.length; i++) {
            if (address[i] != MAPPED[i]) {
                return address;
            }
        }
        return new byte[] {address[12], address[13], address[14], address[15]};
    }
}
