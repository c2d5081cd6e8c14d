// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;

/** Whose requests wait: up to 2,000 flows with at least 20 requests each, spread over the four levels. */
final class Crowd {
    private static final int MOST_FLOWS = 2_000;
    private static final int PER_FLOW = 20;
    private static final int BODY_BYTES = 2_048;

    private final Arrival[] flows;

    Crowd(int waiting) {
        flows = new Arrival[Math.max(Priority.values().length, Math.min(MOST_FLOWS, waiting / PER_FLOW))];
        for (int i = 0; i < flows.length; i++) {
            Caller caller = Caller.of("key-" + i, "192.0.2." + i);
            Priority level = Priority.values()[i % Priority.values().length];
            flows[i] = Arrival.of(caller, level).withBytes(BODY_BYTES);
        }
    }

    /** What the next of a flow asks for. */
    Arrival arrival(int flow) {
        return flows[flow % flows.length];
    }

    /** A pool with room for everybody, whose waits do not end while it is measured. */
    static PoolSettings settings(int slots) {
        CallerLimits unlimited = CallerLimits.UNLIMITED;
        PoolSettings settings =
                PoolSettings.ofSlots(slots).withQueue(1_000_000, Long.MAX_VALUE).withCallers(unlimited, unlimited);
        for (Priority level : Priority.values()) {
            Duration wait = settings.level(level).longestWait().multipliedBy(100);
            settings = settings.withLevel(level, settings.level(level).withLongestWait(wait));
        }
        return settings;
    }
}
