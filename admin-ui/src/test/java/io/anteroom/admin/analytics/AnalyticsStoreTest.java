// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.analytics.AnalyticsStore.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store of analytics does, wherever it keeps them. */
public abstract class AnalyticsStoreTest {
    private static final long DAY = 1440;
    private static final long NOW = 20_000 * DAY;

    private AnalyticsStore store;

    /** An empty store. */
    protected abstract AnalyticsStore create() throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = create();
    }

    /** A minute with one request that was processed. */
    private static Minute minute(String pool, long minute, String caller) {
        OpenMinute open = new OpenMinute(pool, minute);
        open.record(Story.admitted(caller, 0), 0);
        open.record(Story.released(caller, 100), 0);
        return open.close(flow -> flow);
    }

    private long released(int span, long from, long to, String pool) {
        Figures sum = new Figures();
        store.read(List.of(new Range(span, from, to)), pool, (minute, name, level, figures) -> {
            assertThat(level).isEqualTo(2);
            sum.add(figures);
        });
        return sum.count(Count.RELEASED);
    }

    private long requests(int span, long from, long to, String pool) {
        TopList sum = new TopList();
        store.lists(List.of(new Range(span, from, to)), pool, CallerKind.IP).forEach(sum::add);
        return sum.first(1).stream().mapToLong(CallerFigures::requests).sum();
    }

    @Test
    void write_minutes_makesHoursAndDays() {
        List<Minute> minutes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            minutes.add(minute(i % 2 == 0 ? "llm" : "gpu", NOW + i / 2, "bot"));
        }

        store.write("a", 1, minutes);

        assertThat(released(1, NOW, NOW + 1, "llm")).isEqualTo(1);
        assertThat(released(1, NOW + 100, NOW + 1000, null)).isZero();
        assertThat(released(60, NOW, NOW + 60, "gpu")).isEqualTo(60);
        assertThat(released(60, NOW, NOW + 60, null)).isEqualTo(120);
        assertThat(released(1440, NOW, NOW + DAY, null)).isEqualTo(200);
        assertThat(requests(60, NOW, NOW + 60, "gpu")).isEqualTo(60);
    }

    @Test
    void write_sameMinuteAgain_adds() {
        store.write("a", 1, List.of(minute("llm", NOW, "bot")));
        store.write("a", 2, List.of(minute("llm", NOW, "bot")));
        store.write("b", 3, List.of(minute("llm", NOW, "bot")));

        assertThat(released(1, NOW, NOW + 1, "llm")).isEqualTo(3);
        assertThat(released(1440, NOW, NOW + 1, "llm")).isEqualTo(3);
    }

    @Test
    void write_sameBatchAgain_addsNothing() {
        store.write("a", 7, List.of(minute("llm", NOW, "bot"), minute("llm", NOW + 1, "bot")));
        store.write("a", 7, List.of(minute("llm", NOW, "bot"), minute("llm", NOW + 1, "bot")));

        assertThat(released(60, NOW, NOW + 60, "llm")).isEqualTo(2);
    }

    @Test
    void write_fourServersOfOneName_loseNothing() throws Exception {
        store.write("a", 1, List.of(minute("llm", NOW, "bot")));
        ExecutorService servers = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int server = 0; server < 4; server++) {
                long first = 100 * (server + 1);
                tasks.add(() -> {
                    for (int i = 0; i < 10; i++) {
                        store.write("a", first + i, List.of(minute("llm", NOW, "bot")));
                    }
                    return true;
                });
            }
            for (Future<Boolean> done : servers.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            servers.shutdownNow();
        }

        assertThat(released(1, NOW, NOW + 1, "llm")).isEqualTo(41);
    }

    @Test
    void forget_whatIsTooOld_isGone() {
        long hour = NOW + 6 * 60;
        store.write("a", 1, List.of(minute("llm", NOW, "bot"), minute("llm", hour, "bot")));

        store.forget(NOW + 60, hour);

        assertThat(released(1, NOW, NOW + DAY, "llm")).isEqualTo(1);
        assertThat(released(60, NOW, NOW + DAY, "llm")).isEqualTo(1);
        assertThat(released(1440, NOW, NOW + DAY, "llm")).isEqualTo(2);
        store.forget(NOW, hour + AnalyticsStore.LISTS_BY_MINUTES + 1);
        assertThat(requests(1, NOW, NOW + DAY, null)).isZero();
        assertThat(requests(60, NOW, NOW + DAY, null)).isEqualTo(1);
    }
}
