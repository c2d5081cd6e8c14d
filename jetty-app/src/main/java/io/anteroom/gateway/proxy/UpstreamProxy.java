// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.proxy.Running.Stay;
import io.anteroom.gateway.proxy.UpstreamProblem.Ended;
import io.anteroom.gateway.upstream.Group;
import io.anteroom.gateway.upstream.Upstreams;
import io.anteroom.protocol.Answer;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A streaming reverse proxy: no answer is buffered whole, no thread waits, and the backend is told when the client
 * goes.
 */
public final class UpstreamProxy extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int MANY = 100_000;
    private static final long LEAST_BUDGET = 64L << 20;
    /** Shorter than the keep-alive time of the usual model servers (5 s), so that they never close before we do. */
    private static final long POOLED_MILLIS = 4_000;

    /** Answers are carried by the threads that see them come, so that there is one for each processor. */
    private static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors());

    /** As much of a fast stream is read at once. */
    private static final int READ = 64 << 10;

    /** Shorter than what is usually waited for. */
    private static final long BEAT_MILLIS = 200;

    private static final Duration LONGEST_CONNECT = Duration.ofMinutes(2);

    private final transient Upstreams upstreams;
    private final transient HeaderRules rules;
    private final transient HttpClient http;
    private final transient Limits limits;
    private final long budget = Math.max(LEAST_BUDGET, Runtime.getRuntime().maxMemory() / 8);
    private final transient AtomicLong held = new AtomicLong();
    private final transient Running running = new Running();

    /**
     * What clients may do.
     *
     * @param replayable how much of a body is kept, so that it can be sent again
     * @param bodyPace how many bytes of a longer body must come in a second; 0 for any number
     * @param paceWindow the time over which that is counted
     */
    public record Limits(int replayable, long bodyPace, Duration paceWindow) {
        /** 1 MiB, and 1 KiB a second over 10 s. */
        public static final Limits DEFAULT = new Limits(1 << 20, 1024, Duration.ofSeconds(10));
    }

    /**
     * A proxy to backends.
     *
     * @param upstreams the backends, which this watches over while it is in service
     * @param trusted whose {@code X-Forwarded-For} is passed on
     */
    public UpstreamProxy(Upstreams upstreams, Limits limits, Predicate<String> trusted) {
        this.upstreams = upstreams;
        this.limits = limits;
        this.rules = new HeaderRules(trusted);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(SELECTORS);
        HttpClientTransportOverHTTP transport = new HttpClientTransportOverHTTP(connector);
        // Nothing that an answer sets off may wait, so that no other thread has to be woken for each piece of it.
        transport.setInvocationType(Invocable.InvocationType.NON_BLOCKING);
        this.http = new HttpClient(transport);
        // The container takes arrays.
        http.setUseInputDirectByteBuffers(false);
        http.setResponseBufferSize(READ);
        http.setName("upstream");
        http.setUserAgentField(null);
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setMaxConnectionsPerDestination(MANY);
        http.setMaxRequestsQueuedPerDestination(MANY);
        http.setConnectTimeout(longestConnect(upstreams).toMillis());
        http.setIdleTimeout(POOLED_MILLIS);
        http.setDefaultRequestContentType(null);
        http.setMaxResponseHeadersSize(32 * 1024);
    }

    /** Looks host names up in that way; before it is in service. */
    public void resolver(SocketAddressResolver resolver) {
        http.setSocketAddressResolver(resolver);
    }

    /** Each request has its own limit; this one ends what is left behind of those. */
    private static Duration longestConnect(Upstreams upstreams) {
        return upstreams.settings().groups().values().stream()
                .map(UpstreamGroup::timeouts)
                .map(timeouts -> timeouts.connect().multipliedBy(2))
                .filter(connect -> connect.compareTo(LONGEST_CONNECT) > 0)
                .max(Duration::compareTo)
                .orElse(LONGEST_CONNECT);
    }

    @Override
    public void init() throws ServletException {
        try {
            http.start();
        } catch (Exception e) {
            throw new ServletException(e);
        }
        http.getContentDecoderFactories().clear();
        http.getProtocolHandlers().remove(RedirectProtocolHandler.NAME);
        http.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
        http.getProtocolHandlers().remove(ProxyAuthenticationProtocolHandler.NAME);
        FirstEvent.prepare();
        beat();
        upstreams.start(new HttpProbe(http));
    }

    /**
     * Keeps the first of all timers near. Each request sets some that go off much later, if ever; one that is set as
     * the first of all wakes the thread of the timers, which costs more than the timer.
     */
    private void beat() {
        if (http.isRunning()) {
            Scheduler.Task unused = http.getScheduler().schedule(this::beat, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void destroy() {
        upstreams.close();
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the client of the backends does not stop", e);
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object pool = request.getAttribute("io.anteroom.pool");
        boolean hasFallenBack = request.getAttribute("io.anteroom.fallback") != null;
        Stay stay = running.begins(ClientWatch.of(request.getAttribute(ClientWatch.attribute())));
        // A preflight has a pool, and no slot.
        boolean needsNoSlot = request.getAttribute("io.anteroom.lease") == null && !hasFallenBack;
        if (needsNoSlot && running.isDraining()) {
            refuse(request, response);
            return;
        }
        Group group = upstreams.group(pool == null ? null : pool.toString(), hasFallenBack);
        new Inbound(this, stay, group, request, response).begin();
    }

    private static void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Answer answer = Client.of(request).answer(UpstreamProblem.told(new Ended(UpstreamProblem.SHUTTING_DOWN)));
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        if (request.getProtocol().startsWith("HTTP/1")) {
            response.setHeader("Connection", "close");
        }
        response.setContentType(answer.contentType());
        response.getOutputStream().write(answer.body());
    }

    /** From now on requests that need no slot are refused with 503 {@code shutting_down}; the queue refuses its own. */
    public void drain() {
        running.drain();
    }

    /**
     * Waits for all requests that are under way, with a slot and without.
     *
     * @return whether all have ended; false if the time is over before
     */
    public boolean awaitEnd(Duration timeout) {
        return running.awaitEnd(timeout);
    }

    /**
     * Ends all requests that are under way, before the server does: streams with an error event of their dialect, other
     * answers that have begun by cutting them off, and the others with 503 {@code shutting_down}.
     *
     * @param timeout how long clients may take for that
     */
    public void stop(Duration timeout) {
        running.stop(timeout);
    }

    Upstreams upstreams() {
        return upstreams;
    }

    HttpClient http() {
        return http;
    }

    HeaderRules rules() {
        return rules;
    }

    int replayable() {
        return limits.replayable();
    }

    BodyPump.Pace pace() {
        return new BodyPump.Pace(limits.bodyPace(), limits.paceWindow().toNanos(), http.getScheduler());
    }

    /** Takes memory for a body, if there is enough. */
    boolean reserve(int bytes) {
        if (held.addAndGet(bytes) <= budget) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void release(int bytes) {
        held.addAndGet(-bytes);
    }
}
