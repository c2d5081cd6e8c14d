// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request's stay at a backend. {@link #left()} must follow, and may be called more than once; what became of it is
 * told before that, but for an answer that fails after it had begun. Safe from any thread.
 */
public final class Call {
    private final Group group;
    private final UpstreamGroup settings;
    private final LiveBackend live;
    private final Backend backend;
    private final BackendBreaker breaker;
    private final long generation;
    private final @Nullable String model;
    private boolean isTold;
    private boolean hasLeft;

    Call(Group group, LiveBackend live, @Nullable String model) {
        this.group = group;
        this.settings = group.settings();
        this.live = live;
        this.backend = live.settings();
        this.breaker = live.breaker();
        this.generation = breaker.generation();
        this.model = model;
    }

    /** Where it is. */
    public Backend backend() {
        return backend;
    }

    /** The group of that. */
    public String group() {
        return settings.name();
    }

    /** What the backend is told besides the request. */
    public UpstreamGroup.Headers headers() {
        return settings.headers();
    }

    /** How long each step may take. */
    public Timeouts timeouts() {
        return settings.timeouts();
    }

    /** When it may be tried again. */
    public UpstreamGroup.Retry retry() {
        return settings.retry();
    }

    /** What the body must name as its model, or null if it may stay as it is. */
    public @Nullable String model() {
        return model;
    }

    /** The backend has begun to answer, after so long. */
    public void answered(Duration took) {
        if (tell()) {
            breaker.succeeded(generation, took);
            group.answered(live);
        }
    }

    /**
     * The backend has failed.
     *
     * @param error what it was, as a code
     * @param tookNobody whether it did not even take the request
     */
    public void failed(String error, boolean tookNobody, Duration took) {
        tell();
        // Also of one that had begun to answer: a backend that always breaks off is not well.
        breaker.failed(generation, took);
        group.failed(live, error, tookNobody);
    }

    /** The backend is well but busy. */
    public void busy(String error) {
        if (tell()) {
            breaker.abandoned(generation);
            group.busy(live, error);
        }
    }

    /** The backend wants to be left alone for so long; zero if it has not said so. */
    public void cools(Duration retryAfter) {
        if (!retryAfter.isZero()) {
            group.cools(live, retryAfter);
        }
    }

    private synchronized boolean tell() {
        boolean isFirst = !isTold;
        isTold = true;
        return isFirst;
    }

    /** It is over. */
    public void left() {
        synchronized (this) {
            if (hasLeft) {
                return;
            }
            hasLeft = true;
        }
        if (tell()) {
            breaker.abandoned(generation);
        }
        group.left(live);
    }

    LiveBackend live() {
        return live;
    }
}
