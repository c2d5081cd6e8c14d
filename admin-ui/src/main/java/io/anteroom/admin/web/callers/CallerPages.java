// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.Anteroom;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.SearchSource;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.SettingsDesk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The pages about callers: keys, groups, everybody else, and who uses how much. */
public final class CallerPages implements PageModule {
    private final Anteroom anteroom;
    private final DeskEdit edit;
    private final @Nullable Analytics analytics;
    private final Running running;
    private final LongSupplier nanoClock;

    /**
     * Pages over the settings of a desk.
     *
     * @param analytics who counts requests, or null if nobody does
     * @param running who runs now
     * @param nanoClock tells how old counts of those who wait are
     */
    public CallerPages(
            Anteroom anteroom,
            SettingsDesk desk,
            @Nullable Analytics analytics,
            Running running,
            LongSupplier nanoClock) {
        this.anteroom = anteroom;
        this.edit = new DeskEdit(desk);
        this.analytics = analytics;
        this.running = running;
        this.nanoClock = nanoClock;
    }

    @Override
    public void addTo(Site.Builder site) {
        site.nav(new NavItem(
                NavItem.Group.CONFIGURE, 20, Words.SECTION, "Callers", "/callers", "key", 'k', Role.VIEWER));
        Presence presence = new Presence(anteroom, nanoClock);
        new KeyList(edit, presence, running).addTo(site);
        new KeyPages(edit, new Standing(anteroom, presence, running)).addTo(site);
        new NewKeyPages(edit).addTo(site);
        new GroupPages(edit).addTo(site);
        new UsagePages(edit, analytics).addTo(site);
        site.search((query, principal) -> hits(query));
    }

    private List<SearchSource.Hit> hits(String query) {
        if (query.isEmpty()) {
            return List.of();
        }
        Callers.Snapshot callers = edit.settings().callers();
        List<SearchSource.Hit> hits = new ArrayList<>();
        callers.byName().values().stream()
                .filter(caller -> fits(caller.name(), query) || fits(caller.prefix(), query))
                .sorted(Comparator.comparing(KnownCaller::name))
                .limit(SearchSource.MOST)
                .forEach(caller -> hits.add(new SearchSource.Hit(
                        "Key", caller.name(), caller.prefix() + "…", KeyPages.path(caller), "key")));
        callers.groups().keySet().stream()
                .filter(name -> fits(name, query))
                .sorted()
                .limit(SearchSource.MOST)
                .forEach(name -> hits.add(new SearchSource.Hit(
                        "Group", name, "of callers", "/callers/group?name=" + Urls.encode(name), "users")));
        return hits;
    }

    private static boolean fits(String text, String query) {
        return text.toLowerCase(Locale.ROOT).contains(query);
    }
}
