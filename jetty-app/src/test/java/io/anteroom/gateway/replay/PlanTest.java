// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.anteroom.admission.Priority;
import io.anteroom.gateway.replay.PlanSettings.Priorities;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlanTest {
    private static final List<TraceRequest> TRACE = IntStream.range(0, 20_000)
            .mapToObj(i -> new TraceRequest(i * 0.1, null, 1000, 200))
            .toList();

    private static PlanSettings settings(double load, Priorities priorities) {
        return new PlanSettings(load, 60, 32, 1, 40, priorities);
    }

    @Test
    void plan_isStretchedToTheLoad() {
        Plan plan = Plan.of(TRACE, settings(1.2, Priorities.HOME));

        double work = plan.requests().stream()
                .mapToDouble(PlannedRequest::serviceNanos)
                .sum();
        double span = plan.requests().get(TRACE.size() - 1).dueNanos();
        assertThat(work / (32 * span)).isCloseTo(1.2, offset(0.001));
        assertThat(work / TRACE.size() * 60 / 1e9).isCloseTo((0.2 + 0.2 + 4) * Math.exp(0.15 * 0.15 / 2), offset(0.05));
    }

    @Test
    void plan_ofLoadZero_keepsTheClock() {
        Plan plan = Plan.of(TRACE, settings(0, Priorities.HOME));

        assertThat(plan.traceSeconds(plan.requests().get(10).dueNanos())).isCloseTo(1, offset(1e-6));
    }

    @Test
    void plan_ofTheSameSeed_isTheSame() {
        assertThat(Plan.of(TRACE, settings(1.2, Priorities.HOME)))
                .isEqualTo(Plan.of(TRACE, settings(1.2, Priorities.HOME)));
    }

    @Test
    void keys_followZipf() {
        Map<String, Long> counts = count(Plan.of(TRACE, settings(1.2, Priorities.HOME)), PlannedRequest::key);

        assertThat(counts).hasSize(40);
        assertThat((double) counts.get("key-00") / counts.get("key-01")).isCloseTo(Math.pow(2, 1.1), offset(0.2));
    }

    @Test
    void levels_drawnForEachRequest_haveTheSharesOfTheTracesReadme() {
        Map<Priority, Long> counts = count(Plan.of(TRACE, settings(1.2, Priorities.RANDOM)), PlannedRequest::priority);

        assertThat(counts.get(Priority.CRITICAL) / 20_000.0).isCloseTo(0.05, offset(0.01));
        assertThat(counts.get(Priority.NORMAL) / 20_000.0).isCloseTo(0.60, offset(0.01));
    }

    @Test
    void levels_atHome_areMostlyOnePerKey() {
        Plan plan = Plan.of(TRACE, settings(1.2, Priorities.HOME));
        Map<Priority, Long> first = plan.requests().stream()
                .filter(r -> r.key().equals("key-00"))
                .collect(Collectors.groupingBy(PlannedRequest::priority, Collectors.counting()));

        long most = first.values().stream().mapToLong(Long::longValue).max().orElse(0);
        assertThat(most)
                .isGreaterThan(
                        first.values().stream().mapToLong(Long::longValue).sum() * 8 / 10);
    }

    @Test
    void keysOfTheTrace_areKept_andTheLighterHalfIsLight() {
        List<TraceRequest> keyed = IntStream.range(0, 100)
                .mapToObj(i -> new TraceRequest(i, i % 10 == 0 ? "small" : i % 2 == 0 ? "middle" : "large", 10, 10))
                .toList();

        assertThat(Plan.of(keyed, settings(1, Priorities.HOME)).lightKeys()).containsExactly("small");
    }

    private static <K> Map<K, Long> count(Plan plan, Function<PlannedRequest, K> by) {
        return plan.requests().stream().collect(Collectors.groupingBy(by, Collectors.counting()));
    }
}
