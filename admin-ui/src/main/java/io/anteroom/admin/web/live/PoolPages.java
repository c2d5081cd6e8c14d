// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.analytics.Report;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.live.LiveHub.Topic;
import io.anteroom.admin.web.live.Words.Counted;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import java.util.ArrayList;
import java.util.List;

/** One pool: how it stands, who takes how much, who waits. */
final class PoolPages {
    private static final String PART = "part";

    private final LiveSources sources;
    private final LiveFeed feed;
    private final Backlog backlog;
    private final Shares shares;

    PoolPages(LiveSources sources, LiveFeed feed) {
        this.sources = sources;
        this.feed = feed;
        this.backlog = new Backlog(sources);
        this.shares = new Shares(sources, backlog);
    }

    /**
     * A level as it is set.
     *
     * @param name which
     * @param series its colour
     * @param weight its share beside the others
     * @param longestWait how long one may wait
     * @param most how many may wait
     */
    record LevelRow(String name, int series, int weight, String longestWait, String most) {}

    /**
     * What a pool's page shows.
     *
     * @param pool how it stands
     * @param order who goes first
     * @param levels as they are set
     * @param refusals why requests got no slot
     * @param refusalsOf when that was
     */
    record PoolModel(
            Period period,
            List<Period> periods,
            String at,
            PoolNow pool,
            String order,
            List<LevelRow> levels,
            List<Chart> charts,
            List<Counted> refusals,
            String refusalsOf,
            List<Shares.Table> shares,
            QueueView queue) {}

    void addTo(Site.Builder site) {
        site.get("/pools/{pool}", Role.VIEWER, this::show);
        new ModePages(sources, backlog).addTo(site);
        new QueuePages(sources, backlog).addTo(site);
    }

    /** The pool that a request is about. */
    static Pool pool(LiveSources sources, PageRequest request) {
        Pool pool = sources.pools().find(request.name("pool"));
        if (pool == null) {
            throw PageException.notFound("There is no pool of that name. It may have been removed from the settings.");
        }
        return pool;
    }

    private Answer show(PageRequest request) {
        PoolModel model = model(request);
        if (request.query(PART).equals("yes")) {
            // At the same address, as its links are relative to the page.
            return Answer.fragment("live/pool", "refreshed", model);
        }
        return Answer.view("live/pool", model.pool().name(), LivePages.OVERVIEW, model);
    }

    private PoolModel model(PageRequest request) {
        Pool pool = pool(sources, request);
        boolean isPart = !request.query(PART).isEmpty();
        Period period = Period.of(request.query("period"));
        Report report = feed.report(period);
        PoolSnapshot now = pool.snapshot();
        List<Counted> refusals = report == null
                ? Words.refusals(now.counts())
                : Words.refusals(report.byPool().getOrDefault(pool.name(), new Figures()));
        return new PoolModel(
                period,
                List.of(Period.values()),
                Words.FORMAT.moment(request.now()),
                Standings.of(pool, now, report),
                Words.words(pool.settings().order()),
                levels(pool),
                isPart ? List.of() : feed.charts(new Topic(pool.name(), period), request.now(), Integer.MAX_VALUE),
                refusals,
                report == null ? "since the pool began" : "in " + period.figuresLabel(),
                shares.of(pool),
                QueueView.of(sources, backlog, pool, request));
    }

    private static List<LevelRow> levels(Pool pool) {
        List<LevelRow> rows = new ArrayList<>();
        for (Priority level : Priority.values()) {
            LevelSettings settings = pool.settings().level(level);
            rows.add(new LevelRow(
                    Words.level(level),
                    level.ordinal() + 1,
                    settings.weight(),
                    Words.FORMAT.duration(settings.longestWait()),
                    Words.bound(settings.maxWaiting())));
        }
        return rows;
    }
}
