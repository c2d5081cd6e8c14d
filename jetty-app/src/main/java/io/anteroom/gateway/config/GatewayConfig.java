// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.backend.BackendKind;
import io.anteroom.gateway.idempotency.IdempotencySettings;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.TicketSettings;
import io.anteroom.settings.Retention;
import io.anteroom.settings.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the gateway is told: the content of {@code anteroom.yaml}, checked. Immutable.
 *
 * @param listen where clients come in
 * @param upstream where requests go: groups of backends
 * @param pools the pools by name
 * @param backends how the backends of a pool are asked how they are, by the name of the pool
 * @param fallbacks where requests of a pool go on when their longest wait is over, by the name of the pool
 * @param routes which requests take a slot of which pool, the first that fits; others pass without waiting
 * @param models pools by model, stronger than the routes: {@code exact}, {@code prefix*} or {@code *}
 * @param callers the callers that are known by their keys, their groups, and what all others may do
 * @param limits the rate limits and budgets for everybody
 * @param trustedProxies the networks whose {@code X-Forwarded-For} is believed
 * @param waiting how requests wait
 * @param protocol what clients are told, and how
 * @param shutdown how long a stop takes
 * @param log what is written down
 * @param retention how much of the past is kept
 * @param operator how it is operated
 */
public record GatewayConfig(
        Listen listen,
        UpstreamGroups upstream,
        Map<String, PoolSettings> pools,
        Map<String, PoolBackend> backends,
        Map<String, PoolFallback> fallbacks,
        List<Route> routes,
        Map<String, String> models,
        Callers.Snapshot callers,
        RateSettings limits,
        List<String> trustedProxies,
        Waiting waiting,
        ProtocolSettings protocol,
        Shutdown shutdown,
        Log log,
        Retention retention,
        OperatorConfig operator) {

    /** Copies the collections, keeping their order. */
    public GatewayConfig {
        routes = List.copyOf(routes);
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** The same with another place to listen. */
    public GatewayConfig withListen(Listen listen) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /** The same with another log. */
    public GatewayConfig withLog(Log log) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /** The same with another way to wait. */
    public GatewayConfig withWaiting(Waiting waiting) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /** The same with other limits. */
    public GatewayConfig withLimits(RateSettings limits) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /** The same with other known callers. */
    public GatewayConfig withCallers(Callers.Snapshot callers) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /** The same operated otherwise. */
    public GatewayConfig withOperator(OperatorConfig operator) {
        return new GatewayConfig(
                listen,
                upstream,
                pools,
                backends,
                fallbacks,
                routes,
                models,
                callers,
                limits,
                trustedProxies,
                waiting,
                protocol,
                shutdown,
                log,
                retention,
                operator);
    }

    /**
     * What of it can be edited while requests are under way, as one document.
     *
     * @throws io.anteroom.settings.SettingsException if it does not fit together, which a file that was read does
     */
    public Settings settings() {
        Map<String, String> paths = new LinkedHashMap<>();
        routes.forEach(route -> paths.put(route.path(), route.pool()));
        Callers.Snapshot known = waiting.strangersMayRaise()
                ? callers.withOthers(callers.others().withHighestPriority(Priority.CRITICAL))
                : callers;
        return new Settings(pools, paths, models, known, limits, retention, operator.notices());
    }

    /**
     * Where clients come in, and what they may send.
     *
     * @param host the address; loopback unless told otherwise
     * @param port the port, 0 for a free one
     * @param http2 whether HTTP/2 without TLS is spoken besides HTTP/1.1
     * @param threads what runs the requests
     * @param maxConnections how many may be open at once
     * @param maxHead the largest request head
     * @param headWithin how long a head may take
     * @param idle after which a connection without a request is closed
     * @param maxBody the largest request body
     * @param slowestBody how many bytes of a body that is too large to be kept must come in a second; 0 for any number
     * @param idempotency which requests get the answer of the one that they repeat
     */
    public record Listen(
            String host,
            int port,
            boolean http2,
            Threads threads,
            int maxConnections,
            int maxHead,
            Duration headWithin,
            Duration idle,
            long maxBody,
            long slowestBody,
            IdempotencySettings idempotency) {
        /** The same at another port. */
        public Listen withPort(int port) {
            return new Listen(
                    host,
                    port,
                    http2,
                    threads,
                    maxConnections,
                    maxHead,
                    headWithin,
                    idle,
                    maxBody,
                    slowestBody,
                    idempotency);
        }
    }

    /** What runs the requests. */
    public enum Threads {
        /** A small pool; requests wait and stream without a thread. */
        ASYNC,
        /** A virtual thread for each request, on JDK 21 and newer. */
        VIRTUAL
    }

    /**
     * How a pool's backends are asked how they are.
     *
     * @param kind what they are
     * @param urls their base addresses
     * @param every from one question to the next
     * @param adaptiveSlots whether the pool uses only as many slots as they have room for
     * @param minSlots how many slots each keeps whatever it says
     */
    public record PoolBackend(BackendKind kind, List<URI> urls, Duration every, boolean adaptiveSlots, int minSlots) {
        /** Copies the list. */
        public PoolBackend {
            urls = List.copyOf(urls);
        }
    }

    /**
     * Where requests of a pool go on, outside of its slots, when their longest wait is over.
     *
     * @param how its name, its model, and whether it is for those who do not say
     * @param upstream where they go; the pool's own group if that is not said
     */
    public record PoolFallback(Fallback how, Optional<UpstreamGroup> upstream) {}

    /**
     * How long a backend may take.
     *
     * @param connect to accept a connection
     * @param firstByte to begin its answer: the time to the first token, so it is long
     * @param idle between two pieces of its answer
     * @param total for everything; zero for no limit
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total) {
        /** 5 s, 10 minutes, 5 minutes, no limit. */
        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofMinutes(5), Duration.ZERO);
    }

    /** A credential, never shown. */
    public static final class Secret {
        private final String value;

        /** Keeps the value. */
        public Secret(String value) {
            this.value = value;
        }

        /** The credential itself. */
        public String value() {
            return value;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Secret secret && secret.value.equals(value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }

        @Override
        public String toString() {
            return "secret";
        }
    }

    /**
     * Which requests take a slot.
     *
     * @param path a path, or its beginning followed by {@code /*}
     * @param pool the pool's name
     */
    public record Route(String path, String pool) {}

    /**
     * How requests wait.
     *
     * @param commitAfter when a waiting stream is told its position for the first time
     * @param heartbeat how often it is told at least
     * @param writeIdle how long a client may leave its answer unread
     * @param maxBufferedBody the largest body that is kept in memory while its request waits
     * @param strangersMayRaise whether callers without an entry may ask for a higher level than normal
     * @param places how requests wait whose clients cannot be told anything
     * @param tickets tickets, and the resources at which clients ask how it stands
     */
    public record Waiting(
            Duration commitAfter,
            Duration heartbeat,
            Duration writeIdle,
            int maxBufferedBody,
            boolean strangersMayRaise,
            PlaceSettings places,
            TicketSettings tickets) {}

    /**
     * How long a stop takes at most.
     *
     * @param drain for those who run
     */
    public record Shutdown(Duration drain) {}

    /**
     * What is written down.
     *
     * @param access whether each request gets a line
     * @param file where the lines go, else to standard output
     * @param level what is told of the gateway itself
     * @param format how a line of a request looks
     */
    public record Log(boolean access, Optional<Path> file, String level, LogFormat format) {
        /** Nothing but warnings. */
        public static final Log QUIET = new Log(false, Optional.empty(), "warn", LogFormat.TEXT);
    }

    /** How a line of the access log looks. */
    public enum LogFormat {
        /** As {@code key=value} with a blank between. */
        TEXT,
        /** As a JSON object. */
        JSON
    }
}
