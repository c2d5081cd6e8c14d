// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.analytics.Report;
import io.anteroom.admin.live.LiveStream;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.SearchSource;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.live.LiveHub.Topic;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Overview, pools, backends, servers. Watches the pools each second from when it is added to a site until it is closed.
 */
public final class LivePages implements PageModule, AutoCloseable {
    static final String OVERVIEW = "overview";

    private final LiveSources sources;
    private final LiveFeed feed;
    private final LiveHub hub;
    private final PoolPages pools;

    /** Pages of these sources. */
    public LivePages(LiveSources sources) {
        this.sources = sources;
        Depths depths = new Depths();
        Reports reports = new Reports(sources.analytics(), sources.nanoClock());
        this.feed = new LiveFeed(sources, depths, reports, new Charts(depths, sources.analytics()));
        this.hub = new LiveHub(sources, feed::sample, this::message);
        this.pools = new PoolPages(sources, feed);
    }

    private String message(Topic topic) {
        return feed.message(topic, hub.background());
    }

    /**
     * What the overview shows.
     *
     * @param period how far back it looks
     * @param periods how far it could
     * @param at when it was so
     * @param totals all pools together
     * @param pools each
     * @param charts drawn below
     * @param isCounting whether anybody counts what happens
     */
    record Overview(
            Period period,
            List<Period> periods,
            String at,
            Map<String, String> totals,
            List<PoolNow> pools,
            List<Chart> charts,
            boolean isCounting) {}

    @Override
    public void addTo(Site.Builder site) {
        site.nav(
                new NavItem(NavItem.Group.OPERATE, 1, OVERVIEW, "Overview", "/overview", "overview", 'o', Role.VIEWER));
        site.get("/overview", Role.VIEWER, this::overview);
        site.get("/live", Role.VIEWER, this::live);
        site.search(this::find);
        pools.addTo(site);
        new PlacePages(sources).addTo(site);
        hub.begin();
    }

    private Answer overview(PageRequest request) {
        Period period = Period.of(request.query("period"));
        Report report = feed.report(period);
        List<PoolSnapshot> snapshots =
                sources.pools().all().stream().map(Pool::snapshot).toList();
        Overview model = new Overview(
                period,
                List.of(Period.values()),
                Words.FORMAT.moment(request.now()),
                Standings.total(snapshots, report),
                sources.pools().all().stream()
                        .map(pool -> Standings.of(pool, pool.snapshot(), report))
                        .toList(),
                feed.charts(new Topic("", period), request.now(), Integer.MAX_VALUE),
                sources.analytics() != null);
        return Answer.view("live/overview", "Overview", OVERVIEW, model);
    }

    private Answer live(PageRequest request) {
        String pool = request.query("pool");
        if (!pool.isEmpty() && sources.pools().find(pool) == null) {
            throw PageException.notFound("There is no pool of that name.");
        }
        Topic topic = new Topic(pool, Period.of(request.query("period")));
        if (request.http().getMethod().equals("HEAD")) {
            // Nobody watches who asks for no body.
            return new Answer.Stream((http, response) -> response.setContentType(LiveStream.TYPE));
        }
        String user = request.principal().user();
        return new Answer.Stream((http, response) -> hub.open(topic, user, http, response));
    }

    private List<SearchSource.Hit> find(String query, Principal principal) {
        return sources.pools().all().stream()
                .filter(pool -> pool.name().toLowerCase(Locale.ROOT).contains(query))
                .limit(SearchSource.MOST)
                .map(pool -> {
                    PoolNow now = Standings.of(pool, pool.snapshot(), null);
                    String hint = now.state().text() + ", " + now.texts().get("waiting") + " waiting";
                    return new SearchSource.Hit("Pool", pool.name(), hint, now.path(), "pool");
                })
                .toList();
    }

    /** Remembers how this second is, as is done each second. */
    void sample() {
        feed.sample();
    }

    /** Lets no second be told any more, or again: what a network that hangs does. */
    void pause(boolean isPaused) {
        hub.pause(isPaused);
    }

    /** How many windows watch. */
    int watching() {
        return hub.watching();
    }

    @Override
    public void close() {
        hub.close();
    }
}
