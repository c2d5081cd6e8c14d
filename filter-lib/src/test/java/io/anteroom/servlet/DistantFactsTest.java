// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When other nodes are asked for what they know of those who wait there. */
final class DistantFactsTest {
    private static final long TICKET = 7;

    private final List<List<Long>> asked = new ArrayList<>();
    private final DistantFacts facts = new DistantFacts(this::told, this::now);
    private String id = "first";
    private long nowNanos = Long.MAX_VALUE;

    private Map<Long, Requests.Facts> told(String pool, List<Long> tickets) {
        asked.add(tickets);
        return Map.of(TICKET, new Requests.Facts(id, null, "none"));
    }

    private long now() {
        return nowNanos;
    }

    private void learn(boolean isAway) {
        QueueStatus status = new QueueStatus(1, 1, 1, Optional.empty(), Duration.ZERO, QueueStatus.Limit.SLOTS);
        facts.learn(
                "llm", List.of(new WaitingTicket(TICKET, "key", "ip", Priority.NORMAL, "b", 0, null, isAway, status)));
    }

    private String known() {
        return facts.find("llm", TICKET).id();
    }

    @Test
    void learn_againAtOnce_asksOnce() {
        learn(false);
        learn(false);

        assertThat(asked).containsExactly(List.of(TICKET));
    }

    @Test
    void learn_callerLeftAndCameBackByAnotherId_isKnownByThat() {
        learn(false);
        learn(true);
        id = "second";

        learn(false);

        assertThat(known()).isEqualTo("second");
    }

    @Test
    void learn_callerLeftAndCameBackBetweenTwoLooks_isKnownByItsNewIdAfterAWhile() {
        learn(false);
        id = "second";

        nowNanos += Duration.ofSeconds(30).toNanos();
        learn(false);
        assertThat(known()).isEqualTo("first");
        nowNanos++;
        learn(false);

        assertThat(known()).isEqualTo("second");
    }
}
