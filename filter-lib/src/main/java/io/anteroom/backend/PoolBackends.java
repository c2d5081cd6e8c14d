// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Pools;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The backends of one pool: asks each how it is, remembers what it said, and, where the settings say so, limits the
 * slots that the pool uses to what they have room for (docs/decisions/0005). With several backends each has an equal
 * part of the pool's slots. Safe from any thread.
 */
public final class PoolBackends implements AutoCloseable {
    /** After so long without an answer the number of slots that the operator set counts again. */
    static final Duration FORGOTTEN = Duration.ofMinutes(1);

    /** By which the pool knows what is said of its slots here. */
    private static final String SOURCE = "backend-load";

    private static final Logger LOG = System.getLogger(PoolBackends.class.getName());

    private final Pool pool;
    private final BackendSettings settings;
    private final List<Watched> watched = new ArrayList<>();
    private int limit = Integer.MAX_VALUE;
    private boolean isClosed;

    private final class Watched {
        private final String name;
        private final BackendWatch watch;
        private final AdaptiveSlots slots;
        private boolean isSilent;

        Watched(String name, BackendStatus backend, int share, LongSupplier nanoClock, boolean isStarted) {
            this.name = name;
            this.slots = new AdaptiveSlots(Math.min(settings.minSlots(), share), share);
            this.watch = new BackendWatch(backend, settings.interval(), nanoClock, () -> asked(this));
            if (isStarted) {
                watch.begin();
            }
        }
    }

    /** Backends that are asked from now on, unless {@code isStarted} is false: then a test asks. */
    PoolBackends(Pool pool, BackendSettings settings, LongSupplier nanoClock, boolean isStarted) {
        this.pool = pool;
        this.settings = settings;
        int share = share(settings.backends().size());
        synchronized (this) {
            settings.backends()
                    .forEach((name, backend) -> watched.add(new Watched(name, backend, share, nanoClock, isStarted)));
        }
    }

    /**
     * Starts asking, each backend on a thread of its own.
     *
     * @param nanoClock a clock that never runs backwards, in nanoseconds
     */
    public static PoolBackends start(Pool pool, BackendSettings settings, LongSupplier nanoClock) {
        return new PoolBackends(pool, settings, nanoClock, true);
    }

    /**
     * Starts asking for several pools.
     *
     * @param asked what to ask, by the pool's name
     * @param pools the pools
     * @throws IllegalArgumentException if a pool is not among them; nobody is asked then
     */
    public static Map<String, PoolBackends> startAll(
            Map<String, BackendSettings> asked, Pools pools, LongSupplier nanoClock) {
        for (String pool : asked.keySet()) {
            if (pools.find(pool) == null) {
                List<String> known = pools.all().stream().map(Pool::name).toList();
                throw new IllegalArgumentException("backends: " + pool + " (expected: one of " + known + ")");
            }
        }
        Map<String, PoolBackends> started = new LinkedHashMap<>();
        asked.forEach((name, settings) -> {
            Pool pool = pools.find(name);
            if (pool != null) {
                started.put(name, start(pool, settings, nanoClock));
            }
        });
        return started;
    }

    /** What is known of each backend now, by its name. */
    public synchronized Map<String, BackendWatch.Known> known() {
        Map<String, BackendWatch.Known> known = new LinkedHashMap<>();
        watched.forEach(one -> known.put(one.name, one.watch.known()));
        return known;
    }

    /** Asks all of them once, on this thread. */
    void ask() {
        List<Watched> all;
        synchronized (this) {
            all = List.copyOf(watched);
        }
        all.forEach(one -> one.watch.ask());
    }

    private synchronized void asked(Watched one) {
        if (isClosed) {
            return;
        }
        BackendWatch.Known known = one.watch.known();
        report(one, known);
        if (settings.isAdaptive()) {
            adapt(one, known);
        }
    }

    private void report(Watched one, BackendWatch.Known known) {
        boolean isSilent = known.problem().isPresent();
        if (isSilent && !one.isSilent) {
            LOG.log(
                    Level.WARNING,
                    "pool '" + pool.name() + "': " + one.name + " does not say how it is: "
                            + known.problem().get());
        } else if (!isSilent && one.isSilent) {
            LOG.log(Level.INFO, "pool '" + pool.name() + "': " + one.name + " says again how it is");
        }
        one.isSilent = isSilent;
    }

    private void adapt(Watched one, BackendWatch.Known known) {
        PoolSnapshot now = pool.snapshot();
        one.slots.atMost(share(watched.size()));
        if (known.age().compareTo(FORGOTTEN) > 0) {
            one.slots.forget();
        } else {
            // Who is held back by somebody else's limit as well has not shown that the backends have room for more.
            one.slots.step(known, now.running() >= Math.min(limit, now.slots()));
        }
        int sum = watched.stream().mapToInt(backend -> backend.slots.slots()).sum();
        if (sum != limit) {
            limit = sum;
            pool.limitSlots(SOURCE, sum);
        }
    }

    /** Each one's part of the pool's slots, rounded up: together they never have fewer. */
    private int share(int backends) {
        return Math.max(1, (pool.settings().slots() + backends - 1) / backends);
    }

    /** Stops asking; the pool may use all its slots again. */
    @Override
    public void close() {
        List<Watched> all;
        synchronized (this) {
            isClosed = true;
            all = List.copyOf(watched);
        }
        all.forEach(one -> one.watch.close());
        if (settings.isAdaptive()) {
            pool.limitSlots(SOURCE, Integer.MAX_VALUE);
        }
    }
}
