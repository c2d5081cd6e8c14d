// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.admission.Pool;
import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.config.UpstreamGroups;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All groups of backends: which there are can be changed while requests are under way, and pools use no more slots than
 * the available backends have. Safe from any thread.
 */
public final class Upstreams implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Upstreams.class.getName());
    private static final Duration TICK = Duration.ofMillis(100);

    private final Surroundings around;
    private final Map<String, PoolLink> links = new LinkedHashMap<>();
    private final Object linking = new Object();
    private volatile Map<String, Group> groups = Map.of();
    private volatile UpstreamGroups settings;
    private volatile Probe probe = Probe.NONE;
    private volatile Supplier<? extends Collection<Pool>> pools = List::of;
    private volatile @Nullable ScheduledThreadPoolExecutor scheduler;

    /** Upstreams that nobody watches yet. */
    public Upstreams(UpstreamGroups settings, Surroundings around) {
        this.around = around;
        this.settings = settings;
        apply(settings);
    }

    /** Asks the backends in that way. */
    void probe(Probe how) {
        probe = how;
    }

    /** Watches over the backends from now on. */
    public void start(Probe how) {
        probe(how);
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "anteroom-upstreams");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        scheduler = executor;
        ScheduledFuture<?> unused =
                executor.scheduleWithFixedDelay(this::tick, 0, TICK.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Takes changed settings: what is new is there at once, what is gone gets nothing new and ends what it has, and
     * what stays keeps its state.
     */
    public synchronized void apply(UpstreamGroups changed) {
        Map<String, Group> before = groups;
        Map<String, Group> now = new LinkedHashMap<>();
        changed.groups().forEach((name, group) -> {
            Group known = before.get(name);
            if (known != null) {
                known.configure(group);
            }
            now.put(name, known == null ? new Group(group, around, this::changed) : known);
        });
        settings = changed;
        groups = now;
        changed();
    }

    /** What they are set to. */
    public UpstreamGroups settings() {
        return settings;
    }

    /**
     * Has pools use only the slots of those of their backends that are available.
     *
     * @param pools asked again and again which there are
     */
    public void link(Supplier<? extends Collection<Pool>> pools) {
        this.pools = pools;
        changed();
    }

    /**
     * The group of a request.
     *
     * @param pool its pool, or null
     * @param hasFallenBack whether its longest wait is over
     */
    public Group group(@Nullable String pool, boolean hasFallenBack) {
        UpstreamGroups known = settings;
        String name = pool == null ? null : hasFallenBack ? known.ofFallbacks().get(pool) : null;
        Group fallback = name == null ? null : groups.get(name);
        if (fallback != null) {
            return fallback;
        }
        UpstreamGroup own = pool == null ? known.usual() : known.ofPool(pool);
        Group group = groups.get(own.name());
        if (group == null) {
            throw new IllegalStateException("no group " + own.name());
        }
        return group;
    }

    /**
     * Where a request goes.
     *
     * @param deadlineNanos until when its caller waits, or null if that is not known
     */
    public Journey journey(Group group, Wanted wanted, @Nullable Long deadlineNanos) {
        return new Journey(groups::get, around, group, wanted, deadlineNanos);
    }

    /** Whether something of the body decides where requests of a group go, or how they go on. */
    public boolean readsBodies(Group group) {
        return group.settings().readsBodies()
                || group.settings().then().stream()
                        .map(next -> groups.get(next.group()))
                        .anyMatch(next -> next != null && next.settings().readsBodies());
    }

    /** What a backend is set to, or null if there is none of that name. */
    public @Nullable Backend backend(String name) {
        return settings.groups().values().stream()
                .flatMap(group -> group.backends().stream())
                .filter(backend -> backend.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Gives a backend nothing new until {@link #resume}; false if there is none of that name. */
    public boolean drain(String backend) {
        return any(group -> group.drain(backend, true));
    }

    /** Gives a backend requests again; false if there is none of that name. */
    public boolean resume(String backend) {
        return any(group -> group.drain(backend, false));
    }

    /** Closes the breaker of a backend and forgets its failures; false if there is none of that name. */
    public boolean resetBreaker(String backend) {
        return any(group -> group.resetBreaker(backend));
    }

    private boolean any(Predicate<Group> action) {
        return groups.values().stream().anyMatch(action);
    }

    /** All backends as they are now. */
    public List<UpstreamView> views() {
        return groups.values().stream().flatMap(group -> group.views().stream()).toList();
    }

    /** How many retries the budgets did not allow, by group. */
    public Map<String, Long> retriesDenied() {
        Map<String, Long> denied = new LinkedHashMap<>();
        groups.forEach((name, group) -> denied.put(name, group.budget().denied()));
        return denied;
    }

    /** Asks who is due, and has the pools follow. */
    void tick() {
        try {
            groups.values().forEach(this::check);
            follow();
        } catch (RuntimeException e) {
            // The executor would not come back.
            LOG.log(System.Logger.Level.ERROR, "the backends could not be watched this time", e);
        }
    }

    private void check(Group group) {
        group.settle();
        Duration within = group.settings().health().within();
        for (LiveBackend backend : group.due()) {
            try {
                URI url = URI.create(
                        base(backend.url()) + group.settings().health().path());
                probe.ask(url, within, error -> group.checked(backend, error));
            } catch (RuntimeException e) {
                group.checked(backend, "it could not be asked");
            }
        }
    }

    /** An address without a slash at its end. */
    public static String base(URI url) {
        String text = url.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private void changed() {
        ScheduledThreadPoolExecutor executor = scheduler;
        if (executor == null) {
            follow();
            return;
        }
        try {
            executor.execute(this::follow);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "closed", e);
        }
    }

    private void follow() {
        synchronized (linking) {
            Map<String, PoolLink> before = new LinkedHashMap<>(links);
            links.clear();
            for (Pool pool : pools.get()) {
                PoolLink known = before.get(pool.name());
                PoolLink link = known != null && known.isOf(pool) ? known : new PoolLink(pool);
                links.put(pool.name(), link);
                link.follow(group(pool.name(), false), around.nowNanos());
            }
            before.keySet().removeAll(links.keySet());
            before.values().forEach(PoolLink::takeBack);
        }
    }

    /** Stops watching. */
    @Override
    public void close() {
        ScheduledThreadPoolExecutor executor = scheduler;
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}
