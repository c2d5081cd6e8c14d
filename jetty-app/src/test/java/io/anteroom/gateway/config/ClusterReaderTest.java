// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.OnPartition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterReaderTest {
    private static final String UPSTREAM = "upstream: {url: 'http://127.0.0.1:8000'}\nnode: a\n";

    private static GatewayConfig parse(String yaml) throws ConfigException {
        return new ConfigReader(name -> null).parse(yaml);
    }

    @Test
    void parse_nothing_isAlone() throws Exception {
        assertThat(parse(UPSTREAM).operator().cluster()).isEmpty();
        assertThat(parse(UPSTREAM + "cluster: {enabled: false, members: [b]}")
                        .operator()
                        .cluster())
                .isEmpty();
    }

    @Test
    void parse_members_isTheUsualBesides() throws Exception {
        GatewayConfig config = parse(UPSTREAM + "cluster: {members: [10.0.0.1, '10.0.0.2:5702']}");

        assertThat(config.operator().cluster())
                .contains(ClusterSettings.of("a")
                        .members(List.of("10.0.0.1", "10.0.0.2:5702"))
                        .build());
    }

    @Test
    void parse_everything_isTaken() throws Exception {
        GatewayConfig config = parse(UPSTREAM + """
                cluster:
                  enabled: true
                  name: prod
                  host: 0.0.0.0
                  port: 6000
                  public-address: 'gw:6001'
                  kubernetes-dns: gw.ns.svc
                  expected-members: 3
                  on-partition: closed
                  silent-after: 10s
                  ack-within: 500ms
                  keep-leases: 7s
                  forget-after: 9m
                """);

        assertThat(config.operator().cluster())
                .contains(ClusterSettings.of("a")
                        .name("prod")
                        .listen("0.0.0.0", 6000)
                        .publicAddress("gw:6001")
                        .kubernetesDns("gw.ns.svc")
                        .expectedMembers(3)
                        .onPartition(OnPartition.CLOSED)
                        .silentAfter(Duration.ofSeconds(10))
                        .ackWithin(Duration.ofMillis(500))
                        .keepLeases(Duration.ofSeconds(7))
                        .forgetAfter(Duration.ofMinutes(9))
                        .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enabled: true|cluster.members: none (expected: the nodes' addresses, or kubernetes-dns)",
                "members: ['b:0']|cluster.members: b:0 (expected: host or host:port)",
                "members: [b], on-partition: sometimes|"
                        + "cluster.on-partition: sometimes (expected: closed or open or share)",
                "members: [b], port: 70000|cluster.port: 70000 (expected: a whole number from 1 to 65535)",
                "members: [b], memebrs: [c]|cluster.memebrs"
            })
    void parse_mistake_isToldWithItsKey(String cluster, String problem) {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> parse(UPSTREAM + "cluster: {" + cluster + "}"));

        assertThat(refused).hasMessageContaining(problem);
    }

    @Test
    void parse_noNameOfItsOwn_isTold() {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class,
                () -> parse("upstream: {url: 'http://127.0.0.1:8000'}\ncluster: {members: [b]}"));

        assertThat(refused).hasMessageContaining("a name of this node's own as gateway-1");
    }
}
