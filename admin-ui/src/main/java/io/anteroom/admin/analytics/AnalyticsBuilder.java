// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Describes {@link Analytics}. Not thread-safe. */
public final class AnalyticsBuilder {
    private static final int LONGEST_NAME = 64;
    private static final int CUT_KEY = 12;

    AnalyticsStore store = new MemoryAnalyticsStore();
    InstantSource clock = InstantSource.system();
    Supplier<Collection<Pool>> pools = List::of;
    Supplier<Duration> retention = () -> Duration.ofDays(30);
    UnaryOperator<String> names = AnalyticsBuilder::cut;
    String node = "local";

    AnalyticsBuilder() {}

    static String cut(String flow) {
        return flow.startsWith("key-") && flow.length() > CUT_KEY ? flow.substring(0, CUT_KEY) : flow;
    }

    /** Where the minutes are kept; by default in memory, for 24 hours. */
    public AnalyticsBuilder store(AnalyticsStore store) {
        this.store = store;
        return this;
    }

    /** The pools to look at each second, for how many wait and run; by default none. */
    public AnalyticsBuilder pools(Supplier<Collection<Pool>> pools) {
        this.pools = pools;
        return this;
    }

    /** How long minutes are kept, asked again each hour; by default 30 days. */
    public AnalyticsBuilder retention(Supplier<Duration> retention) {
        this.retention = retention;
        return this;
    }

    /**
     * How callers are called, by their flows; null for those without a name, which are called by the beginning of their
     * key's hash, or their address. By default nobody has a name.
     */
    public AnalyticsBuilder names(Function<String, @Nullable String> known) {
        this.names = naming(known);
        return this;
    }

    /** The same for others who name callers, so that they name them alike. */
    public static UnaryOperator<String> naming(Function<String, @Nullable String> known) {
        return flow -> {
            String name = known.apply(flow);
            return name == null ? cut(flow) : name;
        };
    }

    /** The name of this server among those that share the store; by default {@code local}. */
    public AnalyticsBuilder node(String node) {
        if (node.isEmpty() || node.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "node: " + node.length() + " characters (expected: 1 to " + LONGEST_NAME + ")");
        }
        this.node = node;
        return this;
    }

    AnalyticsBuilder clock(InstantSource clock) {
        this.clock = clock;
        return this;
    }

    /** Begins to count; it is stored from a thread of its own until it is closed. */
    public Analytics start() {
        return build().begin();
    }

    Analytics build() {
        return new Analytics(this);
    }
}
