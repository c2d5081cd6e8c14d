// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.event.Notice;
import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.upstream.Choosing.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Backends that can take each other's requests, while they are in use. Safe from any thread: one short lock. */
public final class Group {
    private static final System.Logger LOG = System.getLogger(Group.class.getName());
    /** Whoever says that it is busy is not believed for longer. */
    private static final Duration LONGEST_COOLING = Duration.ofMinutes(1);

    private final Surroundings around;
    private final Runnable whenChanged;
    private final RetryBudget budget;
    private final Map<String, LiveBackend> backends = new LinkedHashMap<>();
    private UpstreamGroup settings;

    /** A group whose availability is watched by {@code whenChanged}, which must not block. */
    Group(UpstreamGroup settings, Surroundings around, Runnable whenChanged) {
        this.around = around;
        this.whenChanged = whenChanged;
        this.settings = settings;
        this.budget = new RetryBudget(around.nowNanos());
        synchronized (this) {
            settings.backends()
                    .forEach(backend -> backends.put(backend.name(), new LiveBackend(backend, settings, around)));
        }
    }

    /** Its name. */
    public String name() {
        return settings().name();
    }

    /** What it is set to. */
    public synchronized UpstreamGroup settings() {
        return settings;
    }

    RetryBudget budget() {
        return budget;
    }

    /** Takes changed settings. Requests under way stay where they are, also at backends that are no longer named. */
    void configure(UpstreamGroup changed) {
        synchronized (this) {
            settings = changed;
            Map<String, LiveBackend> before = new LinkedHashMap<>(backends);
            backends.clear();
            for (Backend backend : changed.backends()) {
                LiveBackend known = before.get(backend.name());
                if (known != null && known.url().equals(backend.url())) {
                    known.configure(backend, changed, around);
                    backends.put(backend.name(), known);
                } else {
                    backends.put(backend.name(), new LiveBackend(backend, changed, around));
                }
            }
        }
        whenChanged.run();
    }

    /** Has a request go to one of the backends, or answers null: none is available that serves what is wanted. */
    synchronized @Nullable Call enter(Wanted wanted, Set<String> without) {
        long now = around.nowNanos();
        String model = aliased(wanted.model());
        List<Candidate> candidates = new ArrayList<>(backends.size());
        for (LiveBackend backend : backends.values()) {
            if (!without.contains(backend.name()) && backend.isAvailable(now) && serves(backend, model)) {
                candidates.add(candidate(backend, now));
            }
        }
        while (!candidates.isEmpty()) {
            Candidate best = Choosing.pick(candidates, settings.choice(), wanted.prefix(), around.random());
            if (best.backend().breaker().tryEnter()) {
                best.backend().entered();
                return new Call(this, best.backend(), own(best.backend(), model, wanted.named()));
            }
            candidates.remove(best);
        }
        return null;
    }

    private Candidate candidate(LiveBackend backend, long now) {
        return new Candidate(
                backend,
                backend.inFlight(),
                backend.weight(now),
                backend.inFlight() >= backend.slots(now),
                !backend.coolsFor(now).isZero(),
                around.waiting().applyAsInt(backend.url()));
    }

    private @Nullable String aliased(@Nullable String model) {
        return model == null ? null : settings.aliases().getOrDefault(model, model);
    }

    private static boolean serves(LiveBackend backend, @Nullable String model) {
        Map<String, String> models = backend.settings().models();
        return model == null || models.isEmpty() || models.containsKey(model);
    }

    /** The backend's own name of a model, or null if that is the one that the request has. */
    private static @Nullable String own(LiveBackend backend, @Nullable String model, @Nullable String named) {
        String own = model == null ? null : backend.settings().models().getOrDefault(model, model);
        return own == null || own.equals(named) ? null : own;
    }

    /** Whether one of the backends serves that model, available or not. */
    synchronized boolean knows(@Nullable String model) {
        String meant = aliased(model);
        return backends.values().stream().anyMatch(backend -> serves(backend, meant));
    }

    /** How long until one of the available backends may be asked again, or null if none is available. */
    synchronized @Nullable Duration cooling(Wanted wanted) {
        long now = around.nowNanos();
        String model = aliased(wanted.model());
        return backends.values().stream()
                .filter(backend -> backend.isAvailable(now) && serves(backend, model))
                .map(backend -> backend.coolsFor(now))
                .min(Duration::compareTo)
                .orElse(null);
    }

    /** When it is worth coming back while no backend is available. */
    synchronized Duration comesBackIn() {
        long now = around.nowNanos();
        Duration checks =
                settings.health().every().multipliedBy(settings.health().upAfter());
        Duration otherwise = checks.isZero() ? Duration.ofSeconds(5) : checks;
        return backends.values().stream()
                .filter(backend -> !backend.drains() && backend.health().isUp())
                .map(backend -> backend.breaker().openFor(now))
                .min(Duration::compareTo)
                .orElse(otherwise);
    }

    /** The part of the group that can be used now, from 0 to 1. */
    synchronized double usableShare() {
        long now = around.nowNanos();
        double whole =
                backends.values().stream().mapToDouble(LiveBackend::whole).sum();
        double usable = backends.values().stream()
                .mapToDouble(backend -> backend.usable(now))
                .sum();
        return usable / whole;
    }

    /** Whether one of those that can be used has been found to be well, and not only never been looked at. */
    synchronized boolean isSure() {
        long now = around.nowNanos();
        return backends.values().stream()
                .anyMatch(
                        backend -> backend.isAvailable(now) && backend.health().isKnown());
    }

    synchronized void answered(LiveBackend backend) {
        backend.countAnswered();
    }

    void failed(LiveBackend backend, String error, boolean tookNobody) {
        boolean isDown;
        synchronized (this) {
            backend.countFailed(error, around.clock().instant());
            isDown = tookNobody && backend.health().ill();
            if (tookNobody) {
                backend.nextCheckNanos = around.nowNanos();
            }
        }
        if (isDown) {
            tellDown(backend, error);
        }
        whenChanged.run();
    }

    synchronized void busy(LiveBackend backend, String error) {
        backend.remember(error, around.clock().instant());
    }

    synchronized void cools(LiveBackend backend, Duration retryAfter) {
        Duration cool = retryAfter.compareTo(LONGEST_COOLING) > 0 ? LONGEST_COOLING : retryAfter;
        backend.cool(around.nowNanos() + cool.toNanos());
    }

    synchronized void left(LiveBackend backend) {
        backend.left();
    }

    /** The backends that are to be asked how they are; each must be told {@link #checked} once. */
    synchronized Collection<LiveBackend> due() {
        List<LiveBackend> due = new ArrayList<>();
        long now = around.nowNanos();
        if (settings.health().isOn()) {
            for (LiveBackend backend : backends.values()) {
                if (!backend.isBeingChecked && backend.nextCheckNanos - now <= 0) {
                    backend.isBeingChecked = true;
                    due.add(backend);
                }
            }
        }
        return due;
    }

    /** What a backend has answered: nothing if it is well, else what is wrong. */
    void checked(LiveBackend backend, @Nullable String error) {
        boolean isBack = false;
        boolean isDown = false;
        synchronized (this) {
            long now = around.nowNanos();
            backend.isBeingChecked = false;
            backend.nextCheckNanos = now + settings.health().every().toNanos();
            backend.checked(around.clock().instant());
            if (error == null) {
                isBack = backend.health().well(now);
            } else {
                backend.remember(error, around.clock().instant());
                isDown = backend.health().ill();
            }
        }
        if (isBack) {
            tellUp(backend);
        }
        if (isDown) {
            tellDown(backend, String.valueOf(error));
        }
        if (isBack || isDown) {
            whenChanged.run();
        }
    }

    private void tellDown(LiveBackend backend, String error) {
        LOG.log(System.Logger.Level.WARNING, "backend " + backend.name() + " is down: " + error);
        around.notices().on(notice(Notice.UPSTREAM_DOWN, backend, Map.of("error", error)));
    }

    private void tellUp(LiveBackend backend) {
        LOG.log(System.Logger.Level.INFO, "backend " + backend.name() + " is up");
        around.notices().on(notice(Notice.UPSTREAM_UP, backend, Map.of()));
    }

    private Notice notice(String type, LiveBackend backend, Map<String, Object> more) {
        Map<String, Object> facts = new LinkedHashMap<>(more);
        facts.put("group", name());
        facts.put("backend", backend.name());
        return new Notice(type, backend.url().toString(), facts);
    }

    /** Gives a backend nothing new, or something again; false if there is none of that name. */
    boolean drain(String name, boolean isToDrain) {
        synchronized (this) {
            LiveBackend backend = backends.get(name);
            if (backend == null) {
                return false;
            }
            backend.drain(isToDrain);
        }
        whenChanged.run();
        return true;
    }

    /** Closes the breaker of a backend; false if there is none of that name. */
    boolean resetBreaker(String name) {
        synchronized (this) {
            LiveBackend backend = backends.get(name);
            if (backend == null) {
                return false;
            }
            backend.breaker().reset();
        }
        whenChanged.run();
        return true;
    }

    synchronized List<UpstreamView> views() {
        long now = around.nowNanos();
        return backends.values().stream()
                .map(backend ->
                        backend.view(settings.name(), now, around.clock().instant()))
                .toList();
    }

    /** Notes which backends have changed their state by the mere passing of time. */
    void settle() {
        synchronized (this) {
            long now = around.nowNanos();
            backends.values()
                    .forEach(backend -> backend.settle(now, around.clock().instant()));
        }
    }
}
