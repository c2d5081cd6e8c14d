// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup.Breaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Leaves a backend alone that fails too often or answers too slowly, and lets a few requests through later to see
 * whether it is well again. The state machine is resilience4j's; what it does not do is done here: an outcome counts
 * only in the state in which its request was let in (an answer that was under way when the breaker opened is no probe),
 * and a permission is given back once, whatever becomes of its request (docs/decisions/0018). Safe from any thread.
 */
final class BackendBreaker {
    private final Failed failure = new Failed();
    private final Breaker settings;
    private final CircuitBreaker breaker;
    private final AtomicLong generation = new AtomicLong();
    private volatile long openUntilNanos;

    BackendBreaker(String name, Breaker settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.breaker = CircuitBreaker.of(name, config(settings, nanoClock));
        breaker.getEventPublisher().onStateTransition(event -> {
            generation.incrementAndGet();
            openUntilNanos = nanoClock.getAsLong() + settings.open().toNanos();
        });
    }

    /** Says that a call has failed; what it was is told elsewhere. */
    private static final class Failed extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private static CircuitBreakerConfig config(Breaker settings, LongSupplier nanoClock) {
        return CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.least())
                .failureRateThreshold(Math.max(1, settings.failurePercent()))
                .slowCallRateThreshold(settings.slowPercent())
                .slowCallDurationThreshold(settings.slow())
                .waitDurationInOpenState(settings.open())
                .permittedNumberOfCallsInHalfOpenState(settings.probes())
                .writableStackTraceEnabled(false)
                .clock(new NanoClock(nanoClock))
                .currentTimestampFunction(clock -> nanoClock.getAsLong(), TimeUnit.NANOSECONDS)
                .build();
    }

    /** Whether a request may be let in now; without letting one in. */
    boolean mayEnter(long nowNanos) {
        return !settings.isOn() || breaker.getState() != State.OPEN || openUntilNanos - nowNanos <= 0;
    }

    /** Whether only a few requests are let in, to see how it fares. */
    boolean isProbing(long nowNanos) {
        State state = breaker.getState();
        return settings.isOn() && (state == State.HALF_OPEN || (state == State.OPEN && openUntilNanos - nowNanos <= 0));
    }

    int probes() {
        return settings.probes();
    }

    boolean hasSettings(Breaker others) {
        return settings.equals(others);
    }

    /** Lets a request in, or answers false; one that is let in must end in one of the next three. */
    boolean tryEnter() {
        return !settings.isOn() || breaker.tryAcquirePermission();
    }

    /** In which state a request was let in. */
    long generation() {
        return generation.get();
    }

    /** It has been answered; late answers count as slow. */
    void succeeded(long entered, Duration took) {
        if (settings.isOn() && entered == generation.get()) {
            breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** It has failed, which is the backend's fault. */
    void failed(long entered, Duration took) {
        if (settings.isOn() && entered == generation.get()) {
            breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, failure);
        }
    }

    /** It has ended in a way that says nothing of the backend. */
    void abandoned(long entered) {
        if (settings.isOn() && entered == generation.get()) {
            breaker.releasePermission();
        }
    }

    /** Forgets everything: it is let in again. */
    void reset() {
        breaker.reset();
        generation.incrementAndGet();
    }

    /** How long it is still left alone; zero if it is not. */
    Duration openFor(long nowNanos) {
        long left = openUntilNanos - nowNanos;
        boolean isOpen = settings.isOn() && breaker.getState() == State.OPEN && left > 0;
        return isOpen ? Duration.ofNanos(left) : Duration.ZERO;
    }

    /** {@code off}, {@code closed}, {@code open} or {@code half_open}. */
    String state() {
        return settings.isOn() ? breaker.getState().name().toLowerCase(Locale.ROOT) : "off";
    }

    /** The share of failures in per cent, or -1 while too few answers are known. */
    double failurePercent() {
        return breaker.getMetrics().getFailureRate();
    }

    /** The share of slow answers in per cent, or -1 while too few are known. */
    double slowPercent() {
        return breaker.getMetrics().getSlowCallRate();
    }

    /** The moment of a clock that runs evenly: what the open time is measured by. */
    private static final class NanoClock extends Clock {
        private final LongSupplier nanos;
        private final long start;

        NanoClock(LongSupplier nanos) {
            this.nanos = nanos;
            this.start = nanos.getAsLong();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos.getAsLong() - start);
        }
    }
}
