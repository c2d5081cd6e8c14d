// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.QuotaNotices;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.admission.Pool;
import io.anteroom.backend.BackendSettings;
import io.anteroom.backend.BackendWatch;
import io.anteroom.event.Events;
import io.anteroom.event.QueueListener;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.PoolBackend;
import io.anteroom.gateway.config.GatewayConfig.Threads;
import io.anteroom.gateway.config.GatewayConfig.Waiting;
import io.anteroom.gateway.proxy.UpstreamProxy;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.Upstreams;
import io.anteroom.hazelcast.NodeView;
import io.anteroom.net.TrustedProxies;
import io.anteroom.rate.RateLimits;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.WaitStrategy;
import io.anteroom.settings.SettingsDesk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A running gateway: the filter with its pools, the proxy behind it, and the server around both. */
public final class Gateway implements AutoCloseable {
    /** How long clients may take for the error that ends what is cut off. */
    private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

    private final GatewayConfig config;
    private final Events events;
    private final Clustering clustering;
    private final Anteroom anteroom;
    private final Operations operations;
    private final Upstreams upstreams;
    private final UpstreamProxy proxy;
    private final JettyServer server;
    private final @Nullable AccessLog log;
    private final @Nullable Tracing tracing;
    private volatile Duration lastMoment = LAST_MOMENT;

    private Gateway(
            GatewayConfig config, QueueListener listener, Events events, Clustering clustering, Duration looksEvery)
            throws IOException {
        this.config = config;
        this.events = events;
        this.clustering = clustering;
        tracing = config.operator()
                .telemetry()
                .tracing()
                .map(settings -> new Tracing(settings, events))
                .orElse(null);
        log = config.log().access() ? new AccessLog(config.log(), this::callerName) : null;
        if (log != null) {
            events.subscribe(log);
        }
        events.subscribe(listener);
        anteroom = anteroom(config, clustering, events);
        TrustedProxies trusted = TrustedProxies.of(config.trustedProxies());
        upstreams = new Upstreams(config.upstream(), Surroundings.real(new BackendReadings(config, anteroom), events));
        operations = new Operations(config, anteroom, upstreams, clustering, events, looksEvery);
        upstreams.link(anteroom.pools()::all);
        proxy = new UpstreamProxy(upstreams, limits(config), trusted::trusts);
        server = new JettyServer(config, List.of(new AnteroomFilter(anteroom)), proxy, log, this::mayComeIn);
    }

    /** Starts a gateway. */
    public static Gateway start(GatewayConfig config) throws IOException {
        return start(config, event -> {});
    }

    /** Starts a gateway that tells what happens to each request. */
    public static Gateway start(GatewayConfig config, QueueListener listener) throws IOException {
        return start(config, listener, Operations.LOOKS_EVERY);
    }

    /** The same with another pause between looks at what is stored: a test's. */
    static Gateway start(GatewayConfig config, QueueListener listener, Duration looksEvery) throws IOException {
        checkHost("listen.host", config.listen().host());
        checkHost("admin.host", config.operator().admin().host());
        Events events = new Events();
        Clustering clustering = Clustering.join(config.operator().cluster(), events);
        Gateway gateway;
        try {
            gateway = new Gateway(config, listener, events, clustering, looksEvery);
        } catch (IOException | RuntimeException e) {
            clustering.close();
            throw e;
        }
        try {
            gateway.server.start();
            gateway.operations.start();
        } catch (IOException | RuntimeException e) {
            gateway.release();
            throw e;
        }
        return gateway;
    }

    /** Before anything is opened: what has no address cannot be listened at. */
    private static void checkHost(String key, String host) throws IOException {
        if (new InetSocketAddress(host, 0).isUnresolved()) {
            throw new IOException(
                    key + ": " + host + " (expected: an address of this machine, or a name that has one)");
        }
    }

    private boolean mayComeIn(Identity caller) {
        return callers().of(Optional.of(caller)).access() == CallerPolicy.Access.OPEN;
    }

    private static UpstreamProxy.Limits limits(GatewayConfig config) {
        return new UpstreamProxy.Limits(
                config.waiting().maxBufferedBody(),
                config.listen().slowestBody(),
                UpstreamProxy.Limits.DEFAULT.paceWindow());
    }

    private static Anteroom anteroom(GatewayConfig config, Clustering clustering, Events events) {
        Waiting waiting = config.waiting();
        Anteroom.Builder builder = Anteroom.builder()
                .settings(config.settings())
                .trustedProxies(config.trustedProxies())
                .maxBufferedBody(waiting.maxBufferedBody())
                .commitAfter(waiting.commitAfter())
                .heartbeat(waiting.heartbeat())
                .writeIdle(waiting.writeIdle())
                .places(waiting.places())
                .protocol(config.protocol())
                .tickets(waiting.tickets())
                .waitStrategy(config.listen().threads() == Threads.VIRTUAL ? WaitStrategy.AUTO : WaitStrategy.ASYNC)
                .rateListener(new QuotaNotices(events))
                .listener(events);
        clustering.applyTo(builder);
        config.backends().forEach((pool, backend) -> builder.backends(pool, settings(backend)));
        config.fallbacks().forEach((pool, fallback) -> builder.fallback(pool, fallback.how()));
        return builder.build();
    }

    private static BackendSettings settings(PoolBackend backend) {
        BackendSettings settings = BackendSettings.of(
                        backend.kind(), backend.urls().toArray(URI[]::new))
                .every(backend.every());
        return backend.adaptiveSlots() ? settings.adaptive(backend.minSlots()) : settings;
    }

    private @Nullable String callerName(String flow) {
        return Observability.callerName(anteroom, flow);
    }

    /** What a pool's backends say of themselves, by their address. */
    public Map<String, BackendWatch.Known> backends(String pool) {
        return anteroom.backends(pool);
    }

    /** The groups of backends, which can be changed while it runs. */
    public Upstreams upstreams() {
        return upstreams;
    }

    /** Where it listens. */
    public URI uri() {
        return URI.create("http://" + config.listen().host() + ":" + server.port());
    }

    /** The callers that are known, which can be changed while it runs. */
    public Callers callers() {
        return anteroom.parts().callers();
    }

    /** Where its settings are edited. */
    public SettingsDesk desk() {
        return operations.desk();
    }

    /** What sends its webhooks, unless something hinders that. */
    public Optional<Webhooks> webhooks() {
        return operations.webhooks();
    }

    /** Where it keeps what outlives it, if it keeps anything. */
    public Optional<Database> database() {
        return operations.database();
    }

    /** What operators say of backends. */
    DrainKeeper drains() {
        return operations.drains();
    }

    /** Where operators come in, if they do. */
    public Optional<URI> adminUri() {
        return operations.uri();
    }

    /** How its queues fared, if operators can come in to ask. */
    public Optional<Analytics> analytics() {
        return operations.analytics();
    }

    /** The nodes of its cluster, itself among them; none if it is alone. */
    public List<NodeView> nodes() {
        return clustering.nodes();
    }

    /** What happens here: to requests, and what else deserves attention. */
    public Events events() {
        return events;
    }

    /** The rate limits and budgets, which can be changed while it runs. */
    public RateLimits rates() {
        return anteroom.rates();
    }

    /**
     * How long clients may take for the error that ends what is cut off: a test's, which a busy machine must not fail.
     */
    void lastMoment(Duration longest) {
        lastMoment = longest;
    }

    /** A pool by its name. */
    public Pool pool(String name) {
        return anteroom.pool(name);
    }

    /**
     * Stops in good order: tells load balancers, refuses newcomers, answers everybody who waits, gives those who run
     * their time, and then closes.
     *
     * @return whether everybody who ran has ended in time
     */
    public boolean stop() {
        long began = System.nanoTime();
        Duration drain = config.shutdown().drain();
        server.unready();
        proxy.drain();
        boolean isServed = anteroom.drain(drain);
        // Those without a slot are known to nobody else.
        isServed &= proxy.awaitEnd(drain.minusNanos(System.nanoTime() - began));
        end(isServed);
        return isServed;
    }

    /** Stops without giving anybody time. */
    @Override
    public void close() {
        server.unready();
        anteroom.close();
        end(false);
    }

    private void end(boolean isServed) {
        try {
            proxy.stop(lastMoment);
            server.stop(isServed);
        } finally {
            release();
        }
    }

    private void release() {
        operations.close();
        anteroom.close();
        clustering.close();
        if (log != null) {
            log.close();
        }
        if (tracing != null) {
            tracing.close();
        }
    }
}
