// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nodes that go are remembered, with when that was and what is known of it. */
final class LookoutTest {
    private static final NodeView ONE = new NodeView("one", 1, "127.0.0.1:5701");
    private static final NodeView TWO = new NodeView("two", 2, "127.0.0.1:5702");
    private static final NodeView THREE = new NodeView("three", 3, "127.0.0.1:5703");

    private long now = Long.MAX_VALUE - 5;
    private final Lookout lookout = new Lookout(() -> now, Duration.ofMinutes(2), Duration.ofHours(1));

    private void sees(NodeView... nodes) {
        Map<NodeView, Optional<InetSocketAddress>> seen = new HashMap<>();
        for (NodeView node : nodes) {
            seen.put(node, Optional.empty());
        }
        lookout.sees(seen);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void gone_someLeftAndSomeVanished_areToldApartTheLastFirst() {
        sees(ONE, TWO, THREE);
        pass(Duration.ofMinutes(1));
        lookout.leaves(2);
        sees(ONE, THREE);
        pass(Duration.ofMinutes(1));
        sees(ONE);
        pass(Duration.ofSeconds(10));

        List<GoneNode> gone = lookout.gone(Duration.ofHours(1));

        assertThat(gone)
                .containsExactly(
                        new GoneNode(THREE, Duration.ofSeconds(10), false),
                        new GoneNode(TWO, Duration.ofSeconds(70), true));
        assertThat(lookout.gone(Duration.ofSeconds(70)))
                .extracting(GoneNode::node)
                .containsExactly(THREE);
    }

    @Test
    void gone_cameBack_isNoneEvenAsAnotherRun() {
        sees(ONE, TWO, THREE);
        sees(ONE);
        sees(ONE, TWO, new NodeView("three", 33, "127.0.0.1:5703"));

        assertThat(lookout.gone(Duration.ofHours(1))).isEmpty();
    }
}
