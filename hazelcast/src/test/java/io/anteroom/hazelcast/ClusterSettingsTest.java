// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Defaults, bounds, and what is said of each mistake. */
final class ClusterSettingsTest {
    private static ClusterSettings.Builder good() {
        return ClusterSettings.of("a").members(List.of("127.0.0.1"));
    }

    private static void refuses(ClusterSettings.Builder builder, String problem) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(problem);
    }

    @Test
    void build_onlyMembers_hasTheDefaults() {
        ClusterSettings settings = good().build();

        assertThat(settings)
                .isEqualTo(new ClusterSettings(
                        "anteroom",
                        "a",
                        "127.0.0.1",
                        5701,
                        null,
                        List.of("127.0.0.1"),
                        null,
                        0,
                        OnPartition.SHARE,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        Duration.ZERO));
    }

    @Test
    void build_everyKey_isKept() {
        ClusterSettings settings = ClusterSettings.of("b")
                .name("prod")
                .listen("10.0.0.1", 6000)
                .publicAddress("gw.example:6001")
                .kubernetesDns("gw.ns.svc")
                .expectedMembers(3)
                .onPartition(OnPartition.CLOSED)
                .silentAfter(Duration.ofSeconds(10))
                .ackWithin(Duration.ofMillis(500))
                .keepLeases(Duration.ofSeconds(7))
                .forgetAfter(Duration.ofMinutes(9))
                .build();

        assertThat(settings)
                .isEqualTo(new ClusterSettings(
                        "prod",
                        "b",
                        "10.0.0.1",
                        6000,
                        "gw.example:6001",
                        List.of(),
                        "gw.ns.svc",
                        3,
                        OnPartition.CLOSED,
                        Duration.ofSeconds(10),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(7),
                        Duration.ofMinutes(9)));
    }

    @Test
    void build_mistakes_areToldEach() {
        String names = " (expected: 1 to 63 letters, digits, dots, dashes and underscores)";
        refuses(good().name("a b"), "name: a b" + names);
        refuses(ClusterSettings.of("").members(List.of("x")), "node: " + names);
        refuses(good().listen("", 1), "host: empty (expected: an address of this machine, as 127.0.0.1)");
        refuses(good().listen("h", 0), "port: 0 (expected: from 1 to 65535)");
        refuses(good().listen("h", 65_536), "port: 65536 (expected: from 1 to 65535)");
        refuses(good().members(List.of()), "members: none (expected: the nodes' addresses, or kubernetes-dns)");
        refuses(good().kubernetesDns("x"), "kubernetes-dns: x (expected: either this or members, not both)");
        refuses(good().expectedMembers(-1), "expected-members: -1 (expected: from 0 to 100)");
        refuses(good().expectedMembers(101), "expected-members: 101 (expected: from 0 to 100)");
        refuses(
                good().onPartition(OnPartition.CLOSED),
                "expected-members: 0 (expected: how many nodes there are, for on-partition: closed needs more than"
                        + " half of them)");
        refuses(good().silentAfter(Duration.ofSeconds(1)), "silent-after: PT1S (expected: from PT2S to PT5M)");
        refuses(good().silentAfter(Duration.ofMinutes(6)), "silent-after: PT6M (expected: from PT2S to PT5M)");
        refuses(good().ackWithin(Duration.ofMillis(99)), "ack-within: PT0.099S (expected: from PT0.1S to PT30S)");
        refuses(good().ackWithin(Duration.ofSeconds(31)), "ack-within: PT31S (expected: from PT0.1S to PT30S)");
        refuses(good().keepLeases(Duration.ofDays(2)), "keep-leases: PT48H (expected: from PT0S to PT24H)");
        refuses(good().forgetAfter(Duration.ofDays(2)), "forget-after: PT48H (expected: from PT0S to PT24H)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":1", "host:", "host:0", "host:65536", "host:x", "host:123456"})
    void members_badAddress_isTold(String address) {
        refuses(good().members(List.of(address)), "members: " + address + " (expected: host or host:port)");
        refuses(good().publicAddress(address), "public-address: " + address + " (expected: host or host:port)");
    }

    @Test
    void build_severalMistakes_areToldTogether() {
        assertThatThrownBy(() -> good().name("?").expectedMembers(-1).build())
                .hasMessageContaining("name: ?")
                .hasMessageContaining("expected-members: -1");
    }
}
