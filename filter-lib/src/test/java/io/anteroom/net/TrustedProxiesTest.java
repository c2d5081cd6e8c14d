// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrustedProxiesTest {
    private static final TrustedProxies PROXIES =
            TrustedProxies.of(List.of("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"));

    private static String client(String peer, String... forwardedFor) {
        return PROXIES.client(peer, List.of(), List.of(forwardedFor));
    }

    @Test
    void client_untrustedPeer_headersChangeNothing() {
        assertThat(client("203.0.113.9", "1.2.3.4")).isEqualTo("203.0.113.9");
        assertThat(TrustedProxies.NONE.client("10.0.0.1", List.of(), List.of("1.2.3.4")))
                .isEqualTo("10.0.0.1");
    }

    @Test
    void client_trustedPeer_isTheRightMostUntrusted() {
        assertThat(client("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2")).isEqualTo("203.0.113.9");
        assertThat(client("10.0.0.1", "6.6.6.6", "203.0.113.9")).isEqualTo("203.0.113.9");
        assertThat(client("10.0.0.1", "203.0.113.9:4711")).isEqualTo("203.0.113.9");
        assertThat(client("192.0.2.7", "203.0.113.9")).isEqualTo("203.0.113.9");
        assertThat(client("192.0.2.8", "203.0.113.9")).isEqualTo("192.0.2.8");
    }

    @Test
    void client_garbage_endsTheSearch() {
        assertThat(client("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2")).isEqualTo("10.0.0.2");
        assertThat(client("10.0.0.1", "localhost")).isEqualTo("10.0.0.1");
        assertThat(client("10.0.0.1", "")).isEqualTo("10.0.0.1");
        assertThat(client("10.0.0.1")).isEqualTo("10.0.0.1");
    }

    @Test
    void client_forwarded_isReadBeforeXForwardedFor() {
        List<String> forwarded = List.of("for=6.6.6.6, for=\"[2001:db8:cafe::17]:4711\";proto=https;by=10.0.0.1");

        assertThat(PROXIES.client("10.0.0.1", forwarded, List.of("1.2.3.4"))).isEqualTo("2001:db8:cafe:0::/64");
        assertThat(PROXIES.client("10.0.0.1", List.of("proto=https"), List.of("1.2.3.4")))
                .isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2:3:4:5:6,2001:db8:1:2::/64",
        "::1,0:0:0:0::/64",
        "fe80::1%eth0,fe80:0:0:0::/64",
        "::ffff:192.0.2.1,192.0.2.1",
        "192.0.2.1,192.0.2.1"
    })
    void group_ipv6_isBySixtyFour(String address, String group) {
        assertThat(TrustedProxies.group(address)).isEqualTo(group);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/33",
                "10.0.0/8",
                "example.org",
                "10.0.0.256",
                "::1/129",
                "10.0.0.1/",
                "",
                "a:b",
                "1.2.3.4/-1"
            })
    void of_unreadable_isRefusedByName(String block) {
        assertThatThrownBy(() -> TrustedProxies.of(List.of(block)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("trusted-proxies: " + block + " (expected: an IP address or block, such as 10.0.0.0/8)");
    }
}
