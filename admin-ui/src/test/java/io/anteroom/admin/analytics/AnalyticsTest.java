// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admin.analytics.AnalyticsStore.Range;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.settings.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AnalyticsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Story story = new Story();
    private final FailingStore store = new FailingStore();
    private final Analytics analytics = analytics("a");

    private Analytics analytics(String node) {
        return Analytics.builder()
                .store(store)
                .node(node)
                .names(flow -> flow.equals("key-chat") ? "chat" : null)
                .clock(story)
                .build();
    }

    /** A store that can be told to fail, also after it has written. */
    private static final class FailingStore implements AnalyticsStore {
        private final MemoryAnalyticsStore kept = new MemoryAnalyticsStore();
        private boolean isDown;
        private boolean isSilent;
        private boolean forgetsNothing;
        private int writes;
        private Runnable meanwhile = () -> {};
        private Runnable reading = () -> {};

        @Override
        public void write(String node, long batch, List<Minute> minutes) {
            writes++;
            meanwhile.run();
            if (isDown) {
                throw new StoreException("no space left on device", new IllegalStateException());
            }
            kept.write(node, batch, minutes);
            if (isSilent) {
                throw new StoreException("connection lost", new IllegalStateException());
            }
        }

        @Override
        public boolean isLast(String node, long batch) {
            return kept.isLast(node, batch);
        }

        @Override
        public void read(List<Range> ranges, @Nullable String pool, Rows rows) {
            kept.read(ranges, pool, rows);
            reading.run();
        }

        @Override
        public List<byte[]> lists(List<Range> ranges, @Nullable String pool, CallerKind kind) {
            return kept.lists(ranges, pool, kind);
        }

        @Override
        public void forget(long before, long now) {
            if (forgetsNothing) {
                throw new StoreException("connection refused", new IllegalStateException());
            }
            kept.forget(before, now);
        }
    }

    private void oneRequest(String key, long waitedMillis, long ranMillis) {
        if (waitedMillis > 0) {
            analytics.on(Story.queued(key, 1));
        }
        analytics.on(Story.admitted(key, waitedMillis));
        analytics.on(Story.released(key, ranMillis));
    }

    @Test
    void summary_minuteUnderWay_isInIt() {
        oneRequest("key-chat", 0, 500);
        oneRequest("key-chat", 2000, 1000);
        analytics.on(Story.refused("key-bot", Refusal.Code.QUEUE_FULL));

        Report report = analytics.summary("llm", Duration.ofMinutes(1));

        Figures total = report.total();
        assertThat(total.count(Count.QUEUED)).isEqualTo(1);
        assertThat(total.count(Count.ADMITTED)).isEqualTo(2);
        assertThat(total.count(Count.AT_ONCE)).isEqualTo(1);
        assertThat(total.count(Count.RELEASED)).isEqualTo(2);
        assertThat(total.refusals()).containsExactly(Map.entry("queue_full", 1L));
        assertThat(total.waits().mean()).hasSeconds(2);
        assertThat(total.runs().longest()).hasSeconds(1);
        assertThat(total.peakRunning()).isEqualTo(1);
        assertThat(total.peakWaiting()).isEqualTo(1);
        assertThat(report.byLevel().get(Priority.LOW).count(Count.REFUSED)).isEqualTo(1);
        assertThat(analytics.summary("other", HOUR).total().isEmpty()).isTrue();
    }

    @Test
    void summary_manyMinutes_areMergedAndOldOnesLeftOut() {
        for (int minute = 0; minute < 90; minute++) {
            oneRequest("key-chat", 1000 + minute, 10);
            story.after(Duration.ofMinutes(1));
            analytics.tick();
        }

        assertThat(analytics.summary(null, HOUR).total().count(Count.ADMITTED)).isEqualTo(59);
        assertThat(analytics.summary(null, Duration.ofHours(2)).total().count(Count.ADMITTED))
                .isEqualTo(90);
        assertThat(analytics
                        .summary(null, Story.BEGIN, Story.BEGIN.plusSeconds(600))
                        .total()
                        .count(Count.ADMITTED))
                .isEqualTo(10);
        assertThat(analytics.summary(null, Duration.ofHours(2)).total().waits().quantile(1))
                .hasMillis(1089);
    }

    @Test
    void query_steps_addUpToTheSummaryWhateverTheStep() {
        for (int minute = 0; minute < 3000; minute += 7) {
            oneRequest("key-chat", 100, 10);
            story.after(Duration.ofMinutes(7));
            analytics.tick();
        }
        var from = Story.BEGIN.plus(HOUR.multipliedBy(30));
        var to = story.instant().plus(HOUR);
        long expected = analytics.summary("llm", from, to).total().count(Count.ADMITTED);

        for (int step : new int[] {1, 2, 15, 60, 90, 720, 1440}) {
            List<Point> points = analytics.query("llm", null, from, to, Duration.ofMinutes(step));
            long before = points.stream()
                    .filter(point -> point.at().isBefore(from))
                    .mapToLong(point -> point.figures().count(Count.ADMITTED))
                    .sum();
            long sum = points.stream()
                    .mapToLong(point -> point.figures().count(Count.ADMITTED))
                    .sum();
            assertThat(sum - before).as("step %d", step).isLessThanOrEqualTo(expected);
            assertThat(sum).as("step %d", step).isGreaterThanOrEqualTo(expected);
            assertThat(points.get(0).at().getEpochSecond() % (step * 60L)).isZero();
        }
        assertThat(analytics.query("llm", Priority.LOW, from, to, HOUR))
                .allMatch(point -> point.figures().count(Count.ADMITTED) == 0);
        assertThatThrownBy(() ->
                        analytics.query(null, null, Story.BEGIN, to.plus(Duration.ofDays(3)), Duration.ofMinutes(1)))
                .hasMessageContaining("expected: at least PT3M");
        assertThatThrownBy(() -> analytics.query(null, null, from, to, Duration.ofSeconds(90)))
                .hasMessage("step: PT1M30S (expected: whole minutes, at least one)");
    }

    @Test
    void restart_inTheSameMinute_adds() {
        oneRequest("key-chat", 1000, 10);
        analytics.close();

        Analytics second = analytics("a");
        second.on(Story.admitted("key-chat", 3000));
        second.close();
        Analytics third = analytics("a");

        assertThat(third.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(2);
        assertThat(third.summary("llm", HOUR).total().waits().mean()).hasSeconds(2);
        assertThat(third.topCallers(CallerKind.KEY, null, HOUR, 5).get(0).requests())
                .isEqualTo(1);
    }

    @Test
    void storeDown_keepsMinutesAndWritesThemLater() {
        store.isDown = true;
        for (int minute = 0; minute < 5; minute++) {
            oneRequest("key-chat", 1000, 10);
            story.after(Duration.ofMinutes(1));
            analytics.tick();
        }

        assertThat(analytics.trouble()).isEqualTo("no space left on device");
        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(5);

        store.isDown = false;
        story.after(Duration.ofSeconds(11));
        analytics.tick();

        assertThat(analytics.trouble()).isNull();
        assertThat(analytics("b").summary("llm", HOUR).total().count(Count.ADMITTED))
                .isEqualTo(5);
        assertThat(analytics.lostMinutes()).isZero();
    }

    @Test
    void storeDown_isTriedNowAndThenOnly() {
        store.isDown = true;
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(1));
        for (int second = 0; second < 30; second++) {
            analytics.tick();
            story.after(Duration.ofSeconds(1));
        }

        assertThat(store.writes).isEqualTo(3);
    }

    @Test
    void answerOfTheStoreLost_isNotCountedTwice() {
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(1));
        store.isSilent = true;
        analytics.tick();
        assertThat(analytics.trouble()).isEqualTo("connection lost");
        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(1);
        oneRequest("key-chat", 1000, 10);

        store.isSilent = false;
        story.after(Duration.ofMinutes(1));
        analytics.tick();

        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(2);
    }

    @Test
    void storeHangs_nobodyElseWaits() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        store.meanwhile = () -> {
            hangs.countDown();
            waitFor(goesOn);
        };
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(1));
        Thread storing = new Thread(analytics::tick);
        storing.start();
        waitFor(hangs);

        CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> {
            assertThat(analytics.trouble()).isNull();
            assertThat(analytics.lostMinutes()).isZero();
            return analytics.summary("llm", HOUR).total().count(Count.ADMITTED);
        });

        try {
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        } finally {
            goesOn.countDown();
            storing.join();
        }
        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(1);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void storeHangs_poolsAreLookedAt() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        CountDownLatch looks = new CountDownLatch(3);
        store.meanwhile = () -> {
            hangs.countDown();
            waitFor(goesOn);
        };
        Analytics looking = Analytics.builder()
                .store(store)
                .clock(story)
                .pools(() -> {
                    if (hangs.getCount() == 0) {
                        looks.countDown();
                    }
                    return List.of();
                })
                .build();
        looking.on(Story.admitted("key-chat", 100));
        story.after(Duration.ofMinutes(1));

        try (Analytics begun = looking.begin()) {
            assertThat(begun).isNotNull();
            try {
                waitFor(hangs);
                waitFor(looks);
            } finally {
                goesOn.countDown();
            }
        }
    }

    @Test
    void read_whileABatchIsStored_countsItOnce() {
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(1));
        // The batch is there before the figures are read, or comes while they are.
        store.meanwhile = () -> {
            store.meanwhile = () -> {};
            assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED))
                    .isEqualTo(1);
        };
        store.reading = () -> {
            store.reading = () -> {};
            analytics.tick();
        };

        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(1);
        store.isSilent = true;
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(1));
        analytics.tick();
        assertThat(analytics.trouble()).isEqualTo("connection lost");
        assertThat(analytics.summary("llm", HOUR).total().count(Count.ADMITTED)).isEqualTo(2);
        assertThat(analytics.topCallers(CallerKind.KEY, null, HOUR, 1).get(0).requests())
                .isEqualTo(2);
    }

    @Test
    void forgetFails_isATroubleOfTheStore_saidOnce() {
        List<LogRecord> told = new ArrayList<>();
        Logger log = Logger.getLogger(Analytics.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord told1) {
                told.add(told1);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        store.forgetsNothing = true;
        try {
            for (int second = 0; second < 60; second++) {
                analytics.tick();
                story.after(Duration.ofSeconds(1));
            }
        } finally {
            log.removeHandler(handler);
        }

        assertThat(analytics.trouble()).isEqualTo("connection refused");
        assertThat(told).hasSize(1);
        store.forgetsNothing = false;
        story.after(Duration.ofSeconds(11));
        analytics.tick();
        assertThat(analytics.trouble()).isNull();
    }

    @Test
    void backlog_hugeAndStoreDown_losesTheOldestAndSaysSo() {
        store.isDown = true;
        Backlog backlog = new Backlog(store, "a", 10_000);
        for (int minute = 0; minute < 100; minute++) {
            OpenMinute open = new OpenMinute("llm", minute);
            open.record(Story.admitted("key-chat", 100), 1);
            backlog.add(open.close(flow -> flow));
        }

        assertThatThrownBy(backlog::flush).isInstanceOf(StoreException.class);

        Backlog.Held held = backlog.held();
        List<Minute> kept = new ArrayList<>(held.batch());
        kept.addAll(held.waiting());
        assertThat(backlog.lost()).isPositive();
        assertThat(kept.size() + backlog.lost()).isEqualTo(100);
        assertThat(kept.get(kept.size() - 1).minute()).isEqualTo(99);
    }

    @Test
    void topCallers_areKnownByNameOrByABeginningOfTheHash() {
        for (int i = 0; i < 3; i++) {
            oneRequest("key-chat", 0, 100);
        }
        oneRequest("key-0123456789abcdef0123456789abcdef", 0, 5000);

        List<CallerFigures> top = analytics.topCallers(CallerKind.KEY, "llm", HOUR, 10);

        assertThat(top).extracting(CallerFigures::name).containsExactly("chat", "key-01234567");
        assertThat(top.get(1).ran()).hasSeconds(5);
        assertThat(analytics.topCallers(CallerKind.IP, null, HOUR, 1)).allMatch(ip -> ip.requests() == 4);
        story.after(Duration.ofHours(5));
        analytics.tick();
        assertThat(analytics.topCallers(CallerKind.KEY, null, HOUR, 10)).isEmpty();
        assertThat(analytics.topCallers(CallerKind.KEY, null, Duration.ofDays(1), 10))
                .hasSize(2);
    }

    @Test
    void retention_olderMinutes_areForgotten() {
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofDays(2));
        analytics.tick();
        oneRequest("key-chat", 1000, 10);
        story.after(HOUR);
        analytics.tick();

        assertThat(analytics.summary(null, Duration.ofDays(10)).total().count(Count.ADMITTED))
                .isEqualTo(1);
    }

    @Test
    void clockSetBack_countsOnInTheNewestMinute() {
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(-30));
        oneRequest("key-chat", 1000, 10);
        story.after(Duration.ofMinutes(31));
        analytics.tick();

        assertThat(analytics.summary(null, HOUR).total().count(Count.ADMITTED)).isEqualTo(2);
    }

    @Test
    void events_everyKind_isCounted() {
        for (Kind kind : Kind.values()) {
            analytics.on(Story.event(kind, "key-chat", Priority.HIGH, Duration.ofMillis(5), 1, Duration.ofMillis(5)));
        }
        analytics.on(Story.event(
                "llm", Kind.SHED, "key-chat", Priority.HIGH, Duration.ZERO, 1, Duration.ZERO, Refusal.Code.CANCELLED));

        Figures high = analytics.summary("llm", HOUR).byLevel().get(Priority.HIGH);
        for (Count what : Count.values()) {
            assertThat(high.count(what)).as("%s", what).isEqualTo(what == Count.AT_ONCE ? 0 : 1);
        }
        assertThat(high.failed()).isEqualTo(4);
        assertThat(high.counts()).containsEntry("fell_back", 1L);
    }

    @Test
    void tick_poolsAreLookedAt_forPeaksAndSeconds() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            var pool = pools.open("gpu", PoolSettings.ofSlots(1));
            Analytics looking =
                    Analytics.builder().pools(pools::all).clock(story).build();
            for (int i = 0; i < 4; i++) {
                var unused = pool.offer(Arrival.of(Caller.of("key-chat", "10.0.0.1"), Priority.HIGH), NOBODY);
            }

            looking.tick();
            story.after(Duration.ofSeconds(2));
            looking.tick();

            Report report = looking.summary("gpu", HOUR);
            assertThat(report.total().peakWaiting()).isEqualTo(3);
            assertThat(report.total().peakRunning()).isEqualTo(1);
            assertThat(report.byLevel().get(Priority.HIGH).peakWaiting()).isEqualTo(3);
            assertThat(report.byLevel().get(Priority.LOW).peakWaiting()).isZero();
            assertThat(looking.seconds("gpu", Duration.ofSeconds(2)))
                    .extracting(Second::waiting)
                    .containsExactly(3L, 3L);
        }
    }

    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    @Test
    void seconds_lastQuarterOfAnHour_eachOnItsOwn() {
        for (int second = 0; second < 2000; second++) {
            oneRequest("key-chat", 50, 10);
            story.after(Duration.ofSeconds(1));
        }

        List<Second> seconds = analytics.seconds(null, HOUR);

        assertThat(seconds).hasSize(SecondRing.SECONDS - 1);
        assertThat(seconds).allMatch(second -> second.arrived() == 1 && second.released() == 1);
        assertThat(seconds.get(seconds.size() - 1).at())
                .isEqualTo(story.instant().minusSeconds(1));
        story.after(Duration.ofMinutes(20));
        assertThat(analytics.seconds("llm", Duration.ofSeconds(60))).allMatch(second -> second.arrived() == 0);
    }

    @Test
    void cover_anyPeriod_hasEachMinuteOnce() {
        long day = 1440;
        for (long from : new long[] {0, 1, 59, 60, 1439, day, 3 * day - 61, 20 * day + 7}) {
            for (long length : new long[] {1, 60, 61, day, day + 1, 30 * day}) {
                for (long step : new long[] {1, 60, day}) {
                    long minutes = 0;
                    for (Range range : Cover.of(from, from + length, step)) {
                        assertThat(range.from() % range.span()).isZero();
                        assertThat(step % range.span()).isZero();
                        minutes += range.to() - range.from();
                    }
                    assertThat(minutes).isEqualTo(length);
                }
            }
        }
        assertThat(Cover.of(7, 30 * day + 67, day)).hasSize(5);
    }
}
