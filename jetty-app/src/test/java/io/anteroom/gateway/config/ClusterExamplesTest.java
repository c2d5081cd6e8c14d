// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.hazelcast.ClusterSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The configurations that come with the example of a cluster: whole, and without a mistake. */
final class ClusterExamplesTest {
    private static final Path EXAMPLE = Path.of("..", "examples", "cluster");
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "HOSTNAME", "gateway-2",
            "DB_PASSWORD", "its-password",
            "WEBHOOKS_KEY", Base64.getEncoder().encodeToString(new byte[32]));

    private static GatewayConfig parse(String yaml) throws Exception {
        Path file = EXAMPLE.resolve("anteroom.yaml");
        return new ConfigReader(ENVIRONMENT::get, Optional.of(file)).parse(yaml);
    }

    /** Common settings, users and budgets, operators, and webhooks that any gateway can send. */
    private static void isWhole(GatewayConfig config) {
        OperatorConfig operator = config.operator();
        assertThat(operator.node()).isEqualTo("gateway-2");
        assertThat(operator.storage()).isInstanceOfSatisfying(Server.class, server -> {
            assertThat(server.url()).startsWith("jdbc:postgresql://");
            assertThat(server.password().orElseThrow().value()).isEqualTo("its-password");
        });
        assertThat(operator.admin().enabled()).isTrue();
        assertThat(operator.admin().port()).isEqualTo(8081);
        assertThat(operator.sending().key()).isPresent();
        assertThat(operator.cluster()).map(ClusterSettings::expectedMembers).contains(3);
    }

    @Test
    void compose_isWhole() throws Exception {
        GatewayConfig config = parse(Files.readString(EXAMPLE.resolve("anteroom.yaml")));

        isWhole(config);
        assertThat(config.operator().cluster().orElseThrow().members())
                .isEqualTo(List.of("gateway-1", "gateway-2", "gateway-3"));
    }

    @Test
    void kubernetes_isWhole_andLetsOperatorsInByATunnelAlone() throws Exception {
        GatewayConfig config = parse(Files.readString(EXAMPLE.resolve("kubernetes/anteroom.yaml"))
                .lines()
                .dropWhile(line -> !line.equals("  anteroom.yaml: |"))
                .skip(1)
                .takeWhile(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .collect(Collectors.joining("\n")));

        isWhole(config);
        assertThat(config.operator().admin().host()).isEqualTo("127.0.0.1");
        assertThat(config.operator().cluster().orElseThrow().kubernetesDns()).isEqualTo("anteroom-nodes");
    }
}
