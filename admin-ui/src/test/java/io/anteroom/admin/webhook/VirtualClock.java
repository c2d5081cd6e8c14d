// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that passes when a test says so. */
final class VirtualClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-21T09:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }
}
