// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.store.Role;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the pages consist of, and what they say about themselves. Immutable.
 *
 * @param identity where one is
 * @param guard who asks
 * @param routes all of them, each method and pattern once
 * @param navigation sorted
 * @param sources what the search looks through
 * @param clock what time it is
 */
public record Site(
        Identity identity,
        Guard guard,
        List<Route> routes,
        List<NavItem> navigation,
        List<SearchSource> sources,
        InstantSource clock) {
    /**
     * Where one is: shown on every page, so that nobody edits production by mistake.
     *
     * @param environment as {@code production}; empty for none
     * @param node the name of this server
     * @param version of the software
     * @param readOnly why nothing can be changed now, or empty
     */
    public record Identity(String environment, String node, String version, Supplier<String> readOnly) {
        /** A server without a name or a version. */
        public static final Identity DEFAULT = new Identity("", "local", "", () -> "");

        /** The same on another server. */
        public Identity withNode(String name) {
            return new Identity(environment, name, version, readOnly);
        }

        /** The tone of the environment: what is live is marked differently from what is not. */
        public String tone() {
            return switch (environment.toLowerCase(java.util.Locale.ROOT)) {
                case "production", "prod", "live" -> "live";
                case "staging", "test", "qa", "preprod" -> "trial";
                default -> "other";
            };
        }
    }

    /** Copies the lists. */
    public Site {
        routes = List.copyOf(routes);
        navigation = List.copyOf(navigation);
        sources = List.copyOf(sources);
    }

    /** An empty site. */
    public static Builder builder(Guard guard) {
        return new Builder(guard);
    }

    /** Collects what modules add. For one thread. */
    public static final class Builder {
        private final Guard guard;
        private final List<Route> routes = new ArrayList<>();
        private final List<NavItem> navigation = new ArrayList<>();
        private final List<SearchSource> sources = new ArrayList<>();
        private Identity identity = Identity.DEFAULT;
        private InstantSource clock = InstantSource.system();

        private Builder(Guard guard) {
            this.guard = guard;
        }

        /** What the pages say about where one is. */
        public Builder identity(Identity identity) {
            this.identity = identity;
            return this;
        }

        /** Another clock than the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** A module's pages. */
        public Builder add(PageModule module) {
            module.addTo(this);
            return this;
        }

        /** A page to look at, for those of at least that role. */
        public Builder get(String pattern, Role role, Page page) {
            return route(new Route("GET", pattern, role, 0, page));
        }

        /** A change by a form, for those of at least that role. */
        public Builder post(String pattern, Role role, Page page) {
            return route(new Route("POST", pattern, role, Route.FORM_BYTES, page));
        }

        /** Any route, also one that asks for no role or takes long forms. */
        public Builder route(Route route) {
            routes.add(route);
            return this;
        }

        /** An entry of the navigation. */
        public Builder nav(NavItem item) {
            navigation.add(item);
            return this;
        }

        /** Something for the search to look through. */
        public Builder search(SearchSource source) {
            sources.add(source);
            return this;
        }

        /**
         * The site.
         *
         * @throws IllegalArgumentException if two pages want the same route or the same key
         */
        public Site build() {
            navigation.sort(Comparator.comparing(NavItem::group).thenComparingInt(NavItem::order));
            new CorePages(navigation, sources).addTo(this);
            if (routes.stream().noneMatch(route -> route.pattern().equals("/"))) {
                get("/", Role.VIEWER, request -> Answer.redirect(first(request)));
            }
            Set<String> seen = new HashSet<>();
            for (Route route : routes) {
                String key = route.method() + " " + route.pattern().replaceAll("\\{[^}]*}", "{}");
                if (!seen.add(key)) {
                    throw new IllegalArgumentException(key + ": two pages (expected: one)");
                }
            }
            for (NavItem item : navigation) {
                if (item.key() != 0 && !seen.add("g " + item.key())) {
                    throw new IllegalArgumentException("g " + item.key() + ": two pages (expected: one)");
                }
            }
            return new Site(identity, guard, routes, navigation, sources, clock);
        }

        private String first(PageRequest request) {
            return navigation.stream()
                    .filter(item -> request.principal().role().covers(item.role()))
                    .findFirst()
                    .map(NavItem::path)
                    .orElse("/search");
        }
    }
}
