// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What nodes of a simulation have let go of for others, between the one's step and the other's. */
final class Handovers {
    private final List<Handover> underWay = new ArrayList<>();
    /** Those that nobody takes over, and since when. */
    private final Map<Long, Long> failed = new HashMap<>();

    /** A place or slot that a node has let go of. */
    record Handover(String from, Held held, Duration waited) {}

    void add(String from, Held held, Duration waited) {
        underWay.add(new Handover(from, held, waited));
    }

    /** One of those that another node than this has let go of, or null. */
    Handover next(String node, Random random) {
        List<Handover> fitting =
                underWay.stream().filter(one -> !one.from().equals(node)).toList();
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    void taken(Handover handover) {
        underWay.remove(handover);
    }

    void fails(Handover handover, long nowNanos) {
        underWay.remove(handover);
        failed.put(handover.held().id, nowNanos);
    }

    /** Those under way. */
    Set<Long> tickets() {
        Set<Long> tickets = new HashSet<>();
        underWay.forEach(one -> tickets.add(one.held().id));
        return tickets;
    }

    Set<Long> failed() {
        return failed.keySet();
    }

    /** What failed before that moment is over by now. */
    void forget(long beforeNanos) {
        failed.values().removeIf(since -> since - beforeNanos < 0);
    }
}
