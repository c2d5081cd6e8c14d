// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.Pool;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Analytics whose time is that of a test, and whose seconds it tells itself. */
public final class Counting {
    private final Analytics analytics;

    /** Counts these pools. */
    public Counting(InstantSource clock, Supplier<Collection<Pool>> pools, UnaryOperator<String> names) {
        analytics = Analytics.builder()
                .clock(clock)
                .pools(pools)
                .names(names::apply)
                .build();
    }

    /** Who counts. */
    public Analytics analytics() {
        return analytics;
    }

    /** A second is over. */
    public void tick() {
        analytics.tick();
    }
}
