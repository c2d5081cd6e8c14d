// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When the slot of each key was given back and given, on whatever node: the one follows the other. */
final class HandOvers {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Event> events = new ArrayList<>();

    private record Event(int node, long key, long nanos, boolean isGiven) {}

    /** @param noted each key and when its slot was given there or, negative, given back; on the clock of all nodes */
    void add(int node, long[] noted) {
        for (int i = 0; i < noted.length; i += 2) {
            events.add(new Event(node, noted[i], Math.abs(noted[i + 1]), noted[i + 1] > 0));
        }
    }

    /** How often it was given. */
    int all() {
        return (int) events.stream().filter(Event::isGiven).count();
    }

    /** How long it took from one node to another, in milliseconds. */
    double[] betweenNodes() {
        events.sort(Comparator.comparingLong(Event::key).thenComparingLong(Event::nanos));
        List<Double> millis = new ArrayList<>();
        for (int i = 1; i < events.size(); i++) {
            Event before = events.get(i - 1);
            Event event = events.get(i);
            if (before.key() != event.key()) {
                continue;
            }
            if (before.isGiven() == event.isGiven() && !isEdge(event)) {
                throw new IllegalStateException("the slot of a key was given twice, or given back twice");
            }
            if (event.isGiven() && !before.isGiven() && event.node() != before.node()) {
                millis.add((event.nanos() - before.nanos()) / NANOS_PER_MILLI);
            }
        }
        return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Nodes begin and end to watch at moments that are not quite the same. */
    private boolean isEdge(Event event) {
        long first = events.stream().mapToLong(Event::nanos).min().orElse(0);
        long last = events.stream().mapToLong(Event::nanos).max().orElse(0);
        return Math.min(event.nanos() - first, last - event.nanos()) < 100 * NANOS_PER_MILLI;
    }
}
