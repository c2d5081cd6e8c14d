// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Peers;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Pools;
import io.anteroom.rate.ModelName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which requests wait for which pool. A path is looked up exactly, then by its longest prefix ({@code /v1/*}), then by
 * {@code *}; a model's route, if there is one, comes before the path's. Safe from any thread: a request sees all of the
 * routes as they were at one moment.
 */
public final class Routes {
    private final Peers peers;
    private volatile Table table;

    private record Prefix(String start, Pool pool) {}

    private record Model(String pattern, Pool pool) {
        boolean isWhole() {
            return !pattern.endsWith("*");
        }
    }

    /**
     * Routes by pattern.
     *
     * @param paths pools by path: {@code /exact}, {@code /prefix/*} or {@code *}
     * @param byModel pools by model: {@code exact}, {@code prefix*} or {@code *}, in whatever case
     */
    public Routes(Map<String, Pool> paths, Map<String, Pool> byModel) {
        this(paths, byModel, Peers.NONE);
    }

    private Routes(Map<String, Pool> paths, Map<String, Pool> byModel, Peers peers) {
        this.peers = peers;
        table = new Table(paths, byModel);
    }

    /** Routes by pattern, to pools by name. */
    public static Routes of(Map<String, String> paths, Map<String, String> byModel, Pools pools) {
        return new Routes(resolve("routes", paths, pools), resolve("models", byModel, pools), pools.peers());
    }

    /** Puts other routes in the place of all these; requests that have found their pool already stay with it. */
    public void replace(Map<String, String> paths, Map<String, String> byModel, Pools pools) {
        table = new Table(resolve("routes", paths, pools), resolve("models", byModel, pools));
    }

    private static Map<String, Pool> resolve(String key, Map<String, String> names, Pools pools) {
        Map<String, Pool> resolved = new LinkedHashMap<>();
        names.forEach((pattern, name) -> {
            Pool pool = pools.find(name);
            if (pool == null) {
                List<String> known = pools.all().stream().map(Pool::name).toList();
                throw new IllegalArgumentException(
                        key + ": " + pattern + " to " + name + " (expected: one of " + known + ")");
            }
            resolved.put(pattern, pool);
        });
        return resolved;
    }

    /** Throws an {@link IllegalArgumentException} unless a route's path can be read. */
    public static void checkPath(String pattern) {
        boolean isPath = pattern.startsWith("/") && (pattern.indexOf('*') < 0 || pattern.endsWith("/*"));
        if (!isPath && !pattern.equals("*")) {
            throw new IllegalArgumentException("routes: " + pattern + " (expected: /exact, /prefix/* or *)");
        }
    }

    /** Throws an {@link IllegalArgumentException} unless the models of a route can be read. */
    public static void checkModel(String pattern) {
        int star = pattern.indexOf('*');
        if (pattern.isEmpty() || (star >= 0 && star < pattern.length() - 1)) {
            throw new IllegalArgumentException("models: " + pattern + " (expected: exact, prefix* or *)");
        }
    }

    /** The other nodes that share the pools. */
    Peers peers() {
        return peers;
    }

    /** The pool of a path, or null: such a request goes straight through. */
    @Nullable Pool byPath(String path) {
        Table now = table;
        Pool pool = now.exact.isEmpty() ? null : now.exact.get(path);
        if (pool != null) {
            return pool;
        }
        for (Prefix prefix : now.prefixes) {
            if (path.startsWith(prefix.start())) {
                return prefix.pool();
            }
        }
        return null;
    }

    /** The pool of a model, however it is spelt, or null: then the path's counts. */
    @Nullable Pool byModel(@Nullable String model) {
        List<Model> models = table.models;
        if (model == null || models.isEmpty()) {
            return null;
        }
        String name = ModelName.canonical(model);
        for (Model each : models) {
            if (ModelName.fits(each.pattern(), name)) {
                return each.pool();
            }
        }
        return null;
    }

    /** The pool of that name, or null; only of those that something leads to. */
    @Nullable Pool named(String name) {
        return pools().stream()
                .filter(pool -> pool.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** All pools that something leads to, by name. */
    Collection<Pool> pools() {
        Table now = table;
        Map<String, Pool> all = new TreeMap<>();
        now.exact.values().forEach(pool -> all.put(pool.name(), pool));
        now.prefixes.forEach(prefix -> all.put(prefix.pool().name(), prefix.pool()));
        now.models.forEach(model -> all.put(model.pool().name(), model.pool()));
        return all.values();
    }

    /** Whether models matter. */
    boolean hasModels() {
        return !table.models.isEmpty();
    }

    /** The routes of one moment. */
    private static final class Table {
        private final Map<String, Pool> exact = new TreeMap<>();
        private final List<Prefix> prefixes = new ArrayList<>();
        private final List<Model> models = new ArrayList<>();

        Table(Map<String, Pool> paths, Map<String, Pool> byModel) {
            paths.forEach(this::addPath);
            byModel.forEach(this::addModel);
            prefixes.sort(
                    Comparator.comparingInt((Prefix prefix) -> prefix.start().length())
                            .reversed());
            models.sort(Comparator.comparing(Model::isWhole)
                    .thenComparingInt(model -> ModelName.closeness(model.pattern()))
                    .reversed()
                    .thenComparing(Model::pattern));
        }

        private void addPath(String pattern, Pool pool) {
            checkPath(pattern);
            if (pattern.equals("*") || pattern.equals("/*")) {
                prefixes.add(new Prefix("", pool));
            } else if (pattern.endsWith("/*")) {
                String prefix = pattern.substring(0, pattern.length() - 2);
                exact.putIfAbsent(prefix, pool);
                prefixes.add(new Prefix(prefix + "/", pool));
            } else {
                exact.put(pattern, pool);
            }
        }

        private void addModel(String pattern, Pool pool) {
            checkModel(pattern);
            models.add(new Model(pattern, pool));
        }
    }
}
