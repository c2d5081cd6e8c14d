// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.event.QueueEvent;
import io.anteroom.rate.RateListener;
import io.anteroom.webhook.WatchSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real pool and what is told of it, by a clock of the test's. */
final class QueueWatchTest {
    private static final PoolSettings SETTINGS = PoolSettings.ofSlots(1)
            .withLevel(Priority.NORMAL, new LevelSettings(2, Duration.ofDays(1), Integer.MAX_VALUE, 0))
            .withQueue(10, 1 << 20)
            .withCallers(
                    new CallerLimits(Integer.MAX_VALUE, Integer.MAX_VALUE),
                    new CallerLimits(Integer.MAX_VALUE, Integer.MAX_VALUE))
            .withEarlyRefusal(false);

    private final Events events = new Events();
    private final List<Notice> told = new ArrayList<>();
    private final Deque<Ticket> tickets = new ArrayDeque<>();
    private final Deque<Lease> leases = new ArrayDeque<>();
    private long nowNanos = -5_000_000_000L;
    private boolean isTeller = true;
    private LocalPools pools;
    private Pool pool;
    private QueueWatch watch;

    @BeforeEach
    void open() {
        // No timers: nothing happens but what a test does.
        pools = new LocalPools(() -> nowNanos, (delay, task) -> {}, Runnable::run);
        pool = pools.open("llm", SETTINGS);
        events.subscribeNotices(told::add);
        watch = new QueueWatch(pools, events, () -> WatchSettings.DEFAULT, () -> isTeller, () -> nowNanos);
        watch.look();
        offer(1);
    }

    @AfterEach
    void close() {
        watch.close();
        pools.close();
    }

    private void offer(int count) {
        for (int i = 0; i < count; i++) {
            Waiter waiter = new Waiter() {
                @Override
                public void admitted(Lease lease) {
                    leases.add(lease);
                }

                @Override
                public void refused(Refusal refusal) {}
            };
            var admission = pool.offer(Arrival.of(Caller.of("a", "1.2.3.4"), Priority.NORMAL), waiter);
            if (admission instanceof Ticket ticket) {
                tickets.add(ticket);
            } else if (admission instanceof Lease lease) {
                leases.add(lease);
            }
        }
    }

    private void leave(int count) {
        for (int i = 0; i < count; i++) {
            tickets.removeLast().abandon();
        }
    }

    private void pass(Duration time) {
        for (long left = time.toSeconds(); left > 0; left--) {
            nowNanos += 1_000_000_000L;
            watch.look();
        }
    }

    private List<String> types() {
        return told.stream().map(Notice::type).toList();
    }

    @Test
    void highUsage_atThreshold_isToldOnceUntilItHasRecovered() {
        offer(7);
        pass(Duration.ofSeconds(50));
        assertThat(types()).isEmpty();

        offer(1);
        pass(Duration.ofSeconds(60));

        assertThat(told)
                .containsExactly(new Notice(
                        Notice.QUEUE_HIGH_USAGE,
                        "llm",
                        Map.of(
                                "pool",
                                "llm",
                                "current_size",
                                8,
                                "max_size",
                                10,
                                "utilization",
                                0.8,
                                "bytes_utilization",
                                0.0)));
    }

    @Test
    void highUsage_backAndForthAcrossBothThresholds_isToldOnceAMinute() {
        for (int i = 0; i < 300; i++) {
            offer(8);
            pass(Duration.ofSeconds(1));
            leave(8);
            pass(Duration.ofSeconds(1));
        }

        // 600 seconds; each is told as what it is when it is told.
        assertThat(types()).hasSizeBetween(8, 10);
        for (int i = 0; i < told.size(); i++) {
            assertThat(types().get(i)).isEqualTo(i % 2 == 0 ? Notice.QUEUE_HIGH_USAGE : Notice.QUEUE_RECOVERED);
            int size = (Integer) told.get(i).facts().get("current_size");
            assertThat(size).isEqualTo(i % 2 == 0 ? 8 : 0);
        }
    }

    @Test
    void highUsage_betweenTheThresholds_hasNotRecovered() {
        offer(8);
        pass(Duration.ofSeconds(1));
        // 8 of 11 is 73 percent: below 80, and not yet 70.
        pool.configure(SETTINGS.withQueue(11, 1 << 20));
        pass(Duration.ofSeconds(110));

        assertThat(types()).containsExactly(Notice.QUEUE_HIGH_USAGE);
        leave(1);
        pass(Duration.ofSeconds(1));
        assertThat(types()).containsExactly(Notice.QUEUE_HIGH_USAGE, Notice.QUEUE_RECOVERED);
        assertThat(told.get(1).facts()).containsEntry("was", "high_usage");
    }

    @Test
    void full_firstRefusal_isToldOnce_andRecoversAfterCalm() {
        offer(10);
        offer(3);
        pass(Duration.ofSeconds(1));
        assertThat(types()).containsExactly(Notice.QUEUE_FULL);
        assertThat(told.get(0).facts())
                .containsEntry("refused", 3L)
                .containsEntry("current_size", 10)
                .containsEntry("utilization", 1.0);

        offer(5);
        pass(Duration.ofSeconds(5));
        leave(10);
        pass(Duration.ofSeconds(53));
        assertThat(types()).as("not within a minute").containsExactly(Notice.QUEUE_FULL);
        pass(Duration.ofSeconds(2));
        assertThat(types()).containsExactly(Notice.QUEUE_FULL, Notice.QUEUE_RECOVERED);
        assertThat(told.get(1).facts()).containsEntry("was", "full").containsEntry("after_ms", 60_000L);

        offer(11);
        pass(Duration.ofSeconds(1));
        assertThat(types()).containsExactly(Notice.QUEUE_FULL, Notice.QUEUE_RECOVERED, Notice.QUEUE_FULL);
    }

    @Test
    void full_forLessThanALook_isToldAllTheSame() {
        offer(11);
        leave(10);

        pass(Duration.ofSeconds(1));

        assertThat(types()).containsExactly(Notice.QUEUE_FULL);
    }

    @Test
    void full_beforeTheWatchBegan_isNotTold() {
        offer(11);
        leave(10);
        QueueWatch later = new QueueWatch(pools, events, () -> WatchSettings.DEFAULT, () -> isTeller, () -> nowNanos);

        later.look();
        later.look();

        assertThat(types()).isEmpty();
        later.close();
    }

    @Test
    void full_whereTheLowestAreShed_isTold() {
        pool.configure(SETTINGS.withOnFull(OnFull.SHED_LOWEST));
        offer(10);
        var unused = pool.offer(Arrival.of(Caller.of("b", "1.2.3.5"), Priority.CRITICAL), new Waiter() {
            @Override
            public void admitted(Lease lease) {}

            @Override
            public void refused(Refusal refusal) {}
        });

        pass(Duration.ofSeconds(1));

        assertThat(types()).containsExactly(Notice.QUEUE_FULL);
    }

    @Test
    void stalled_nobodyAdmittedForTwoMinutes_isToldOnce_andItsEnd() {
        offer(2);
        pass(Duration.ofSeconds(119));
        assertThat(types()).isEmpty();

        pass(Duration.ofMinutes(5));
        assertThat(types()).containsExactly(Notice.QUEUE_STALLED);
        assertThat(told.get(0).facts())
                .containsEntry("for_ms", 120_000L)
                .containsEntry("running", 1)
                .containsEntry("slots", 1)
                .containsEntry("current_size", 2);

        leases.remove().close();
        pass(Duration.ofSeconds(1));
        assertThat(types()).containsExactly(Notice.QUEUE_STALLED, Notice.QUEUE_RECOVERED);
        assertThat(told.get(1).facts()).containsEntry("was", "stalled");
    }

    @Test
    void stalled_heldByAnOperatorOrWithoutSlots_isNotTold() {
        offer(2);
        pool.mode(PoolMode.HOLDING);
        pass(Duration.ofMinutes(10));
        pool.mode(PoolMode.OPEN);
        pool.configure(SETTINGS.withSlots(0));
        pass(Duration.ofMinutes(10));

        assertThat(types()).isEmpty();
    }

    @Test
    void timeouts_ofAMinute_areOneNoticeByLevel() {
        for (int i = 0; i < 1000; i++) {
            events.on(expired(i % 4 == 0 ? Priority.HIGH : Priority.LOW));
        }
        pass(Duration.ofSeconds(30));
        events.on(expired(Priority.LOW));
        pass(Duration.ofSeconds(30));
        assertThat(types()).isEmpty();

        pass(Duration.ofMinutes(10));

        assertThat(types()).containsExactly(Notice.QUEUE_TIMEOUT);
        assertThat(told.get(0).facts())
                .containsEntry("count", 1001L)
                .containsEntry("by_level", Map.of("high", 250L, "low", 751L))
                .containsEntry("period_ms", 60_000L);
    }

    private static QueueEvent expired(Priority priority) {
        return new QueueEvent(
                QueueEvent.Kind.EXPIRED,
                "r1",
                "llm",
                Caller.of("a", "1.2.3.4"),
                priority,
                null,
                Duration.ofSeconds(5),
                1,
                Duration.ZERO,
                null);
    }

    @Test
    void teller_another_onlyItsOwnTimeoutsAreTold_andItGoesOnWhereTheOtherStopped() {
        isTeller = false;
        offer(11);
        events.on(expired(Priority.LOW));
        pass(Duration.ofSeconds(62));
        assertThat(types()).containsExactly(Notice.QUEUE_TIMEOUT);

        isTeller = true;
        pass(Duration.ofSeconds(5));
        assertThat(types()).as("what the other has told").containsExactly(Notice.QUEUE_TIMEOUT);
        leave(10);
        pass(Duration.ofSeconds(11));
        assertThat(types()).containsExactly(Notice.QUEUE_TIMEOUT, Notice.QUEUE_RECOVERED);
    }

    @Test
    void quota_partAndWhole_areTwoNotices() {
        QuotaNotices quota = new QuotaNotices(events);

        quota.reached(new RateListener.SoftLimit("monthly", "key-1\0llm\0", 80, 800, 1000));
        quota.reached(new RateListener.SoftLimit("monthly", "key-1", 100, 1001, 1000));

        assertThat(types()).containsExactly(Notice.QUOTA_SOFT_LIMIT, Notice.QUOTA_EXHAUSTED);
        assertThat(told.get(0).subject()).isEqualTo("monthly");
        assertThat(told.get(0).facts())
                .containsEntry("account", "key-1 llm")
                .containsEntry("percent", 80)
                .containsEntry("used", 800L)
                .containsEntry("amount", 1000L);
    }
}
