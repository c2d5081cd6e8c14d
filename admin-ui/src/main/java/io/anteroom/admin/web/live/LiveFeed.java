// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Report;
import io.anteroom.admin.web.live.LiveHub.Topic;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Says each second how it stands. Safe from any thread. */
final class LiveFeed {
    /** The step before the last one may have changed since it was sent. */
    private static final int TAIL = 2;

    private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_TAILS = 500;

    private final LiveSources sources;
    private final Depths depths;
    private final Reports reports;
    private final Charts charts;
    /** What the database says of the last steps. */
    private final Map<Topic, Tail> tails = new ConcurrentHashMap<>();

    private record Tail(List<Chart> charts, long atNanos) {}

    LiveFeed(LiveSources sources, Depths depths, Reports reports, Charts charts) {
        this.sources = sources;
        this.depths = depths;
        this.reports = reports;
        this.charts = charts;
    }

    /** Remembers how this second is. */
    void sample() {
        long second = sources.clock().instant().getEpochSecond();
        sources.pools().all().forEach(pool -> depths.add(pool.name(), second, pool.snapshot()));
    }

    /** What those are told who watch a topic. */
    String message(Topic topic, Executor background) {
        Instant now = sources.clock().instant();
        Report report = reports.latest(topic.period(), background);
        List<PoolNow> pools = new ArrayList<>();
        List<PoolSnapshot> snapshots = new ArrayList<>();
        for (Pool pool : shown(topic.pool())) {
            PoolSnapshot snapshot = pool.snapshot();
            snapshots.add(snapshot);
            pools.add(Standings.of(pool, snapshot, report));
        }
        Map<String, String> total = topic.pool().isEmpty() ? Standings.total(snapshots, report) : Map.of();
        return Messages.of(Words.FORMAT.moment(now), total, pools, tail(topic, now, background));
    }

    private Collection<Pool> shown(String name) {
        if (name.isEmpty()) {
            return sources.pools().all();
        }
        Pool pool = sources.pools().find(name);
        return pool == null ? List.of() : List.of(pool);
    }

    private List<Chart> tail(Topic topic, Instant now, Executor background) {
        if (topic.period().isOfSeconds()) {
            return charts(topic, now, TAIL);
        }
        Tail last = tails.get(topic);
        long nanos = sources.nanoClock().getAsLong();
        if (last == null || nanos - last.atNanos() > FRESH_NANOS) {
            if (tails.size() >= MOST_TAILS) {
                tails.clear();
            }
            tails.put(topic, new Tail(last == null ? List.of() : last.charts(), nanos));
            background.execute(() -> tails.put(topic, new Tail(charts(topic, now, TAIL), nanos)));
        }
        return last == null ? List.of() : last.charts();
    }

    /** The charts of a page. */
    List<Chart> charts(Topic topic, Instant now, int most) {
        String pool = topic.pool();
        List<Chart> shown = new ArrayList<>();
        shown.add(
                pool.isEmpty()
                        ? charts.pools(sources.pools().all(), topic.period(), now, most)
                        : charts.levels(pool, topic.period(), now, most));
        if (reports.isCounting()) {
            shown.add(charts.flow(pool.isEmpty() ? null : pool, topic.period(), now, most));
        }
        return shown;
    }

    @Nullable Report report(Period period) {
        return reports.now(period);
    }
}
