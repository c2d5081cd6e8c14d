// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.config.UpstreamGroup.Next;
import io.anteroom.gateway.config.UpstreamGroup.Retry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where one request goes: to a backend, after a failure to another of the group, then, after a pause, to one that has
 * been tried, and then to the next group. All of it is bounded, and every try after the first costs the budget of the
 * first group, unless the backend before did not take the request. Used by one thread at a time.
 */
public final class Journey {
    private static final int MOST_TRIES = 10;

    private final Function<String, @Nullable Group> groups;
    private final Surroundings around;
    private final Group first;
    private final @Nullable Long deadlineNanos;
    private final Deque<Next> next;
    private final Set<String> tried = new HashSet<>();
    private Group group;
    private Wanted wanted;
    private int triesHere;
    private int tries;

    /** What to do next. */
    public sealed interface Step {}

    /**
     * Go there.
     *
     * @param call the stay at that backend
     */
    public record Go(Call call) implements Step {}

    /**
     * Wait and ask again, by {@link Journey#resume}.
     *
     * @param pause how long
     */
    public record Wait(Duration pause) implements Step {}

    /** What there is must do. */
    public record Enough() implements Step {}

    /**
     * There is nowhere to go.
     *
     * @param isModelUnknown whether no backend serves that model; else none is available
     * @param retryAfter when it is worth coming back
     */
    public record Nowhere(boolean isModelUnknown, Duration retryAfter) implements Step {}

    /**
     * How a try has failed.
     *
     * @param cause why
     * @param retryAfter when the backend wants to be asked again, or zero if it did not say
     */
    public record Outcome(Cause cause, Duration retryAfter) {}

    Journey(
            Function<String, @Nullable Group> groups,
            Surroundings around,
            Group first,
            Wanted wanted,
            @Nullable Long deadlineNanos) {
        this.groups = groups;
        this.around = around;
        this.first = first;
        this.group = first;
        this.wanted = wanted;
        this.deadlineNanos = deadlineNanos;
        this.next = new ArrayDeque<>(first.settings().then());
    }

    /** Whether it has left the group that it began in. */
    public boolean hasFailedOver() {
        return group != first;
    }

    /** Begins. */
    public Step begin() {
        first.budget().request(around.nowNanos());
        Call call = enter();
        return call == null ? beginElsewhere() : new Go(call);
    }

    private Step beginElsewhere() {
        boolean isKnown = first.knows(wanted.model());
        Duration comesBack = first.comesBackIn();
        Call call = null;
        while (call == null && goOn()) {
            isKnown |= group.knows(wanted.model());
            call = enter();
        }
        return call == null ? new Nowhere(!isKnown, comesBack) : new Go(call);
    }

    /** Says what to do after a try that has failed. */
    public Step after(Outcome outcome) {
        UpstreamGroup settings = group.settings();
        Retry retry = settings.retry();
        boolean isOver = tries >= MOST_TRIES || isPast(Duration.ZERO);
        if (isOver || !retry.causes().contains(outcome.cause())) {
            return new Enough();
        }
        boolean isFree = outcome.cause() == Cause.CONNECT;
        if (triesHere <= retry.most()) {
            Call other = enter();
            if (other != null) {
                return pay(isFree, other);
            }
            Duration pause = pause(outcome, retry);
            if (pause != null) {
                return pay(isFree) ? new Wait(pause) : new Enough();
            }
        }
        while (goOn()) {
            Call other = enter();
            if (other != null) {
                return pay(isFree, other);
            }
        }
        return new Enough();
    }

    /** Goes on after a pause, which has been paid for. */
    public Step resume() {
        tried.clear();
        Call call = enter();
        while (call == null && goOn()) {
            call = enter();
        }
        return call == null ? new Enough() : new Go(call);
    }

    private @Nullable Call enter() {
        Call call = group.enter(wanted, tried);
        if (call != null) {
            tried.add(call.backend().name());
            triesHere++;
            tries++;
        }
        return call;
    }

    private Step pay(boolean isFree, Call call) {
        if (pay(isFree)) {
            return new Go(call);
        }
        call.left();
        return new Enough();
    }

    private boolean pay(boolean isFree) {
        return isFree || first.budget().tryTake(first.settings().retry(), around.nowNanos());
    }

    /** How long to wait for a backend that has been tried; null if that is too long. */
    private @Nullable Duration pause(Outcome outcome, Retry retry) {
        Duration cooling = group.cooling(wanted);
        if (cooling == null) {
            return null;
        }
        long most = retry.backoff().toNanos() << Math.min(20, triesHere - 1);
        long bound = Math.min(retry.longestBackoff().toNanos(), most);
        Duration jitter = Duration.ofNanos(around.random().nextLong(Math.max(1, bound)));
        Duration asked = cooling.compareTo(outcome.retryAfter()) > 0 ? cooling : outcome.retryAfter();
        // Never all at the moment that they were told.
        Duration pause = asked.isZero() ? jitter : asked.plus(jitter);
        boolean isTooLong = asked.compareTo(retry.longestBackoff()) > 0;
        return isTooLong || isPast(pause) ? null : pause;
    }

    private boolean isPast(Duration pause) {
        Long deadline = deadlineNanos;
        return deadline != null && deadline - around.nowNanos() - pause.toNanos() <= 0;
    }

    /** Takes the next group; false if there is none left. */
    private boolean goOn() {
        while (!next.isEmpty()) {
            Next to = next.poll();
            Group found = groups.apply(to.group());
            if (found != null) {
                group = found;
                wanted = to.model().map(wanted::withModel).orElse(wanted);
                tried.clear();
                triesHere = 0;
                return true;
            }
        }
        return false;
    }
}
