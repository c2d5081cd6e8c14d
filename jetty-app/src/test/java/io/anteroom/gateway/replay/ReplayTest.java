// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.Priority;
import io.anteroom.gateway.replay.PlanSettings.Priorities;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReplayTest {
    private static final Progress SILENT = (answered, all, waiting, running) -> {};

    private static Plan plan(int count, double load) {
        SplittableRandom random = new SplittableRandom(7);
        List<TraceRequest> trace = IntStream.range(0, count)
                .mapToObj(i -> new TraceRequest(i * 0.2, null, 500, 20 + random.nextInt(100)))
                .toList();
        return Plan.of(trace, new PlanSettings(load, 40, 8, 1, 10, Priorities.HOME));
    }

    private static ReplaySettings settings(Order order, boolean earlyRefusal, OnFull onFull, int maxWaiting) {
        return new ReplaySettings(order, earlyRefusal, onFull, maxWaiting, false, Optional.empty(), 0, Duration.ZERO);
    }

    private static void assertNothingLost(ReplayResult result) {
        assertThat(result.surprises()).isEmpty();
        assertThat(result.lost()).isZero();
        assertThat(result.overAdmissions()).isZero();
        assertThat(result.mostRunning()).isLessThanOrEqualTo(8);
        int ends = 0;
        for (Outcome outcome : Outcome.values()) {
            ends += result.count(outcome);
        }
        assertThat(ends).isEqualTo(result.requests());
        assertThat(result.count(Outcome.SERVED)).isEqualTo(result.served());
    }

    @ParameterizedTest
    @EnumSource
    void replay_ofAnyOrder_losesNothing(Order order) throws Exception {
        ReplayResult result = Replay.run(plan(400, 1.5), settings(order, true, OnFull.REJECT, 100_000), SILENT);

        assertNothingLost(result);
        // How many depends on how busy the machine is; what matters here is that each has one end.
        assertThat(result.served()).isGreaterThan(40);
        assertThat(result.busyWhileWaiting()).isBetween(0.1, 1.0);
        assertThat(result.estimate().told()).isPositive();
    }

    @Test
    void replay_belowCapacity_refusesNobody() throws Exception {
        ReplayResult result = Replay.run(plan(200, 0.3), ReplaySettings.DEFAULT, SILENT);

        assertNothingLost(result);
        // At this speed the longest wait of the critical is an eighth of a second, which a busy machine can take from
        // them.
        assertThat(result.served()).isGreaterThan(40);
        assertThat(result.count(Outcome.REJECTED) + result.count(Outcome.SHED)).isZero();
    }

    @Test
    void replay_withAShortQueue_rejectsOrSheds() throws Exception {
        ReplayResult rejecting = Replay.run(plan(300, 3), settings(Order.WEIGHTED, false, OnFull.REJECT, 10), SILENT);
        ReplayResult shedding =
                Replay.run(plan(300, 3), settings(Order.WEIGHTED, false, OnFull.SHED_LOWEST, 10), SILENT);

        assertNothingLost(rejecting);
        assertNothingLost(shedding);
        assertThat(rejecting.count(Outcome.REJECTED)).isPositive();
        assertThat(rejecting.count(Outcome.SHED)).isZero();
        assertThat(shedding.count(Outcome.SHED)).isPositive();
        assertThat(shedding.count(Outcome.SHED, Priority.CRITICAL)).isZero();
        assertThat(shedding.count(Outcome.REJECTED, Priority.CRITICAL)).isZero();
    }

    @Test
    void replay_ofStreams_losesNothing() throws Exception {
        ReplaySettings streaming = new ReplaySettings(
                Order.WEIGHTED, true, OnFull.REJECT, 1000, true, Optional.empty(), 0, Duration.ofMillis(300));

        assertNothingLost(Replay.run(plan(150, 1.2), streaming, SILENT));
    }

    @Test
    void replay_toAnOutsideGateway_thatIsNotThere_losesEverything() throws Exception {
        ReplaySettings outside = new ReplaySettings(
                Order.WEIGHTED,
                true,
                OnFull.REJECT,
                1000,
                false,
                Optional.of(URI.create("http://127.0.0.1:1")),
                0,
                Duration.ZERO);

        ReplayResult result = Replay.run(plan(10, 1), outside, SILENT);

        assertThat(result.lost()).isEqualTo(10);
        assertThat(result.overAdmissions()).isEqualTo(-1);
        assertThat(result.surprises()).hasSize(5);
    }

    @Test
    void report_hasEveryKey() throws Exception {
        ReplayResult result = Replay.run(plan(60, 1.2), ReplaySettings.DEFAULT, SILENT);
        JsonNode json = ReplayReport.json(result);

        assertThat(json.fieldNames())
                .toIterable()
                .contains(
                        "lost",
                        "over_admissions",
                        "busy_while_waiting",
                        "jain_in_level",
                        "jain_all",
                        "waits_by_level",
                        "expired_by_level",
                        "rejected_by_level",
                        "shed_by_level",
                        "light_keys_lost",
                        "estimate",
                        "served");
        assertThat(json.path("estimate").fieldNames()).toIterable().contains("mdape", "within", "coverage80", "bias");
        assertThat(json.path("waits_by_level").path("critical").path("p99").isNumber())
                .isTrue();
        assertThat(ReplayReport.table(result)).contains("critical", "over-admissions   0", "Jain index");
    }
}
