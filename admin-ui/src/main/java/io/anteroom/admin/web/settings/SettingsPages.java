// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.SearchSource;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admission.PoolSettings;
import io.anteroom.rate.Limit;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the settings: what they are, forms, the document itself, the review of an edit with a preview,
 * conflicts, and history.
 */
public final class SettingsPages implements PageModule {
    private final Workbench bench;

    /**
     * Pages for a desk.
     *
     * @param past what previews are made of, or null for none
     */
    public SettingsPages(SettingsDesk desk, @Nullable PastRequests past) {
        this.bench = new Workbench(desk, past);
    }

    /** The start of the settings. */
    record Index(
            Revision.Note revision,
            String source,
            String trouble,
            List<PoolRow> pools,
            List<LimitRow> limits,
            Settings all) {}

    /** A pool in a table. */
    record PoolRow(String name, PoolSettings pool, String order, String perKey, String perIp, String routes) {}

    /** A rate limit in a table. */
    record LimitRow(String name, Limit limit, String unit, String by, String onLimit) {}

    @Override
    public void addTo(Site.Builder site) {
        site.nav(new NavItem(
                NavItem.Group.CONFIGURE, 10, Workbench.SECTION, "Settings", "/settings", "settings", 's', Role.VIEWER));
        site.get("/settings", Role.VIEWER, this::index);
        new PoolPages(bench).addTo(site);
        new LimitPages(bench).addTo(site);
        new DocumentPages(bench).addTo(site);
        new SavePages(bench).addTo(site);
        new HistoryPages(bench).addTo(site);
        site.search((query, principal) -> hits(query));
    }

    private List<SearchSource.Hit> hits(String query) {
        Settings settings = bench.current().settings();
        List<SearchSource.Hit> hits = new ArrayList<>();
        settings.pools().forEach((name, pool) -> {
            if (name.toLowerCase(Locale.ROOT).contains(query)) {
                hits.add(new SearchSource.Hit(
                        "Settings",
                        name,
                        "settings of the pool, " + pool.slots() + " slots",
                        "/settings/pools/" + Urls.encode(name),
                        "settings"));
            }
        });
        settings.limits().limits().forEach(limit -> {
            if (limit.name().toLowerCase(Locale.ROOT).contains(query)) {
                hits.add(new SearchSource.Hit(
                        "Settings",
                        limit.name(),
                        "rate limit",
                        "/settings/limits/" + Urls.encode(limit.name()),
                        "settings"));
            }
        });
        return hits;
    }

    private Answer index(PageRequest request) {
        Revision revision = bench.current();
        Settings settings = revision.settings();
        List<PoolRow> pools = new ArrayList<>();
        settings.pools()
                .forEach((name, pool) -> pools.add(new PoolRow(
                        name,
                        pool,
                        word(pool.order()),
                        limits(pool.perKey().maxWaiting(), pool.perKey().maxRunning()),
                        limits(pool.perIp().maxWaiting(), pool.perIp().maxRunning()),
                        routes(settings, name))));
        List<LimitRow> limits = settings.limits().limits().stream()
                .map(limit -> new LimitRow(limit.name(), limit, word(limit.unit()), by(limit), word(limit.onLimit())))
                .toList();
        return Answer.view(
                "settings/index",
                "Settings",
                Workbench.SECTION,
                new Index(
                        revision.note(),
                        Objects.requireNonNullElse(bench.desk().source(), ""),
                        Objects.requireNonNullElse(bench.desk().trouble(), ""),
                        pools,
                        limits,
                        settings));
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String by(Limit limit) {
        return limit.by().isEmpty()
                ? "all together"
                : String.join(
                        ", ",
                        limit.by().stream().map(SettingsPages::word).sorted().toList());
    }

    private static String limits(int waiting, int running) {
        return bound(waiting) + " / " + bound(running);
    }

    private static String bound(int value) {
        return value == Integer.MAX_VALUE ? "∞" : Integer.toString(value);
    }

    private static String routes(Settings settings, String pool) {
        List<String> paths = new ArrayList<>();
        settings.routes().forEach((path, name) -> {
            if (name.equals(pool)) {
                paths.add(path);
            }
        });
        settings.models().forEach((model, name) -> {
            if (name.equals(pool)) {
                paths.add("model " + model);
            }
        });
        return String.join(", ", paths);
    }
}
