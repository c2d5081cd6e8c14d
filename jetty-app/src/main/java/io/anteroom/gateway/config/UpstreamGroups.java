// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The groups of backends, and which pool goes to which. Immutable.
 *
 * @param groups by their names, in the order of the file; at least one
 * @param ofPools the names of the groups of pools; pools that are missing go to {@link #usual()}
 * @param ofFallbacks the names of the groups to which requests of a pool go on when their longest wait is over, where
 *     that is not the pool's own
 */
public record UpstreamGroups(
        Map<String, UpstreamGroup> groups, Map<String, String> ofPools, Map<String, String> ofFallbacks) {
    /** The name of the group that the block {@code upstream} describes. */
    public static final String DEFAULT = "default";

    /** Copies the maps, keeping their order. */
    public UpstreamGroups {
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("upstreams: none (expected: at least one group)");
        }
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        ofPools = Map.copyOf(ofPools);
        ofFallbacks = Map.copyOf(ofFallbacks);
    }

    /** One group for everything. */
    public static UpstreamGroups of(UpstreamGroup group) {
        return new UpstreamGroups(Map.of(group.name(), group), Map.of(), Map.of());
    }

    /**
     * These, with the fallbacks of others, and those of their groups that are missing here. What waits has been
     * promised a fallback, and takes no slot on its way there: without its group it would go to the pool's own
     * backends, over their slots.
     */
    public UpstreamGroups withFallbacksOf(UpstreamGroups before) {
        Map<String, UpstreamGroup> kept = new LinkedHashMap<>(groups);
        for (String name : before.ofFallbacks().values()) {
            UpstreamGroup group = before.groups().get(name);
            if (group != null) {
                kept.putIfAbsent(name, group);
            }
        }
        return new UpstreamGroups(kept, ofPools, before.ofFallbacks());
    }

    /** Where requests go that belong to no pool: the group {@code default}, or else the first. */
    public UpstreamGroup usual() {
        UpstreamGroup usual = groups.get(DEFAULT);
        return usual != null ? usual : groups.values().iterator().next();
    }

    /** The group of a pool. */
    public UpstreamGroup ofPool(String pool) {
        UpstreamGroup own = groups.get(ofPools.getOrDefault(pool, ""));
        return own != null ? own : usual();
    }

    /** The addresses of all backends. */
    public List<URI> urls() {
        return groups.values().stream()
                .flatMap(group -> group.urls().stream())
                .distinct()
                .toList();
    }
}
