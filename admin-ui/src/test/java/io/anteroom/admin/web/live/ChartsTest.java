// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

    @Test
    void pools_moreThanColoursTellApart_areAddedUpWhateverThePeriod() throws Exception {
        try (LiveWorld world = new LiveWorld()) {
            List<Pool> pools = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                Pool pool = world.pool("p" + i, PoolSettings.ofSlots(0));
                pools.add(pool);
                for (int waiting = 0; waiting < i; waiting++) {
                    world.arrive(pool, "ada", Priority.LOW, "llama", Duration.ofHours(2));
                }
            }
            Depths depths = new Depths();
            for (int second = 0; second < 130; second++) {
                world.pass(1, () -> {});
                long now = world.instant().getEpochSecond();
                pools.forEach(pool -> depths.add(pool.name(), now, pool.snapshot()));
            }
            Charts charts = new Charts(depths, world.analytics());

            for (Period period : List.of(Period.MINUTE, Period.HOUR)) {
                Chart chart = charts.pools(pools, period, world.instant(), 1);

                assertThat(chart.series()).containsExactly("p1", "p2", "p3", "p4", "others");
                assertThat(chart.last().values()).as(period.label()).containsExactly(1L, 2L, 3L, 4L, 11L);
            }
            assertThat(new Charts(depths, null)
                            .pools(pools, Period.HOUR, world.instant(), 1)
                            .isEmpty())
                    .as("nobody counts")
                    .isTrue();
        }
    }
}
