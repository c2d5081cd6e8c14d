// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many requests of each caller, and of each address, run on this server: a listener. What ran before it listened is
 * not known. There are no more entries than requests that run. Safe from any thread.
 */
public final class Running implements QueueListener {
    private final Map<Who, Integer> counts = new ConcurrentHashMap<>();

    private record Who(String pool, boolean isAddress, String name) {}

    /** Nobody runs. */
    public Running() {}

    @Override
    public void on(QueueEvent event) {
        if (event.kind() == QueueEvent.Kind.ADMITTED) {
            add(new Who(event.pool(), false, event.caller().key()), 1);
            add(new Who(event.pool(), true, event.caller().ip()), 1);
        } else if (event.kind() == QueueEvent.Kind.RELEASED) {
            add(new Who(event.pool(), false, event.caller().key()), -1);
            add(new Who(event.pool(), true, event.caller().ip()), -1);
        }
    }

    private void add(Who who, int more) {
        counts.compute(who, (unused, count) -> {
            int sum = (count == null ? 0 : count) + more;
            return sum <= 0 ? null : sum;
        });
    }

    /** By pool, for one flow. */
    public Map<String, Integer> of(String flow) {
        Map<String, Integer> found = new TreeMap<>();
        counts.forEach((who, count) -> {
            if (!who.isAddress() && who.name().equals(flow)) {
                found.put(who.pool(), count);
            }
        });
        return found;
    }

    /** By flow, then by pool. */
    public Map<String, Map<String, Integer>> byFlow() {
        Map<String, Map<String, Integer>> found = new HashMap<>();
        counts.forEach((who, count) -> {
            if (!who.isAddress()) {
                found.computeIfAbsent(who.name(), unknown -> new TreeMap<>()).put(who.pool(), count);
            }
        });
        return found;
    }

    /** By flow, or by address. */
    Map<String, Integer> of(String pool, boolean isAddress) {
        Map<String, Integer> found = new HashMap<>();
        counts.forEach((who, count) -> {
            if (who.isAddress() == isAddress && who.pool().equals(pool)) {
                found.put(who.name(), count);
            }
        });
        return found;
    }
}
