// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Backends that can take each other's requests. Immutable.
 *
 * @param name its name
 * @param backends the backends; at least one
 * @param aliases other names of models: what the backends' models are looked up by instead
 * @param headers what the backends are told besides the request
 * @param timeouts how long each step may take
 * @param choice which backend gets a request
 * @param health how backends are found to be down
 * @param retry when a request is tried again
 * @param breaker when a backend that fails is left alone
 * @param holdsWhenDown whether the pools hold their queues while no backend is available, instead of refusing
 * @param then where requests go on that this group could not serve, in that order
 */
public record UpstreamGroup(
        String name,
        List<Backend> backends,
        Map<String, String> aliases,
        Headers headers,
        Timeouts timeouts,
        Choice choice,
        Health health,
        Retry retry,
        Breaker breaker,
        boolean holdsWhenDown,
        List<Next> then) {

    /** Copies the collections. */
    public UpstreamGroup {
        if (backends.isEmpty()) {
            throw new IllegalArgumentException("upstreams." + name + ".backends: none (expected: at least one)");
        }
        backends = List.copyOf(backends);
        aliases = Map.copyOf(aliases);
        then = List.copyOf(then);
    }

    /** One backend, with nothing special about it. */
    public static UpstreamGroup of(URI url) {
        return new UpstreamGroup(
                UpstreamGroups.DEFAULT,
                List.of(Backend.of(UpstreamGroups.DEFAULT + "-1", url)),
                Map.of(),
                Headers.NONE,
                Timeouts.DEFAULT,
                Choice.LEAST_LOADED,
                Health.OFF,
                Retry.DEFAULT,
                Breaker.OFF,
                false,
                List.of());
    }

    /** The same with other backends. */
    public UpstreamGroup withBackends(List<Backend> others) {
        return new UpstreamGroup(
                name, others, aliases, headers, timeouts, choice, health, retry, breaker, holdsWhenDown, then);
    }

    /** The addresses of its backends. */
    public List<URI> urls() {
        return backends.stream().map(Backend::url).toList();
    }

    /** How many requests its backends serve at once, or 0 if they do not say. */
    public int slots() {
        return backends.stream().mapToInt(Backend::slots).sum();
    }

    /** Whether something of the body decides where a request goes. */
    public boolean readsBodies() {
        return !aliases.isEmpty()
                || choice.isSticky()
                || backends.stream().anyMatch(backend -> !backend.models().isEmpty())
                || then.stream().anyMatch(next -> next.model().isPresent());
    }

    /**
     * One backend.
     *
     * @param name what operators and clients know it by
     * @param url its address
     * @param weight its share beside others; from 1
     * @param slots how many requests it serves at once, or 0 if that is not said
     * @param models what it serves, by the names that clients use, with its own names for them; empty for anything
     * @param key its API key
     * @param drains whether it gets no new requests
     */
    public record Backend(
            String name,
            URI url,
            int weight,
            int slots,
            Map<String, String> models,
            Optional<Secret> key,
            boolean drains) {
        /** Copies the map. */
        public Backend {
            models = Map.copyOf(models);
        }

        /** A backend with nothing special about it. */
        public static Backend of(String name, URI url) {
            return new Backend(name, url, 1, 0, Map.of(), Optional.empty(), false);
        }
    }

    /**
     * What backends are told besides the request.
     *
     * @param keyHeader the header field that carries a backend's key
     * @param forwardClientKey whether the client's own credential is passed on
     * @param forwardHost whether the client's {@code Host} is passed on
     */
    public record Headers(String keyHeader, boolean forwardClientKey, boolean forwardHost) {
        /** {@code Authorization: Bearer}, and nothing of the client's. */
        public static final Headers NONE = new Headers("Authorization", false, false);
    }

    /**
     * Which backend gets a request: the one with the fewest for its weight, or, with a sticky prefix, the one that has
     * seen the beginning of the prompt before, as long as it has not much more to do than the others.
     *
     * @param stickyBytes how much of the prompt's beginning decides, or 0 for none of it
     * @param balance how many times its fair share a backend may have before the next one is taken
     */
    public record Choice(int stickyBytes, double balance) {
        /** By load alone. */
        public static final Choice LEAST_LOADED = new Choice(0, 1.25);

        /** Whether the prompt decides. */
        public boolean isSticky() {
            return stickyBytes > 0;
        }
    }

    /**
     * How backends are found to be down, and up again.
     *
     * @param path what is asked for
     * @param every how often, zero for never
     * @param within how long an answer may take
     * @param downAfter after how many failures in a row, of checks or of connections, it is down
     * @param upAfter after how many good checks in a row it is up
     * @param slowStart over which time it then gets its full share again
     */
    public record Health(String path, Duration every, Duration within, int downAfter, int upAfter, Duration slowStart) {
        /** Every 5 s at {@code /health}. */
        public static final Health DEFAULT =
                new Health("/health", Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 2, Duration.ofSeconds(30));
        /** Never. */
        public static final Health OFF =
                new Health("/health", Duration.ZERO, Duration.ofSeconds(2), 3, 2, Duration.ZERO);

        /** Whether backends are asked at all. */
        public boolean isOn() {
            return !every.isZero();
        }
    }

    /** What a request is tried again after, as long as nothing of an answer has reached its client. */
    public enum Cause {
        /** The backend did not accept a connection. */
        CONNECT(false),
        /** It closed the connection, or sent something that is not HTTP, before its answer began. */
        CLOSED(true),
        /** It said that it is busy: 429, 503, 529. */
        BUSY(false),
        /** It said that it failed: 500, 502, 504. */
        FAILED(true),
        /** It did not begin to answer in time. */
        TIMEOUT(true),
        /** It began a stream whose first event says that it is busy. */
        STREAM_ERROR(false);

        private final boolean mayHaveBegun;

        Cause(boolean mayHaveBegun) {
            this.mayHaveBegun = mayHaveBegun;
        }

        /** Whether the backend may have begun with the request, and done a part of it, or all. */
        public boolean mayHaveBegun() {
            return mayHaveBegun;
        }
    }

    /**
     * When a request is tried again.
     *
     * @param most how often, in one group; 0 for never
     * @param causes after what
     * @param repeatable the paths, each whole or its beginning followed by {@code /*}, whose requests only compute:
     *     those may be sent again even where a backend may have begun with them, whatever their method is
     * @param budgetPercent how many retries there may be for a hundred requests
     * @param budgetLeast how many a second there may be anyway
     * @param backoff how long at most before the first retry at a backend that has been tried; doubled each time
     * @param longestBackoff how long at most before any
     * @param peekBytes how much of a stream's beginning is looked at before its client gets it
     * @param peekWithin how long at most the head of a stream is held back for that
     */
    public record Retry(
            int most,
            Set<Cause> causes,
            List<String> repeatable,
            int budgetPercent,
            int budgetLeast,
            Duration backoff,
            Duration longestBackoff,
            int peekBytes,
            Duration peekWithin) {
        /** Twice, within a budget of 20 %. */
        public static final Retry DEFAULT = new Retry(
                2,
                Set.of(Cause.CONNECT, Cause.CLOSED, Cause.BUSY, Cause.STREAM_ERROR),
                List.of(
                        "/v1/chat/completions",
                        "/v1/completions",
                        "/v1/embeddings",
                        "/v1/messages",
                        "/v1/responses",
                        "/v1/rerank",
                        "/api/chat",
                        "/api/generate",
                        "/api/embed"),
                20,
                3,
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                4096,
                Duration.ofMillis(500));

        /** Copies the collections. */
        public Retry {
            causes = Set.copyOf(causes);
            repeatable = List.copyOf(repeatable);
        }

        /** Whether what is asked for at a path may be done twice. */
        public boolean isRepeatable(String path) {
            return repeatable.stream()
                    .anyMatch(known -> known.endsWith("/*")
                            ? path.startsWith(known.substring(0, known.length() - 1))
                            : path.equals(known));
        }
    }

    /**
     * When a backend that fails is left alone.
     *
     * @param failurePercent from which share of failures on; 0 for never
     * @param slowPercent from which share of slow answers on
     * @param slow an answer that begins later is slow
     * @param window how many answers count
     * @param least how many there must be
     * @param open for how long it is left alone
     * @param probes how many requests it then gets to prove itself
     */
    public record Breaker(
            int failurePercent, int slowPercent, Duration slow, int window, int least, Duration open, int probes) {
        /** Half of the last 50. */
        public static final Breaker DEFAULT =
                new Breaker(50, 100, Duration.ofMinutes(2), 50, 20, Duration.ofSeconds(10), 3);
        /** Never. */
        public static final Breaker OFF = new Breaker(0, 100, Duration.ofMinutes(2), 50, 20, Duration.ofSeconds(10), 3);

        /** Whether there is one. */
        public boolean isOn() {
            return failurePercent > 0;
        }
    }

    /**
     * Where requests go on.
     *
     * @param group the name of a group
     * @param model what they name as their model from then on, if that changes
     */
    public record Next(String group, Optional<String> model) {}
}
