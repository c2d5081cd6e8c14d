// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.store.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What every site has: the search, the keys, the appearance. */
final class CorePages implements PageModule {
    private static final int LONGEST_QUERY = 100;
    private static final int MOST_HITS = 40;
    private static final Set<String> THEMES = Set.of("auto", "light", "dark");
    private static final long YEAR_SECONDS = 31_536_000;

    private final List<NavItem> pages;
    private final List<SearchSource> sources;

    /** Finds of a search. */
    record SearchModel(String query, List<SearchSource.Hit> hits) {}

    /** The keys that lead to pages. */
    record KeysModel(List<NavItem> pages) {}

    CorePages(List<NavItem> pages, List<SearchSource> sources) {
        this.pages = List.copyOf(pages);
        this.sources = List.copyOf(sources);
    }

    @Override
    public void addTo(Site.Builder site) {
        site.get("/search", Role.VIEWER, request -> Answer.view("search", "Search", "", search(request)));
        site.get("/search/hits", Role.VIEWER, request -> Answer.fragment("search", "hits", search(request)));
        site.get("/keys-help", Role.VIEWER, request -> Answer.view("keys-help", "Keyboard", "", keys(request)));
        site.route(new Route("POST", "/theme", null, 4096, CorePages::theme));
    }

    private SearchModel search(PageRequest request) {
        String query = request.query("q").strip();
        String cut = query.substring(0, Math.min(query.length(), LONGEST_QUERY));
        String wanted = cut.toLowerCase(Locale.ROOT);
        Principal principal = request.principal();
        List<SearchSource.Hit> hits = new ArrayList<>(pages(wanted, principal));
        for (SearchSource source : sources) {
            List<SearchSource.Hit> found = source.find(wanted, principal);
            hits.addAll(found.subList(0, Math.min(found.size(), SearchSource.MOST)));
        }
        return new SearchModel(cut, List.copyOf(hits.subList(0, Math.min(hits.size(), MOST_HITS))));
    }

    private List<SearchSource.Hit> pages(String wanted, Principal principal) {
        return pages.stream()
                .filter(item -> principal.role().covers(item.role())
                        && item.label().toLowerCase(Locale.ROOT).contains(wanted))
                .map(item ->
                        new SearchSource.Hit("Page", item.label(), item.group().label(), item.path(), item.icon()))
                .toList();
    }

    private KeysModel keys(PageRequest request) {
        return new KeysModel(pages.stream()
                .filter(item -> item.key() != 0 && request.principal().role().covers(item.role()))
                .toList());
    }

    private static Answer theme(PageRequest request) {
        String theme = request.field("theme");
        if (!THEMES.contains(theme)) {
            throw PageException.badRequest("The appearance is auto, light or dark.");
        }
        request.response()
                .addHeader(
                        "Set-Cookie",
                        AnswerWriter.THEME + "=" + theme + "; Max-Age=" + YEAR_SECONDS
                                + "; Path=/; HttpOnly; SameSite=Lax");
        return Answer.redirect(Urls.ours(request.field("to")));
    }
}
