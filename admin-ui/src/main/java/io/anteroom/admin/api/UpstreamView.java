// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backends behind the pools, as the gateway knows them. Safe from any thread; quick. */
public interface UpstreamView {
    /** There are none. */
    UpstreamView NONE = new UpstreamView() {
        @Override
        public List<Upstream> all() {
            return List.of();
        }

        @Override
        public boolean drain(String id) {
            return false;
        }

        @Override
        public boolean undrain(String id) {
            return false;
        }

        @Override
        public boolean reset(String id) {
            return false;
        }
    };

    /** All backends. */
    List<Upstream> all();

    /** Sends a backend nothing new; false if there is none of that id. */
    boolean drain(String id);

    /** Sends a backend requests again; false if there is none of that id. */
    boolean undrain(String id);

    /** Closes a backend's breaker, as if it had never failed; false if there is none of that id. */
    boolean reset(String id);

    /**
     * One backend.
     *
     * @param id its name in paths: letters, digits, {@code . _ -}
     * @param group the group that it is one of
     * @param address where it is, without credentials
     * @param state {@code up}, {@code down} or {@code draining}
     * @param breaker {@code closed}, {@code open} or {@code half_open}, or {@code off} if it has none
     * @param inFlight how many requests it has at this moment
     * @param weight its share
     * @param requests how many it has been sent
     * @param failures how many of them failed
     * @param lastFailure when the last one failed, or null
     * @param reason why it is down, or empty
     */
    record Upstream(
            String id,
            String group,
            String address,
            String state,
            String breaker,
            int inFlight,
            int weight,
            long requests,
            long failures,
            @Nullable Instant lastFailure,
            String reason) {}
}
