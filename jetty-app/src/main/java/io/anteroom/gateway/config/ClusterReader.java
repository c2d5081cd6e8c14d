// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.OnPartition;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads {@code cluster}. */
final class ClusterReader {
    private static final String ADDRESS = "host or host:port";
    private static final Duration DAY = Duration.ofDays(1);

    private ClusterReader() {}

    static Optional<ClusterSettings> read(Section section, String node) {
        boolean isEnabled = section.yes("enabled", !section.isEmpty());
        ClusterSettings.Builder builder = ClusterSettings.of(node)
                .name(section.text("name", "anteroom"))
                .listen(
                        section.text("host", "127.0.0.1"),
                        section.count("port", ClusterSettings.DEFAULT_PORT, 1, 65_535))
                .members(section.list("members", ADDRESS, text -> text.isBlank() ? null : text.strip()))
                .expectedMembers(section.count("expected-members", 0, 0, 100))
                .onPartition(section.choice(
                        "on-partition",
                        OnPartition.SHARE,
                        Map.of("share", OnPartition.SHARE, "closed", OnPartition.CLOSED, "open", OnPartition.OPEN)))
                .silentAfter(section.duration(
                        "silent-after", Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMinutes(5)))
                .ackWithin(section.duration(
                        "ack-within", Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofSeconds(30)))
                .keepLeases(section.duration("keep-leases", Duration.ofMinutes(1), Duration.ZERO, DAY))
                .forgetAfter(section.duration("forget-after", Duration.ZERO, Duration.ZERO, DAY));
        if (section.has("public-address")) {
            builder.publicAddress(section.text("public-address", ""));
        }
        if (section.has("kubernetes-dns")) {
            builder.kubernetesDns(section.text("kubernetes-dns", ""));
        }
        section.end();
        return isEnabled ? checked(section, builder, node) : Optional.empty();
    }

    private static Optional<ClusterSettings> checked(Section section, ClusterSettings.Builder builder, String node) {
        if (node.equals(OperatorConfig.NONE.node())) {
            section.problem("node", node, "a name of this node's own as gateway-1, in node at the top of the file");
            return Optional.empty();
        }
        try {
            return Optional.of(builder.build());
        } catch (IllegalArgumentException e) {
            String.valueOf(e.getMessage()).lines().forEach(line -> told(section, line));
            return Optional.empty();
        }
    }

    /** A line of the form {@code key: value (expected: ...)}. */
    private static void told(Section section, String line) {
        int colon = line.indexOf(": ");
        int expected = line.lastIndexOf(" (expected: ");
        String value = line.substring(colon + 2, Math.max(colon + 2, expected));
        section.problem(line.substring(0, colon), value, line.substring(expected + 12, line.length() - 1));
    }
}
