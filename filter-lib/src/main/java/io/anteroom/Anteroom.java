// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Pools;
import io.anteroom.backend.BackendSettings;
import io.anteroom.backend.BackendWatch;
import io.anteroom.backend.PoolBackends;
import io.anteroom.event.QueueListener;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.rate.BucketStore;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateListener;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerResolver;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.DoorSettings;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.FrontDoor;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.PolicySource;
import io.anteroom.servlet.Requests;
import io.anteroom.servlet.Routes;
import io.anteroom.servlet.TicketSettings;
import io.anteroom.servlet.WaitStrategy;
import io.anteroom.settings.LiveParts;
import io.anteroom.settings.Settings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM runs of Anteroom: its pools, and the door before them. One of these can serve any number of
 * {@link AnteroomFilter}s. Safe from any thread.
 */
public final class Anteroom implements AutoCloseable {
    private final Pools pools;
    private final boolean ownsPools;
    private final FrontDoor door;
    private final Map<String, PoolBackends> backends = new LinkedHashMap<>();
    private final RateLimits rates;
    private final @Nullable LiveParts parts;

    private Anteroom(Pools pools, boolean ownsPools, FrontDoor door, RateLimits rates, @Nullable LiveParts parts) {
        this.pools = pools;
        this.ownsPools = ownsPools;
        this.door = door;
        this.rates = rates;
        this.parts = parts;
    }

    /** Begins to describe an anteroom. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A pool by name.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Pool pool(String name) {
        Pool pool = pools.find(name);
        if (pool == null) {
            throw new IllegalArgumentException("pool: " + name + " (expected: one of "
                    + pools.all().stream().map(Pool::name).toList() + ")");
        }
        return pool;
    }

    /** All pools. */
    public Pools pools() {
        return pools;
    }

    /**
     * What a pool's backends say of themselves, by name and with how old that is; empty if none were given for it.
     *
     * @throws IllegalArgumentException if there is no pool of that name
     */
    public Map<String, BackendWatch.Known> backends(String pool) {
        PoolBackends known = backends.get(pool(pool).name());
        return known == null ? Map.of() : known.known();
    }

    /** The rate limits and budgets, which can be changed while requests are under way. */
    public RateLimits rates() {
        return rates;
    }

    /**
     * What a {@code SettingsDesk} edits.
     *
     * @throws IllegalStateException if this was not built from {@link Builder#settings}
     */
    public LiveParts parts() {
        if (parts == null) {
            throw new IllegalStateException("no settings to edit (expected: an anteroom built from settings)");
        }
        return parts;
    }

    /** What is known of the requests that wait. */
    public Requests requests() {
        return door.requests();
    }

    FrontDoor door() {
        return door;
    }

    /**
     * Prepares the end of this server: newcomers are refused with 503 {@code shutting_down}, everybody who waits is
     * answered the same at once, and those who run are given time. Nothing is admitted afterwards. Pools that are
     * shared with other servers go on there.
     *
     * @param timeout how long to wait for those who run
     * @return whether all have ended
     */
    public boolean drain(Duration timeout) {
        return door.drain(timeout);
    }

    /** Drains without waiting for those who run, and closes the pools unless they were given to the builder. */
    @Override
    public void close() {
        backends.values().forEach(PoolBackends::close);
        door.close();
        if (ownsPools) {
            pools.close();
        }
    }

    /** Describes an {@link Anteroom}. Not thread-safe. */
    public static final class Builder {
        private final Map<String, PoolSettings> poolSettings = new LinkedHashMap<>();
        private final Map<String, String> paths = new LinkedHashMap<>();
        private final Map<String, String> models = new LinkedHashMap<>();
        private final Map<String, BackendSettings> backends = new LinkedHashMap<>();
        private @Nullable Pools pools;
        private CallerResolver callers = CallerResolver.API_KEY;
        private @Nullable Callers known;
        private PolicySource policies = identity -> CallerPolicy.DEFAULT;
        private RateSettings limits = RateSettings.NONE;
        private RateListener rateListener = RateListener.NOBODY;
        private @Nullable BucketStore buckets;
        private TrustedProxies proxies = TrustedProxies.NONE;
        private int maxBufferedBody = 1 << 20;
        private Duration commitAfter = Duration.ofSeconds(10);
        private Duration heartbeat = Duration.ofSeconds(10);
        private Duration writeIdle = Duration.ofSeconds(60);
        private WaitStrategy waitStrategy = WaitStrategy.AUTO;
        private boolean forceQueue;
        private boolean probe = true;
        private ProtocolSettings protocol = ProtocolSettings.DEFAULT;
        private PlaceSettings places = PlaceSettings.DEFAULT;
        private TicketSettings tickets = TicketSettings.DEFAULT;
        private final Map<String, Fallback> fallbacks = new LinkedHashMap<>();
        private QueueListener listener = DoorSettings.NOBODY;

        private Builder() {}

        /** Adds a pool. At least one is needed; the first is where requests without a route of their own go. */
        public Builder pool(String name, PoolSettings settings) {
            poolSettings.put(name, settings);
            return this;
        }

        /**
         * Takes pools, routes, callers and limits from a document, which can be edited later: see {@link #parts()}.
         * What it has no route for passes without waiting.
         */
        public Builder settings(Settings settings) {
            poolSettings.putAll(settings.pools());
            paths.putAll(settings.routes());
            models.putAll(settings.models());
            known = new Callers(settings.callers());
            return policies(known).limits(settings.limits());
        }

        /**
         * Sends the requests of a path to a pool. With any route, requests that match none go straight through; without
         * one, every request goes to the first pool.
         *
         * @param path {@code /exact}, {@code /prefix/*} or {@code *}, inside the web application
         * @param pool the name of a pool
         */
        public Builder route(String path, String pool) {
            paths.put(path, pool);
            return this;
        }

        /**
         * Sends the requests for a model to a pool, whatever pool their path leads to.
         *
         * @param model {@code exact}, {@code prefix*} or {@code *}: the {@code model} of a JSON body, or else the
         *     header field {@code Queue-Model}
         * @param pool the name of a pool
         */
        public Builder routeModel(String model, String pool) {
            models.put(model, pool);
            return this;
        }

        /** Says who sends a request; by default {@link CallerResolver#API_KEY}. */
        public Builder callers(CallerResolver callers) {
            this.callers = callers;
            return this;
        }

        /** Gives all callers one policy; by default {@link CallerPolicy#DEFAULT}. */
        public Builder policy(CallerPolicy policy) {
            return policies(identity -> policy);
        }

        /** Says what each caller may ask for. */
        public Builder policies(PolicySource policies) {
            this.policies = policies;
            return this;
        }

        /** Limits how much callers may use; by default they may use anything. */
        public Builder limits(RateSettings limits) {
            this.limits = limits;
            return this;
        }

        /** Is told when a soft limit of a budget is reached; by default nobody. */
        public Builder rateListener(RateListener listener) {
            this.rateListener = listener;
            return this;
        }

        /** Keeps the buckets of the rate limits there; by default in this JVM. */
        public Builder buckets(BucketStore store) {
            this.buckets = store;
            return this;
        }

        /** The proxies whose {@code Forwarded} and {@code X-Forwarded-For} count, as IP blocks; by default none. */
        public Builder trustedProxies(List<String> cidrs) {
            proxies = TrustedProxies.of(cidrs);
            return this;
        }

        /** The largest body that is kept while its request waits, in bytes; by default 1 MiB. */
        public Builder maxBufferedBody(int bytes) {
            maxBufferedBody = bytes;
            return this;
        }

        /** How long a stream waits before its answer is begun with comments; by default 10 s, at most 45 s. */
        public Builder commitAfter(Duration commitAfter) {
            this.commitAfter = commitAfter;
            return this;
        }

        /** How long a begun stream is silent at most; by default 10 s. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = heartbeat;
            return this;
        }

        /** How long one write to a client may take before it is cut off; by default 60 s. */
        public Builder writeIdle(Duration writeIdle) {
            this.writeIdle = writeIdle;
            return this;
        }

        /** How long requests are held in silence, and how their places are kept after that. */
        public Builder places(PlaceSettings places) {
            this.places = places;
            return this;
        }

        /**
         * Where the requests of a pool go on, outside of its slots, whose longest wait is over, or would be: those that
         * ask for it ({@code Queue-On-Timeout: fallback}), and where it is the default those that do not say.
         */
        public Builder fallback(String pool, Fallback fallback) {
            fallbacks.put(pool, fallback);
            return this;
        }

        /** Tickets, and where clients ask how it stands; {@link TicketSettings#OFF} for none of that. */
        public Builder tickets(TicketSettings tickets) {
            this.tickets = tickets;
            return this;
        }

        /** How requests wait; by default {@link WaitStrategy#AUTO}. */
        public Builder waitStrategy(WaitStrategy waitStrategy) {
            this.waitStrategy = waitStrategy;
            return this;
        }

        /** Sends every request the way of those that wait, so that tests find what that changes; by default off. */
        public Builder forceQueue(boolean forceQueue) {
            this.forceQueue = forceQueue;
            return this;
        }

        /** Whether Linux is asked for clients that left while they wait in silence; by default on, where it can be. */
        public Builder probe(boolean probe) {
            this.probe = probe;
            return this;
        }

        /**
         * What clients are told, and how: the status mode of those who do not say it, statuses of refusals, the
         * direction of the engines' priority, aliases of paths; by default {@link ProtocolSettings#DEFAULT}.
         */
        public Builder protocol(ProtocolSettings protocol) {
            this.protocol = protocol;
            return this;
        }

        /** How clients of streams are told their standing that do not say it themselves; by default in comments. */
        public Builder status(StatusMode mode) {
            return protocol(protocol.withStatus(mode));
        }

        /** Uses these pools, which stay open when this is closed; by default pools of this JVM. */
        public Builder pools(Pools pools) {
            this.pools = pools;
            return this;
        }

        /** Says which backends stand behind a pool, so that they are asked how they are; by default none. */
        public Builder backends(String pool, BackendSettings settings) {
            backends.put(pool, settings);
            return this;
        }

        /** Is told what happens to each request; by default nobody. */
        public Builder listener(QueueListener listener) {
            this.listener = listener;
            return this;
        }

        /**
         * Opens the pools and the door.
         *
         * @throws IllegalArgumentException if something is missing or out of bounds, as {@code key: value (expected:
         *     ...)}
         */
        public Anteroom build() {
            if (poolSettings.isEmpty()) {
                throw new IllegalArgumentException("pools: none (expected: at least one)");
            }
            Pools opened = pools != null ? pools : new LocalPools(System::nanoTime);
            try {
                RateLimits rates = RateLimits.over(buckets, limits, rateListener);
                DoorSettings settings = settings(opened, rates);
                LiveParts parts = known == null ? null : new LiveParts(opened, settings.routes(), known, rates);
                Anteroom anteroom = new Anteroom(opened, pools == null, new FrontDoor(settings), rates, parts);
                anteroom.backends.putAll(PoolBackends.startAll(backends, opened, System::nanoTime));
                return anteroom;
            } catch (IllegalArgumentException e) {
                if (pools == null) {
                    opened.close();
                }
                throw e;
            }
        }

        private DoorSettings settings(Pools opened, RateLimits rates) {
            poolSettings.forEach(opened::open);
            String first = poolSettings.keySet().iterator().next();
            Map<String, String> byPath = paths.isEmpty() && known == null ? Map.of("*", first) : paths;
            Routes routes = Routes.of(byPath, models, opened);
            return new DoorSettings(
                    routes,
                    callers,
                    policies,
                    rates,
                    proxies,
                    maxBufferedBody,
                    commitAfter,
                    heartbeat,
                    writeIdle,
                    waitStrategy,
                    forceQueue,
                    probe,
                    protocol,
                    places,
                    tickets,
                    fallbacks,
                    listener);
        }
    }
}
