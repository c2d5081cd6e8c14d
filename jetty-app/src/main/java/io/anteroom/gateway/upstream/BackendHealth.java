// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup.Health;
import java.time.Duration;

/**
 * Whether a backend is up, from what checks and connections say. A decision: the time is an argument. Not safe for
 * several threads.
 */
final class BackendHealth {
    /** The part of its share that a backend gets at once when it is back. */
    private static final double FIRST_SHARE = 0.1;

    private Health settings;
    private boolean isUp = true;
    private boolean hasBeenWell;
    private int failures;
    private int successes;
    private long upSinceNanos;
    private boolean hasBeenDown;

    BackendHealth(Health settings) {
        this.settings = settings;
    }

    void configure(Health changed) {
        settings = changed;
        if (!changed.isOn()) {
            // Nobody would ever find out that it is back.
            isUp = true;
        }
    }

    boolean isUp() {
        return isUp;
    }

    /** Whether anybody has found out how it is, or nobody looks. */
    boolean isKnown() {
        return hasBeenWell || !settings.isOn();
    }

    /** A check has answered well; whether the backend is back by that. */
    boolean well(long nowNanos) {
        failures = 0;
        hasBeenWell = true;
        if (isUp) {
            return false;
        }
        successes++;
        if (successes < settings.upAfter()) {
            return false;
        }
        isUp = true;
        hasBeenDown = true;
        upSinceNanos = nowNanos;
        return true;
    }

    /** A check has failed, or a connection; whether the backend is down by that. */
    boolean ill() {
        successes = 0;
        if (!isUp || !settings.isOn()) {
            return false;
        }
        failures++;
        if (failures < settings.downAfter()) {
            return false;
        }
        isUp = false;
        return true;
    }

    /** A request has been answered. */
    void answered() {
        hasBeenWell = true;
        if (isUp) {
            failures = 0;
        }
    }

    /** The part of its share that it gets: less than all for a while after it has been down. */
    double share(long nowNanos) {
        Duration slowStart = settings.slowStart();
        if (!hasBeenDown || slowStart.isZero()) {
            return 1;
        }
        double passed = (double) (nowNanos - upSinceNanos) / slowStart.toNanos();
        if (passed >= 1) {
            hasBeenDown = false;
            return 1;
        }
        return Math.max(FIRST_SHARE, passed);
    }
}
