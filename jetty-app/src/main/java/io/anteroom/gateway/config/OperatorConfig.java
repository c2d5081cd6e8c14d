// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.admin.webhook.SendGuard;
import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.webhook.NoticeSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the gateway is operated: what it keeps, where its settings come from, and where its operators come in.
 *
 * @param node its name among gateways that share a storage
 * @param file the file that it was told by, if any
 * @param storage where it keeps what outlives it
 * @param source which settings count
 * @param admin where its operators come in
 * @param sending how webhooks are sent
 * @param notices what deserves attention, and who is told of it
 * @param telemetry what it tells of itself
 * @param cluster the nodes that it shares its queues with, if any
 */
public record OperatorConfig(
        String node,
        Optional<Path> file,
        Storage storage,
        Source source,
        AdminListen admin,
        Sending sending,
        NoticeSettings notices,
        Telemetry telemetry,
        Optional<ClusterSettings> cluster) {
    /** Nothing is kept, and no operator comes in. */
    public static final OperatorConfig NONE = new OperatorConfig(
            "local",
            Optional.empty(),
            new Nowhere(),
            Source.DATABASE,
            AdminListen.OFF,
            Sending.USUAL,
            NoticeSettings.DEFAULT,
            Telemetry.USUAL,
            Optional.empty());

    /** The same with another storage. */
    public OperatorConfig withStorage(Storage storage) {
        return new OperatorConfig(node, file, storage, source, admin, sending, notices, telemetry, cluster);
    }

    /** The same with another place for operators. */
    public OperatorConfig withAdmin(AdminListen admin) {
        return new OperatorConfig(node, file, storage, source, admin, sending, notices, telemetry, cluster);
    }

    /** The same that tells other things of itself. */
    public OperatorConfig withTelemetry(Telemetry telemetry) {
        return new OperatorConfig(node, file, storage, source, admin, sending, notices, telemetry, cluster);
    }

    /**
     * What the gateway tells of itself.
     *
     * @param metrics whether operators can read its meters
     * @param metricsToken what those have to know who do not come over loopback; without it they read none
     * @param tracing where its traces go, if there are any
     */
    public record Telemetry(boolean metrics, Optional<Secret> metricsToken, Optional<Tracing> tracing) {
        /** Meters for loopback, no traces. */
        public static final Telemetry USUAL = new Telemetry(true, Optional.empty(), Optional.empty());
    }

    /**
     * Where traces go.
     *
     * @param endpoint an address that takes OTLP over HTTP, whole: as a rule it ends in {@code /v1/traces}
     * @param sample the share of the traces that begin here, from 0 to 1; who goes on with a trace does as its head
     *     says
     * @param service the name by which the gateway is known there
     */
    public record Tracing(URI endpoint, double sample, String service) {}

    /** Where settings, the audit log and everything else is kept that outlives the gateway. */
    public sealed interface Storage permits Nowhere, Directory, Server {}

    /** Nothing outlives the gateway. */
    public record Nowhere() implements Storage {}

    /**
     * An embedded database.
     *
     * @param path the directory of its files, which is made if it is not there
     */
    public record Directory(Path path) implements Storage {}

    /**
     * A database server.
     *
     * @param url its JDBC address
     * @param user who logs in
     * @param password with what
     */
    public record Server(String url, String user, Optional<Secret> password) implements Storage {}

    /**
     * How webhooks are sent: what only those may say who run the gateway.
     *
     * @param allow IP blocks inside that may be sent to, and hosts that need no TLS
     * @param ports the ports that may be sent to
     * @param key what their signing secrets are encrypted with; without it a file beside the embedded database
     * @param authorities certificates in PEM of authorities that are taken besides the JVM's
     */
    public record Sending(List<String> allow, Set<Integer> ports, Optional<Secret> key, Optional<Secret> authorities) {
        /** To public addresses, with a key of its own. */
        public static final Sending USUAL =
                new Sending(List.of(), SendGuard.USUAL_PORTS, Optional.empty(), Optional.empty());

        /** Copies the list and the set, and checks them. */
        public Sending {
            allow = List.copyOf(allow);
            ports = Set.copyOf(ports);
            SendGuard unused = guard(allow, ports, authorities);
        }

        private static SendGuard guard(List<String> allow, Set<Integer> ports, Optional<Secret> authorities) {
            SendGuard guard = SendGuard.of(allow, ports);
            return authorities.isEmpty()
                    ? guard
                    : guard.trusting(authorities.get().value());
        }

        /** Where they may be sent to. */
        public SendGuard guard() {
            return guard(allow, ports, authorities);
        }
    }

    /** Which settings count. */
    public enum Source {
        /** Those of the database, once somebody has edited them; until then those of the file. */
        DATABASE,
        /** Those of the file, always; nobody edits them elsewhere. */
        FILE
    }

    /**
     * Where operators come in: a listener of its own.
     *
     * @param enabled whether there is one
     * @param host the address; loopback unless told otherwise
     * @param port the port, 0 for a free one
     * @param hosts the names by which it may be called, besides loopback's and its own address
     * @param trustedProxies the networks whose {@code X-Forwarded-For} is believed
     * @param environment what its pages call the gateway, as {@code production}; empty for nothing
     * @param insecureHttp whether passwords are taken over plain HTTP from other machines
     */
    public record AdminListen(
            boolean enabled,
            String host,
            int port,
            List<String> hosts,
            List<String> trustedProxies,
            String environment,
            boolean insecureHttp) {
        /** The port unless told otherwise. */
        public static final int USUAL_PORT = 8081;
        /** None. */
        public static final AdminListen OFF =
                new AdminListen(false, "127.0.0.1", USUAL_PORT, List.of(), List.of(), "", false);
        /** One on loopback. */
        public static final AdminListen USUAL =
                new AdminListen(true, "127.0.0.1", USUAL_PORT, List.of(), List.of(), "", false);

        /** Copies the lists. */
        public AdminListen {
            hosts = List.copyOf(hosts);
            trustedProxies = List.copyOf(trustedProxies);
        }

        /** The same at another port. */
        public AdminListen withPort(int port) {
            return new AdminListen(enabled, host, port, hosts, trustedProxies, environment, insecureHttp);
        }
    }
}
