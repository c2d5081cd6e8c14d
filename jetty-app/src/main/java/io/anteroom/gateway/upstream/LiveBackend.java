// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One backend while it is in use. Everything but the breaker is guarded by the lock of its {@link Group}. */
final class LiveBackend {
    private static final int LONGEST_ERROR = 200;

    private Backend settings;
    private BackendBreaker breaker;
    private final BackendHealth health;
    private boolean drains;
    private boolean isToldToDrain;
    private int inFlight;
    private boolean isCooling;
    private long coolUntilNanos;
    long nextCheckNanos;
    boolean isBeingChecked;
    private long answered;
    private long failed;
    private @Nullable String lastError;
    private @Nullable Instant lastErrorAt;
    private @Nullable Instant lastCheckAt;
    private Instant since;
    private String word = "";

    LiveBackend(Backend settings, UpstreamGroup group, Surroundings around) {
        this.settings = settings;
        this.drains = settings.drains();
        this.breaker = new BackendBreaker(settings.name(), group.breaker(), around.nanoClock());
        this.health = new BackendHealth(group.health());
        this.since = around.clock().instant();
        this.nextCheckNanos = around.nowNanos();
    }

    /** Takes changed settings of the backend that it is; what is known of it stays. */
    void configure(Backend changed, UpstreamGroup group, Surroundings around) {
        if (changed.drains() != settings.drains()) {
            isToldToDrain = false;
        }
        settings = changed;
        drains = isToldToDrain ? drains : changed.drains();
        health.configure(group.health());
        if (!breaker.hasSettings(group.breaker())) {
            breaker = new BackendBreaker(changed.name(), group.breaker(), around.nanoClock());
        }
    }

    String name() {
        return settings.name();
    }

    URI url() {
        return settings.url();
    }

    Backend settings() {
        return settings;
    }

    BackendBreaker breaker() {
        return breaker;
    }

    BackendHealth health() {
        return health;
    }

    int inFlight() {
        return inFlight;
    }

    void entered() {
        inFlight++;
    }

    void left() {
        inFlight--;
    }

    void drain(boolean isToDrain) {
        drains = isToDrain;
        isToldToDrain = true;
    }

    boolean drains() {
        return drains;
    }

    /** Whether it could get a request now. */
    boolean isAvailable(long nowNanos) {
        return !drains && health.isUp() && breaker.mayEnter(nowNanos);
    }

    /** It has asked to be left alone for a while. */
    void cool(long untilNanos) {
        isCooling = true;
        coolUntilNanos = untilNanos;
    }

    Duration coolsFor(long nowNanos) {
        if (isCooling && coolUntilNanos - nowNanos <= 0) {
            isCooling = false;
        }
        return isCooling ? Duration.ofNanos(coolUntilNanos - nowNanos) : Duration.ZERO;
    }

    /** What it has to do beside others when all of it is there. */
    double fullWeight() {
        return (double) settings.weight() * Math.max(1, settings.slots());
    }

    /** The same by what it gets now. */
    double weight(long nowNanos) {
        return fullWeight() * health.share(nowNanos);
    }

    /** How many requests it may have now; as many as there are if it has not said. */
    int slots(long nowNanos) {
        if (settings.slots() == 0) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.max(1, Math.floor(usable(nowNanos)));
    }

    /** The part of its group's work that it can do now, in slots, or by weight where slots are not said. */
    double usable(long nowNanos) {
        if (!isAvailable(nowNanos)) {
            return 0;
        }
        double share = whole() * health.share(nowNanos);
        return breaker.isProbing(nowNanos) ? Math.min(share, probing()) : share;
    }

    private double probing() {
        return settings.slots() > 0 ? breaker.probes() : whole() / 4;
    }

    /** The same when all of it is there. */
    double whole() {
        return settings.slots() > 0 ? settings.slots() : settings.weight();
    }

    /** Counts an answer. */
    void countAnswered() {
        answered++;
        health.answered();
    }

    void countFailed(String error, Instant at) {
        failed++;
        remember(error, at);
    }

    void remember(String error, Instant at) {
        lastError = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error;
        lastErrorAt = at;
    }

    void checked(Instant at) {
        lastCheckAt = at;
    }

    /** One word for how it is, and since when. */
    private String word(long nowNanos) {
        if (drains) {
            return inFlight == 0 ? "drained" : "draining";
        }
        if (!health.isUp()) {
            return "down";
        }
        if (breaker.isProbing(nowNanos)) {
            return "probing";
        }
        if (!breaker.mayEnter(nowNanos)) {
            return "open";
        }
        return health.share(nowNanos) < 1 ? "starting" : "up";
    }

    /** Notes a change of the word. */
    String settle(long nowNanos, Instant at) {
        String now = word(nowNanos);
        if (!now.equals(word)) {
            word = now;
            since = at;
        }
        return now;
    }

    UpstreamView view(String group, long nowNanos, Instant at) {
        return new UpstreamView(
                group,
                settings.name(),
                settings.url(),
                settle(nowNanos, at),
                since,
                inFlight,
                settings.slots(),
                settings.weight(),
                breaker.state(),
                breaker.failurePercent(),
                breaker.slowPercent(),
                answered,
                failed,
                lastError,
                lastErrorAt,
                lastCheckAt);
    }
}
