// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.preview.PreviewReport.Figures;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PreviewTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final PoolSettings TWO = PoolSettings.ofSlots(2).withEarlyRefusal(false);

    private long nowNanos = Duration.ofDays(3).toNanos();
    private final PastRequests past = new PastRequests(() -> nowNanos);

    private void tell(Kind kind, String key, Priority priority, Duration waited, Duration ran, Refusal.Code code) {
        Caller caller = Caller.of(key, "192.0.2.1");
        past.on(new QueueEvent(kind, "r", "llm", caller, priority, null, waited, 0, ran, code));
    }

    private void served(String key, Duration waited, Duration ran) {
        tell(Kind.RELEASED, key, Priority.NORMAL, waited, ran, null);
    }

    private PreviewReport report(PoolSettings proposed) {
        return Preview.of(past, "llm", TWO, proposed);
    }

    /** Each second four come at once for two slots, and each takes a second. */
    private void overload(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNanos += SECOND.toNanos();
            for (int j = 0; j < 4; j++) {
                served("k" + j, Duration.ZERO, SECOND);
            }
        }
    }

    @Test
    void moreSlots_serveMoreAndSooner() {
        overload(300);

        PreviewReport report = report(TWO.withSlots(4));

        assertThat(report.requests()).isEqualTo(1200);
        assertThat(report.guessed()).isZero();
        assertThat(report.isTelling()).isTrue();
        assertThat(report.span()).isEqualTo(Duration.ofSeconds(299));
        Figures current = report.current().all();
        Figures proposed = report.proposed().all();
        assertThat(proposed.served()).isEqualTo(1200);
        assertThat(proposed.p95Wait()).isZero();
        assertThat(current.served()).isLessThan(1000);
        assertThat(current.expired() + current.refused()).isEqualTo(1200 - current.served());
        assertThat(current.p95Wait()).isGreaterThan(Duration.ofSeconds(30));
        assertThat(report.current().busyPercent()).isGreaterThan(99);
        assertThat(report.real().all().served()).isEqualTo(1200);
    }

    @Test
    void aSmallerQueue_refusesInsteadOfExpiring() {
        overload(300);

        Figures small = report(TWO.withQueue(4, Long.MAX_VALUE)).proposed().all();

        assertThat(small.expired()).isZero();
        assertThat(small.refused()).isGreaterThan(400);
        assertThat(small.p95Wait()).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aFairQueueLimit_bitesOnlyWhoeverExceedsIt() {
        for (int i = 0; i < 60; i++) {
            nowNanos += SECOND.toNanos();
            served("light", Duration.ZERO, Duration.ofMillis(500));
            for (int j = 0; j < 5; j++) {
                served("heavy", Duration.ZERO, SECOND);
            }
        }

        Figures limited = report(TWO.withCallers(new CallerLimits(3, 1), CallerLimits.UNLIMITED))
                .proposed()
                .all();

        assertThat(limited.arrived()).isEqualTo(360);
        assertThat(limited.served()).isBetween(118, 126);
        assertThat(limited.refused()).isGreaterThan(200);
    }

    @Test
    void whoLeft_leavesAfterTheSameTime_unlessServedBefore() {
        nowNanos += Duration.ofSeconds(3).toNanos();
        tell(Kind.ABANDONED, "hasty", Priority.HIGH, Duration.ofSeconds(2), Duration.ZERO, null);
        nowNanos += Duration.ofSeconds(17).toNanos();
        for (int i = 0; i < 3; i++) {
            served("busy" + i, Duration.ZERO, Duration.ofSeconds(20));
        }

        PreviewReport report = report(TWO.withSlots(6));

        assertThat(report.current().all().abandoned()).isEqualTo(1);
        assertThat(report.proposed().all().abandoned()).isZero();
        assertThat(report.proposed().levels().get(Priority.HIGH).served()).isEqualTo(1);
        assertThat(report.guessed()).isEqualTo(1);
    }

    @Test
    void whatNeverCameToThePool_isNotCounted() {
        tell(Kind.REFUSED, "a", Priority.NORMAL, Duration.ZERO, Duration.ZERO, Refusal.Code.RATE_LIMITED);
        tell(Kind.REFUSED, "a", Priority.NORMAL, Duration.ZERO, Duration.ZERO, Refusal.Code.SHUTTING_DOWN);
        tell(Kind.KEPT, "a", Priority.NORMAL, SECOND, Duration.ZERO, null);
        tell(Kind.QUEUED, "a", Priority.NORMAL, Duration.ZERO, Duration.ZERO, null);
        tell(Kind.REFUSED, "a", Priority.NORMAL, Duration.ZERO, Duration.ZERO, Refusal.Code.QUEUE_FULL);

        PreviewReport report = report(TWO);

        assertThat(report.requests()).isEqualTo(1);
        assertThat(report.isTelling()).isFalse();
        assertThat(report.real().all().refused()).isEqualTo(1);
    }

    @Test
    void onlyTheLastHour_andOnlySoMany_areRemembered() {
        served("old", Duration.ZERO, SECOND);
        nowNanos += Duration.ofHours(2).toNanos();
        assertThat(report(TWO).requests()).isZero();

        for (int i = 0; i < PastRequests.MOST + 10; i++) {
            served("k", Duration.ZERO, Duration.ofMillis(1));
        }
        assertThat(past.recent("llm")).hasSize(PastRequests.MOST);
        past.on(new QueueEvent(
                Kind.RELEASED,
                "r",
                "other",
                Caller.of("k", "192.0.2.1"),
                Priority.NORMAL,
                null,
                Duration.ZERO,
                0,
                Duration.ZERO,
                null));
        served("k", Duration.ZERO, Duration.ofMillis(1));
        assertThat(past.recent("llm").size()).isLessThan(PastRequests.MOST);
        assertThat(past.recent("other")).hasSize(1);
        assertThat(past.recent("unknown")).isEmpty();
    }

    @Test
    void aPoolOfNoSlots_andANobodysPool_areNoTrouble() {
        assertThat(report(TWO.withSlots(0)).proposed().all().arrived()).isZero();
        overload(10);
        Figures none = report(TWO.withSlots(0)).proposed().all();
        assertThat(none.served()).isZero();
        assertThat(none.expired() + none.refused()).isEqualTo(40);
    }
}
