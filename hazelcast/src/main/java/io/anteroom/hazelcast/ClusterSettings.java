// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a node finds the others, and what it does when it does not see all of them.
 *
 * @param name the cluster's name: nodes of another name are strangers
 * @param node this node's own name, which it keeps when it starts anew and which no other node has
 * @param host the address that it listens on for the others
 * @param port the port that it listens on for the others
 * @param publicAddress {@code host:port} under which the others reach it, or null for the same
 * @param members the others' addresses, as {@code host} or {@code host:port}; its own may be among them
 * @param kubernetesDns the name of a headless service whose addresses are the nodes', or null; in place of members
 * @param expectedMembers how many nodes there should be, or 0 for as many as were seen together
 * @param onPartition what a part of the cluster does while it does not see all of it
 * @param silentAfter after which a node of which nothing is heard is taken out of the cluster
 * @param ackWithin how long a request waits for the cluster before this node goes on alone with its share
 * @param keepLeases how long the slots of a node stay taken that was lost without being known to be dead
 * @param forgetAfter after which nodes that were lost are not expected any more, or zero for never
 */
public record ClusterSettings(
        String name,
        String node,
        String host,
        int port,
        @Nullable String publicAddress,
        List<String> members,
        @Nullable String kubernetesDns,
        int expectedMembers,
        OnPartition onPartition,
        Duration silentAfter,
        Duration ackWithin,
        Duration keepLeases,
        Duration forgetAfter) {
    /** The port that is taken unless another is named. */
    public static final int DEFAULT_PORT = 5701;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /**
     * Checks everything.
     *
     * @throws IllegalArgumentException that tells all that is wrong, one line for each
     */
    public ClusterSettings {
        members = List.copyOf(members);
        List<String> problems = new ArrayList<>();
        name("name", name, problems);
        name("node", node, problems);
        if (host.isBlank()) {
            problems.add("host: empty (expected: an address of this machine, as 127.0.0.1)");
        }
        range("port", port, 1, 65_535, problems);
        members.forEach(member -> address("members", member, problems));
        if (publicAddress != null) {
            address("public-address", publicAddress, problems);
        }
        if (kubernetesDns != null && !members.isEmpty()) {
            problems.add("kubernetes-dns: " + kubernetesDns + " (expected: either this or members, not both)");
        }
        if (kubernetesDns == null && members.isEmpty()) {
            problems.add("members: none (expected: the nodes' addresses, or kubernetes-dns)");
        }
        range("expected-members", expectedMembers, 0, 100, problems);
        if (onPartition == OnPartition.CLOSED && expectedMembers == 0) {
            problems.add("expected-members: 0 (expected: how many nodes there are, for on-partition: closed needs more"
                    + " than half of them)");
        }
        range("silent-after", silentAfter, Duration.ofSeconds(2), Duration.ofMinutes(5), problems);
        range("ack-within", ackWithin, Duration.ofMillis(100), Duration.ofSeconds(30), problems);
        range("keep-leases", keepLeases, Duration.ZERO, Duration.ofDays(1), problems);
        range("forget-after", forgetAfter, Duration.ZERO, Duration.ofDays(1), problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void name(String key, String name, List<String> problems) {
        if (!NAME.matcher(name).matches()) {
            problems.add(key + ": " + name + " (expected: 1 to 63 letters, digits, dots, dashes and underscores)");
        }
    }

    private static void address(String key, String address, List<String> problems) {
        int colon = address.lastIndexOf(':');
        String port = colon < 0 ? "1" : address.substring(colon + 1);
        boolean isGood = !address.isBlank()
                && colon != 0
                && port.matches("[0-9]{1,5}")
                && Integer.parseInt(port) >= 1
                && Integer.parseInt(port) <= 65_535;
        if (!isGood) {
            problems.add(key + ": " + address + " (expected: host or host:port)");
        }
    }

    private static void range(String key, int value, int min, int max, List<String> problems) {
        if (value < min || value > max) {
            problems.add(key + ": " + value + " (expected: from " + min + " to " + max + ")");
        }
    }

    private static void range(String key, Duration value, Duration min, Duration max, List<String> problems) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            problems.add(key + ": " + value + " (expected: from " + min + " to " + max + ")");
        }
    }

    /** Settings with the defaults, for a node of that name. */
    public static Builder of(String node) {
        return new Builder(node);
    }

    /** Describes {@link ClusterSettings}. Not thread-safe. */
    public static final class Builder {
        private final String node;
        private String name = "anteroom";
        private String host = "127.0.0.1";
        private int port = DEFAULT_PORT;
        private @Nullable String publicAddress;
        private List<String> members = List.of();
        private @Nullable String kubernetesDns;
        private int expectedMembers;
        private OnPartition onPartition = OnPartition.SHARE;
        private Duration silentAfter = Duration.ofSeconds(5);
        private Duration ackWithin = Duration.ofSeconds(1);
        private Duration keepLeases = Duration.ofMinutes(1);
        private Duration forgetAfter = Duration.ZERO;

        private Builder(String node) {
            this.node = node;
        }

        /** The cluster's name; {@code anteroom} by default. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Where it listens for the others; by default this machine only, 127.0.0.1:5701. */
        public Builder listen(String host, int port) {
            this.host = host;
            this.port = port;
            return this;
        }

        /** Under which {@code host:port} the others reach it, if that is another. */
        public Builder publicAddress(@Nullable String publicAddress) {
            this.publicAddress = publicAddress;
            return this;
        }

        /** The nodes' addresses. */
        public Builder members(List<String> members) {
            this.members = List.copyOf(members);
            return this;
        }

        /** The headless service whose addresses are the nodes'. */
        public Builder kubernetesDns(@Nullable String kubernetesDns) {
            this.kubernetesDns = kubernetesDns;
            return this;
        }

        /** How many nodes there should be; by default as many as were seen together. */
        public Builder expectedMembers(int expectedMembers) {
            this.expectedMembers = expectedMembers;
            return this;
        }

        /** What a part of the cluster does; by default it uses its share. */
        public Builder onPartition(OnPartition onPartition) {
            this.onPartition = onPartition;
            return this;
        }

        /** After which a silent node is taken out; 5 seconds by default. */
        public Builder silentAfter(Duration silentAfter) {
            this.silentAfter = silentAfter;
            return this;
        }

        /** How long a request waits for the cluster; 1 second by default. */
        public Builder ackWithin(Duration ackWithin) {
            this.ackWithin = ackWithin;
            return this;
        }

        /** How long the slots of a node stay taken that may live; a minute by default. */
        public Builder keepLeases(Duration keepLeases) {
            this.keepLeases = keepLeases;
            return this;
        }

        /** After which lost nodes are not expected any more; never by default. */
        public Builder forgetAfter(Duration forgetAfter) {
            this.forgetAfter = forgetAfter;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException that tells all that is wrong, one line for each
         */
        public ClusterSettings build() {
            return new ClusterSettings(
                    name,
                    node,
                    host,
                    port,
                    publicAddress,
                    members,
                    kubernetesDns,
                    expectedMembers,
                    onPartition,
                    silentAfter,
                    ackWithin,
                    keepLeases,
                    forgetAfter);
        }
    }
}
