// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.api.ClusterView.Member;
import io.anteroom.admin.api.ClusterView.Standing;
import io.anteroom.admin.api.ClusterView.State;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.GoneNode;
import io.anteroom.hazelcast.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OperatorClusterTest {
    private static final Instant START = Instant.parse("2026-11-21T09:00:00Z");
    private static final NodeView ONE = new NodeView("one", 1, "127.0.0.1:5701");
    private static final NodeView TWO = new NodeView("two", 2, "127.0.0.1:5702");

    private final ClusterSettings.Builder settings =
            ClusterSettings.of("one").members(List.of("127.0.0.1:5701", "127.0.0.1:5702"));
    private List<NodeView> nodes = List.of(ONE, TWO);
    private List<GoneNode> gone = List.of();
    private Instant now = START;
    private boolean isMissing;

    private OperatorCluster cluster() {
        return new OperatorCluster(settings.build(), () -> nodes, () -> gone, () -> isMissing, "1.2", () -> now);
    }

    @Test
    void state_allThere_namesThemAndThisOne() {
        State state = cluster().state();

        assertThat(state.mode()).isEqualTo("shared");
        assertThat(state.isWhole()).isTrue();
        assertThat(state.note()).isEmpty();
        assertThat(state.members()).extracting(Member::name).containsExactly("one", "two");
        assertThat(state.members()).extracting(Member::isSelf).containsExactly(true, false);
        assertThat(state.members()).extracting(Member::version).containsExactly("1.2", "");
    }

    @Test
    void state_oneGone_saysSo_andOneThatComesAgainIsThereSinceThen() {
        OperatorCluster cluster = cluster();
        assertThat(cluster.state().isWhole()).isTrue();
        nodes = List.of(ONE);
        gone = List.of(new GoneNode(TWO, Duration.ofSeconds(3), false));
        isMissing = true;
        now = START.plusSeconds(5);

        State apart = cluster.state();

        assertThat(apart.isWhole()).isFalse();
        assertThat(apart.note())
                .startsWith("Out of sight, and may still run: two.")
                .contains("on-partition counts: share");
        assertThat(apart.members().get(1))
                .isEqualTo(new Member(
                        "two", "127.0.0.1:5702", "", false, Standing.MISSING, START, START.plusSeconds(2), Map.of()));
        gone = List.of();
        nodes = List.of(ONE, new NodeView("two", 3, "127.0.0.1:5702"));
        isMissing = false;
        now = START.plusSeconds(9);
        assertThat(cluster.state().isWhole()).isTrue();
        assertThat(cluster.state().members()).extracting(Member::since).containsExactly(START, now);
    }

    @Test
    void state_fewerThanExpectedFromTheBeginning_isNotWhole() {
        OperatorCluster cluster = new OperatorCluster(
                settings.expectedMembers(3).build(), () -> nodes, () -> gone, () -> isMissing, "1.2", () -> now);

        assertThat(cluster.state().isWhole()).isFalse();
        assertThat(cluster.state().note()).contains("Of 3 gateways 2");
    }

    @Test
    void state_oneThatLeftInGoodOrder_isNotMissed() {
        OperatorCluster cluster = cluster();
        assertThat(cluster.state().members()).hasSize(2);
        nodes = List.of(ONE);
        gone = List.of(new GoneNode(TWO, Duration.ofSeconds(3), true));

        assertThat(cluster.state().isWhole()).isTrue();
        assertThat(cluster.state().members())
                .extracting(Member::standing)
                .containsExactly(Standing.HERE, Standing.GONE);
        gone = List.of();
        assertThat(cluster.state().members()).hasSize(1);
    }
}
