// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Charts of what the last seconds remember. */
final class ChartsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T14:00:03Z");

    @Test
    void levels_endWithTheLastWholeStep_asTheOneUnderWayWouldLookLikeAStandstill() throws Exception {
        try (LiveWorld world = new LiveWorld()) {
            Pool pool = world.pool("llm", PoolSettings.ofSlots(0));
            world.arrive(pool, "ada", Priority.NORMAL, "llama", Duration.ofHours(1));
            Depths depths = new Depths();
            // Sampled up to the last whole step of five seconds, and not once in the one that has begun at 14:00:00.
            for (long second = NOW.getEpochSecond() - 60; second < NOW.getEpochSecond() - 3; second++) {
                depths.add("llm", second, pool.snapshot());
            }

            Chart chart = new Charts(depths, null).levels("llm", Period.QUARTER, NOW, 3);

            assertThat(chart.rows()).extracting(Chart.Row::at).containsExactly("13:59:45", "13:59:50", "13:59:55");
            int normal = Priority.NORMAL.ordinal();
            assertThat(chart.rows()).extracting(row -> row.values().get(normal)).isEqualTo(List.of(1L, 1L, 1L));
        }
    }
}
