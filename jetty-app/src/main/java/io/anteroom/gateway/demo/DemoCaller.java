// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import io.anteroom.admission.Priority;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.KnownCaller;
import java.util.List;

/**
 * Somebody who sends requests in the demonstration.
 *
 * @param name how it is called
 * @param priority its level
 * @param everySeconds how long it is between two of its requests, on average
 * @param atOnce how many it sends at a time
 * @param tokens how long its answers are, on average
 */
record DemoCaller(String name, Priority priority, double everySeconds, int atOnce, int tokens) {
    /** Together a little more than eight slots can serve, so that there is always a queue. */
    static final List<DemoCaller> ALL = List.of(
            new DemoCaller("on-call", Priority.CRITICAL, 6, 1, 60),
            new DemoCaller("editor", Priority.HIGH, 2, 1, 60),
            new DemoCaller("support-chat", Priority.HIGH, 4, 1, 100),
            new DemoCaller("alice", Priority.NORMAL, 2, 1, 150),
            new DemoCaller("bob", Priority.NORMAL, 2, 1, 150),
            new DemoCaller("carol", Priority.NORMAL, 15, 6, 120),
            new DemoCaller("nightly-batch", Priority.LOW, 10, 10, 150));

    String key() {
        return "demo-" + name;
    }

    KnownCaller known() {
        CallerPolicy policy = new CallerPolicy(priority, priority, null, 1, null);
        return KnownCaller.of(name, new ApiKey(key()), policy);
    }
}
