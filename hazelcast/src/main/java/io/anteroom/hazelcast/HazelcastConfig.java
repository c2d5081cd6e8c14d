// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MetadataPolicy;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.nio.serialization.Serializer;

/**
 * Hazelcast as we need it: members only, no multicast, no telemetry, no Java serialization, and a lost node noticed in
 * seconds. What the figures are for is told in docs/cluster.md.
 */
final class HazelcastConfig {
    static final String POOLS = "anteroom.pools";
    static final String NODE = "anteroom.node";
    static final String SESSION = "anteroom.session";

    /** Clusters of another minor version of Hazelcast, or another generation of our messages, are strangers. */
    private static final String GENERATION = "-hz5.7-g1";

    private static final String EVERYWHERE = "0.0.0.0";

    private HazelcastConfig() {}

    static Config of(ClusterSettings settings, long session, Wire wire) {
        Config config = new Config();
        config.setInstanceName(settings.node() + "-" + Long.toHexString(session));
        config.setClusterName(settings.name() + GENERATION);
        properties(config, settings);
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getMemberAttributeConfig().setAttribute(NODE, settings.node());
        config.getMemberAttributeConfig().setAttribute(SESSION, Long.toString(session));
        config.addMapConfig(new MapConfig(POOLS)
                .setInMemoryFormat(InMemoryFormat.OBJECT)
                .setBackupCount(1)
                .setStatisticsEnabled(false)
                .setMetadataPolicy(MetadataPolicy.OFF)
                .setPerEntryStatsEnabled(false));
        HazelcastBuckets.prepare(config);
        config.getMemberAttributeConfig().setAttribute(Wire.ATTRIBUTE, Integer.toString(Codec.VERSION));
        ClusterPeers.prepare(config);
        serialization(config.getSerializationConfig(), wire);
        network(config.getAdvancedNetworkConfig(), settings);
        return config;
    }

    private static void properties(Config config, ClusterSettings settings) {
        config.setProperty(
                "hazelcast.socket.bind.any", Boolean.toString(settings.host().equals(EVERYWHERE)));
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", hasSlf4j() ? "slf4j" : "jdk");
        config.setProperty("hazelcast.logging.details.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.wait.seconds.before.join", "1");
        config.setProperty("hazelcast.max.join.seconds", "30");
        config.setProperty("hazelcast.max.wait.seconds.before.join", "5");
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        config.setProperty(
                "hazelcast.max.no.heartbeat.seconds",
                Long.toString(settings.silentAfter().toSeconds()));
        config.setProperty("hazelcast.operation.backup.timeout.millis", "1000");
        config.setProperty("hazelcast.operation.call.timeout.millis", "20000");
        config.setProperty("hazelcast.connection.monitor.max.faults", "1");
        config.setProperty("hazelcast.connection.monitor.interval", "20");
        config.setProperty("hazelcast.invocation.retry.pause.millis", "50");
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "15");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "10");
        config.setProperty("hazelcast.operation.thread.count", "4");
        config.setProperty("hazelcast.operation.generic.thread.count", "2");
        config.setProperty("hazelcast.event.thread.count", "2");
        config.setProperty("hazelcast.io.thread.count", "2");
        // Who writes to another node does it itself, and who reads an answer wakes the one who waits: a thread less
        // each.
        config.setProperty("hazelcast.concurrent.window.ms", "0");
        config.setProperty("hazelcast.operation.response.thread.count", "0");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "30");
    }

    /** Logs where the application does. */
    private static boolean hasSlf4j() {
        try {
            Class.forName("org.slf4j.LoggerFactory", false, HazelcastConfig.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static void serialization(SerializationConfig serialization, Wire wire) {
        serialization.addDataSerializableFactory(WireFactory.ID, new WireFactory());
        serializer(serialization, SharedPool.class, new WireFactory.OfState(wire));
        serializer(serialization, Reply.class, new WireFactory.OfReply(wire));
        serializer(serialization, Note.Letter.class, new WireFactory.OfLetter(wire));
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        filter.setWhitelist(new ClassFilter()
                .addClasses("java.lang.String", "java.lang.Long", "java.lang.Integer", "java.util.UUID")
                // What Hazelcast's own errors are made of: without them a call that is to be made again, as while
                // partitions move, would get no answer at all.
                .addClasses(
                        "java.lang.Throwable",
                        "java.lang.Exception",
                        "java.lang.RuntimeException",
                        "java.lang.Error",
                        "java.lang.IllegalStateException",
                        "java.lang.IllegalArgumentException",
                        "java.lang.StackTraceElement",
                        "[Ljava.lang.StackTraceElement;",
                        "java.util.Collections$EmptyList",
                        "java.util.Collections$UnmodifiableList",
                        "java.util.Collections$UnmodifiableCollection",
                        "java.util.ArrayList")
                .addPrefixes("com.hazelcast."));
        serialization.setJavaSerializationFilterConfig(filter);
    }

    private static void serializer(SerializationConfig serialization, Class<?> type, Serializer serializer) {
        serialization.addSerializerConfig(
                new SerializerConfig().setTypeClass(type).setImplementation(serializer));
    }

    private static void network(AdvancedNetworkConfig network, ClusterSettings settings) {
        network.setEnabled(true);
        network.getEndpointConfigs().remove(EndpointQualifier.CLIENT);
        ServerSocketEndpointConfig socket = new ServerSocketEndpointConfig();
        socket.setName("member");
        socket.setPort(settings.port()).setPortAutoIncrement(false).setReuseAddress(true);
        if (!settings.host().equals(EVERYWHERE)) {
            socket.setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(settings.host()));
        }
        String publicAddress = settings.publicAddress();
        if (publicAddress != null) {
            socket.setPublicAddress(publicAddress);
        }
        network.setMemberEndpointConfig(socket);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        String dns = settings.kubernetesDns();
        if (dns == null) {
            join.getTcpIpConfig().setEnabled(true).setMembers(settings.members());
            join.getTcpIpConfig().setConnectionTimeoutSeconds(2);
        } else {
            join.getTcpIpConfig().setEnabled(false);
            join.getKubernetesConfig().setEnabled(true).setProperty("service-dns", dns);
        }
    }
}
