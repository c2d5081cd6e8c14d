// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Pool;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.BadRequest;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.HeaderOptions;
import io.anteroom.protocol.Headers;
import io.anteroom.protocol.JsonBody;
import io.anteroom.protocol.Manner;
import io.anteroom.protocol.Options;
import io.anteroom.protocol.StatusMode;
import io.anteroom.protocol.TicketRequest;
import io.anteroom.rate.Allowance;
import io.anteroom.rate.Demand;
import io.anteroom.rate.Subject;
import io.anteroom.rate.Toll;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out what a request asks for: its caller, its options, its pool. Safe from any thread. */
final class AskReader {
    private final DoorSettings settings;
    private final Bodies bodies;

    AskReader(DoorSettings settings, Bodies bodies) {
        this.settings = settings;
        this.bodies = bodies;
    }

    /**
     * Reads a request, and its body if that is JSON within the bound. What comes to a model API is JSON, or is refused.
     *
     * @param alias the path that is meant, if it came to another, else null
     * @throws BadRequest if something in it cannot be read
     * @throws IOException if the client failed to send its body
     */
    Ask read(Fields fields, String id, Pool byPath, Dialect dialect, @Nullable String alias)
            throws BadRequest, IOException {
        HttpServletRequest request = fields.request();
        Optional<Identity> identity = identity(fields);
        CallerPolicy policy = admitted(policy(identity));
        Options options = HeaderOptions.read(fields::get);
        boolean hasBody = Bodies.mayHaveBody(fields);
        boolean isModelRequest = hasBody && dialect.isModelApi();
        BufferedBody body =
                isModelRequest ? bodies.readModelRequest(request) : hasBody ? bodies.readJson(request) : null;
        JsonBody.Content content = body != null && body.isWhole() ? JsonBody.read(body.bytes(), dialect) : null;
        if (isModelRequest && content == null && looksAtModels(policy)) {
            throw BadRequest.unknownModel(bodies.max());
        }
        String model = content == null ? null : content.model();
        boolean pays = settings.rates().concern(policy.allowance());
        if (model == null && !isModelRequest && (pays || settings.routes().hasModels())) {
            model = HeaderOptions.model(fields::get);
        }
        if (content != null) {
            options = content.options().or(options);
            if (!content.stream() && options.status() != StatusMode.WHITESPACE) {
                options = options.or(HeaderOptions.ofSilence(fields::get));
            }
        }
        Pool byModel = settings.routes().byModel(model);
        Pool pool = byModel != null ? byModel : byPath;
        long bytes = !hasBody ? 0 : body == null ? bodies.expectedBytes(request) : body.bytes().length;
        Grant grant = grant(caller(request, identity, policy), policy, options, pool, bytes);
        Manner manner = manner(fields, dialect, options, content, body != null);
        Toll toll = null;
        if (pays) {
            long size = hasBody && body == null ? Math.max(bytes, request.getContentLengthLong()) : bytes;
            Demand demand = Demand.ofBody(size, content == null ? -1 : content.maxOutput());
            toll = toll(payer(fields, grant.arrival()), pool, model, policy.allowance(), demand);
        }
        if (body != null && content != null) {
            body = body.forwarding(forwarded(content, dialect, pool, grant));
        }
        boolean isFixed = hasBody && (content == null || !content.isObject());
        Fallback fallback = fallback(pool, policy, options, isFixed);
        String ignored = Boolean.TRUE.equals(options.fallsBack()) && fallback == null
                ? Grant.also(grant.ignored(), "on-timeout")
                : grant.ignored();
        return new Ask(id, pool, grant.arrival(), manner, hasBody, body, toll, ignored, alias, fallback);
    }

    /**
     * Who asks.
     *
     * @param hasKey whether it is known by more than its address, which it may share with strangers
     */
    record Asker(Caller caller, boolean hasKey, CallerPolicy policy) {}

    /** Who asks, without looking at what for. */
    Asker asker(HttpServletRequest request) throws BadRequest {
        Optional<Identity> identity = identity(request);
        CallerPolicy policy = admitted(policy(identity));
        return new Asker(caller(request, identity, policy), identity.isPresent(), policy);
    }

    /** A request for a ticket alone. */
    Ask read(HttpServletRequest request, String id, Pool pool, TicketRequest wanted) throws BadRequest {
        Asker asker = asker(request);
        Options options = wanted.options().or(HeaderOptions.read(request::getHeader));
        Grant grant = grant(asker.caller(), asker.policy(), options, pool, 0);
        Allowance allowance = asker.policy().allowance();
        Toll toll = settings.rates().concern(allowance)
                ? toll(grant.arrival(), pool, wanted.model(), allowance, Demand.ofBody(0, -1))
                : null;
        return new Ask(
                id,
                pool,
                grant.arrival(),
                Manner.silent(Dialect.PLAIN),
                false,
                null,
                toll,
                grant.ignored(),
                null,
                null);
    }

    private boolean looksAtModels(CallerPolicy policy) {
        return settings.routes().hasModels() || settings.rates().lookAtModels(policy.allowance());
    }

    private Manner manner(
            Fields fields, Dialect dialect, Options options, JsonBody.@Nullable Content content, boolean isJson) {
        boolean streams = (content != null && content.stream()) || wantsEvents(fields);
        Manner manner = Manner.of(dialect, options.status(), settings.protocol().status(), streams, isJson);
        return content == null ? manner : manner.saying(content.model(), content.hasGateflow());
    }

    private byte[] forwarded(JsonBody.Content content, Dialect dialect, Pool pool, Grant grant) {
        EnginePriority engine = settings.protocol().engine(pool.name());
        return engine.forward(content.forwarded(), dialect, grant.arrival().priority(), content.number());
    }

    /** Where it may go on, if there is such a place; one that would need another body does not take a fixed one. */
    private @Nullable Fallback fallback(Pool pool, CallerPolicy policy, Options options, boolean isFixed) {
        Fallback fallback = settings.fallbacks().get(pool.name());
        boolean goesOn = fallback != null
                && fallback.isWanted(options.fallsBack())
                && policy.rights().mayFallback()
                && !(isFixed && fallback.model() != null);
        return goesOn ? fallback : null;
    }

    /** Before the body is read: one that is not let in costs as little as may be. */
    private static CallerPolicy admitted(CallerPolicy policy) throws BadRequest {
        switch (policy.access()) {
            case OPEN -> {}
            case DISABLED -> throw BadRequest.unauthorized("This API key is disabled.");
            case EXPIRED -> throw BadRequest.unauthorized("This API key has expired.");
            case UNKNOWN ->
                throw BadRequest.unauthorized(
                        "No known API key came with the request (expected: Authorization: Bearer, or x-api-key).");
        }
        return policy;
    }

    /** Resolvers of others get the request, as they may look at anything. */
    private Optional<Identity> identity(Fields fields) throws BadRequest {
        return settings.callers() instanceof ApiKeys keys ? keys.resolve(fields::get) : identity(fields.request());
    }

    private Optional<Identity> identity(HttpServletRequest request) throws BadRequest {
        try {
            return Objects.requireNonNull(settings.callers().resolve(request), "no answer");
        } catch (RuntimeException e) {
            throw unresolved("resolver of callers", e);
        }
    }

    private CallerPolicy policy(Optional<Identity> identity) throws BadRequest {
        try {
            return Objects.requireNonNull(settings.policies().of(identity), "no policy");
        } catch (RuntimeException e) {
            throw unresolved("source of policies", e);
        }
    }

    /** Code of the application's that fails before anybody has taken anything. */
    private static BadRequest unresolved(String what, RuntimeException failure) {
        Log.warn("a request is refused because the " + what + " failed: " + failure);
        Log.debug("the " + what + " failed", failure);
        return BadRequest.unknownCaller();
    }

    private Caller caller(HttpServletRequest request, Optional<Identity> identity, CallerPolicy policy) {
        String ip = clientAddress(request);
        String flow = identity.isPresent() ? identity.get().flow() : ip;
        return new Caller(flow, ip, policy.weight(), policy.limits());
    }

    private static Grant grant(Caller caller, CallerPolicy policy, Options options, Pool pool, long bytes) {
        Arrival arrival = Arrival.of(caller, policy.priority());
        return Grant.of(bytes == 0 ? arrival : arrival.withBytes(bytes), policy, options, pool);
    }

    /** Whoever comes with a ticket does not wait again, not for a bucket either. */
    private Arrival payer(Fields fields, Arrival arrival) {
        boolean hasTicket = settings.tickets().isOn() && fields.get(Headers.TICKET) != null;
        return hasTicket ? arrival.withoutQueueing() : arrival;
    }

    private @Nullable Toll toll(Arrival arrival, Pool pool, @Nullable String model, Allowance own, Demand demand) {
        Caller caller = arrival.caller();
        Duration asked = arrival.longestWait();
        Duration patience = !arrival.mayQueue()
                ? Duration.ZERO
                : asked != null
                        ? asked
                        : pool.settings().level(arrival.priority()).longestWait();
        Subject subject = Subject.of(caller.key(), caller.ip(), model, pool.name());
        return settings.rates().toll(subject, own, demand, patience);
    }

    private String clientAddress(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (settings.proxies().isEmpty()) {
            return TrustedProxies.group(peer);
        }
        return settings.proxies().client(peer, values(request, "Forwarded"), values(request, "X-Forwarded-For"));
    }

    private static List<String> values(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }

    /** Only a client that takes nothing else: one that names it among others may be answered with JSON. */
    private static boolean wantsEvents(Fields fields) {
        String accept = fields.get("Accept");
        return accept != null && accept.trim().equalsIgnoreCase("text/event-stream");
    }
}
