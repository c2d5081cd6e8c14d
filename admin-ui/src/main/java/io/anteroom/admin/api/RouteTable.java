// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All routes. Immutable. */
public final class RouteTable {
    /** What every path begins with. */
    public static final String ROOT = "/v1/management";

    private final List<Route> routes;

    /**
     * A table.
     *
     * @throws IllegalArgumentException if a row stands twice
     */
    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Set<String> seen = new LinkedHashSet<>();
        for (Route route : routes) {
            if (!seen.add(route.method() + " " + route.path().replaceAll("\\{[^}]+}", "{}"))) {
                throw new IllegalArgumentException("routes: " + route + " (expected: each row once)");
            }
        }
    }

    /** A row that fits, with what stands in place of its names. */
    record Match(Route route, Map<String, String> names) {}

    /** Every row, in order. */
    public List<Route> all() {
        return routes;
    }

    /** The areas, which scopes of tokens name. */
    public Set<String> areas() {
        Set<String> areas = new TreeSet<>();
        routes.forEach(route -> areas.add(route.area()));
        areas.remove("");
        return areas;
    }

    /** The row for a call, or null. */
    @Nullable Match find(String method, String path) {
        for (Route route : routes) {
            Map<String, String> names = route.method().equals(method) ? names(route.path(), path) : null;
            if (names != null) {
                return new Match(route, names);
            }
        }
        return null;
    }

    /** The methods that a path takes; none if there is no such path. */
    Set<String> methods(String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : routes) {
            if (names(route.path(), path) != null) {
                methods.add(route.method());
            }
        }
        return methods;
    }

    private static @Nullable Map<String, String> names(String template, String path) {
        String[] wanted = template.split("/", -1);
        String[] given = path.split("/", -1);
        if (wanted.length != given.length) {
            return null;
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                if (given[i].isEmpty()) {
                    return null;
                }
                names.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
            } else if (!wanted[i].equals(given[i])) {
                return null;
            }
        }
        return names;
    }
}
