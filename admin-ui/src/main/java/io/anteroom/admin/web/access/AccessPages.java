// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.SearchSource;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Everything about who may, for a site that is guarded by the same access. */
public final class AccessPages implements PageModule {
    private final Access access;
    private final AuditTrail trail;
    private final Supplier<? extends Collection<String>> areas;

    /**
     * Pages over an access.
     *
     * @param areas the scopes that tokens can have
     */
    public AccessPages(Access access, AuditTrail trail, Supplier<? extends Collection<String>> areas) {
        this.access = access;
        this.trail = trail;
        this.areas = areas;
    }

    @Override
    public void addTo(Site.Builder site) {
        NavItem.Group group = NavItem.Group.ADMINISTER;
        site.nav(new NavItem(group, 10, "users", "Users", "/users", "users", 'm', Role.ADMIN));
        site.nav(new NavItem(group, 20, "tokens", "Tokens", "/tokens", "token", 't', Role.ADMIN));
        site.nav(new NavItem(group, 30, "audit", "Audit", "/audit", "audit", 'a', Role.ADMIN));
        site.add(new SessionPages(access));
        site.add(new AccountPages(access));
        site.add(new UserPages(access));
        site.add(new TokenPages(access, areas));
        site.add(new AuditPages(trail));
        site.search((query, principal) -> principal.role().covers(Role.ADMIN) ? users(query) : List.of());
        site.search((query, principal) -> principal.role().covers(Role.ADMIN) ? tokens(query) : List.of());
        site.search((query, principal) -> "my account password log out".contains(query)
                ? List.of(new SearchSource.Hit("Page", "My account", "Password, sessions", "/account", "user"))
                : List.of());
    }

    private List<SearchSource.Hit> users(String query) {
        if (query.isEmpty()) {
            return List.of();
        }
        return access.users().all().stream()
                .filter(user -> user.name().toLowerCase(Locale.ROOT).contains(query))
                .limit(SearchSource.MOST)
                .map(user -> new SearchSource.Hit(
                        "User", user.name(), user.role().word(), "/users/" + Urls.encode(user.name()), "user"))
                .toList();
    }

    private List<SearchSource.Hit> tokens(String query) {
        if (query.isEmpty()) {
            return List.of();
        }
        return access.tokens().all().stream()
                .filter(token -> token.name().toLowerCase(Locale.ROOT).contains(query))
                .limit(SearchSource.MOST)
                .map(token -> new SearchSource.Hit("Token", token.name(), "of " + token.maker(), "/tokens", "token"))
                .toList();
    }
}
