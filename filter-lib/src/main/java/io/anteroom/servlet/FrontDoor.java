// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.protocol.BadRequest;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Headers;
import io.anteroom.protocol.Preferences;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Toll;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Lets requests in, has them wait, or refuses them. Safe from any thread. */
public final class FrontDoor implements AutoCloseable {
    /** Tomcat gives a read up after {@code connectionTimeout}, 20 s by default, counted from before the wait. */
    private static final Duration LONGEST_UNREAD_WAIT = Duration.ofSeconds(15);

    static final Refusal SHUTTING_DOWN =
            new Refusal(Refusal.Code.SHUTTING_DOWN, 0, 0, Duration.ZERO, Duration.ofSeconds(1), Optional.empty());
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final DoorSettings settings;
    private final Bodies bodies;
    private final AskReader asks;
    private final Live live;
    private final Requests requests;
    private final TicketDesk desk;
    private final Endpoints endpoints;
    private final String attribute = Facts.PREFIX + "exchange." + NUMBER.incrementAndGet();
    private final Preflights preflights = new Preflights(attribute + ".preflight");
    private final AtomicBoolean hasWarned = new AtomicBoolean();

    /** A door with its own ticker thread, which runs while requests are behind it. */
    public FrontDoor(DoorSettings settings) {
        this(settings, Clock.systemUTC());
    }

    FrontDoor(DoorSettings settings, Clock clock) {
        this.settings = settings;
        this.bodies = new Bodies(settings.maxBufferedBody());
        this.asks = new AskReader(settings, bodies);
        this.live = new Live(settings, clock);
        this.requests = new Requests(live);
        this.desk = new TicketDesk(settings, live);
        this.endpoints = new Endpoints(settings, asks, live, desk);
    }

    /**
     * What the filter does with a request. A request that comes back, in an asynchronous pass, a forward, an include or
     * for its error page, goes on without being asked again.
     */
    public void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Exchange known = (Exchange) request.getAttribute(attribute);
        if (known != null) {
            known.again(request, response, chain);
            return;
        }
        String came = path(request);
        if (Preflights.is(request) && passPreflight(came, request, response, chain)) {
            return;
        }
        Endpoints.Resource resource = isFirstPass(request) ? endpoints.at(came) : null;
        if (resource != null) {
            endpoints.serve(resource, request, response);
            return;
        }
        String alias = settings.protocol().aliases().get(came);
        String path = alias == null ? came : alias;
        Pool pool = isFirstPass(request) ? settings.routes().byPath(path) : null;
        if (pool == null) {
            chain.doFilter(request, response);
        } else {
            enter(request, response, chain, pool, Dialect.ofPath(path), alias);
        }
    }

    /** The application answers, also for our own resources, as it knows whose scripts it lets in. */
    private boolean passPreflight(
            String came, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Pool pool = settings.routes().byPath(settings.protocol().aliases().getOrDefault(came, came));
        if (pool != null) {
            request.setAttribute(Facts.PREFIX + "pool", pool.name());
        }
        return preflights.pass(request, response, chain);
    }

    private static boolean isFirstPass(HttpServletRequest request) {
        DispatcherType type = request.getDispatcherType();
        return type == DispatcherType.REQUEST || type == DispatcherType.ASYNC;
    }

    private static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }

    private void enter(
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain,
            Pool pool,
            Dialect dialect,
            @Nullable String alias)
            throws IOException, ServletException {
        Fields fields = Fields.of(request);
        String id = RequestIds.of(fields);
        Ask ask;
        try {
            ask = asks.read(fields, id, pool, dialect, alias);
        } catch (BadRequest e) {
            Replies.problem(request, response, e.problem(), dialect, id);
            return;
        }
        String ticket = desk.isOn() ? fields.get(Headers.TICKET) : null;
        if (ticket != null) {
            redeem(ticket, ask, fields, response, chain);
            return;
        }
        Verdict verdict = new Verdict();
        KeptPlaces.Return back =
                mayWait(request) && !wantsTicket(fields) ? live.places().rejoin(ask, request, verdict) : null;
        Exchange exchange = new Exchange(back == null ? ask : back.ask(), live, request, attribute);
        boolean isThrough = false;
        try {
            Passage passage = new Passage(exchange, fields, response, settings.protocol());
            if (back == null) {
                offer(exchange, verdict, passage, ask.chain(chain));
            } else {
                exchange.events().takesUp();
                goOn(exchange, back.answer(), verdict, passage, ask.chain(chain));
            }
            isThrough = true;
        } finally {
            if (!isThrough) {
                // The application failed, or nobody runs: the client did not send its body, or the container balked.
                exchange.endUnlessRunning();
            }
        }
    }

    /** What a newcomer has to pass: the rate limits, then the pool. */
    private void offer(Exchange exchange, Verdict verdict, Passage passage, FilterChain chain)
            throws IOException, ServletException {
        if (live.isDraining()) {
            refuse(exchange, passage, SHUTTING_DOWN);
            return;
        }
        Toll toll = exchange.ask().toll();
        RateVerdict paid = toll == null ? null : toll.take();
        if (paid != null && !(paid instanceof RateVerdict.Passed)) {
            exchange.refused(Tolls.refusal(paid));
            passage.refuse(Tolls.problem(paid));
            return;
        }
        HttpServletRequest request = passage.request();
        boolean mayWait = mayWait(request);
        if (!mayWait) {
            warnOnce(request);
        }
        Arrival arrival = arrival(exchange.ask(), request, mayWait);
        if (paid instanceof RateVerdict.Passed passed && !passed.after().isZero()) {
            arrival = arrival.withNotBefore(passed.after());
        }
        if (wantsTicket(passage.fields())) {
            giveTicket(exchange, arrival, passage, chain);
            return;
        }
        if (usesThread(request) && request.getProtocol().startsWith("HTTP/2")) {
            Departures.lookUp(request);
        }
        goOn(exchange, exchange.ask().pool().offer(arrival, verdict), verdict, passage, chain);
    }

    /** The turn of a ticket has come, and its request with it. */
    private void redeem(String id, Ask ask, Fields fields, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = fields.request();
        TicketDesk.Claim claim = desk.claim(id, ask);
        Lease lease = claim.lease();
        if (lease == null) {
            Tolls.fields(response, ask);
            Replies.problem(request, response, claim.why(), ask.dialect(), ask.id());
            return;
        }
        Exchange exchange = new Exchange(ask, live, request, attribute);
        exchange.events().takesUp();
        exchange.admitted(lease);
        Passage passage = new Passage(exchange, fields, response, settings.protocol());
        passage.run(lease, null, ask.chain(chain));
    }

    /** A client that would rather come back than wait gets a ticket, unless a slot is free. */
    private void giveTicket(Exchange exchange, Arrival arrival, Passage passage, FilterChain chain)
            throws IOException, ServletException {
        TicketDesk.Booking booking = desk.book(exchange.ask(), arrival);
        if (booking.answer() instanceof Lease lease) {
            live.tickets().drop(booking.ticket());
            lease.claim();
            exchange.admitted(lease);
            passage.run(lease, null, chain);
        } else if (booking.answer() instanceof Refusal refusal) {
            refuse(exchange, passage, refusal);
        } else {
            exchange.events().tell(Kind.QUEUED, Duration.ZERO, booking.ticket().position(), null);
            exchange.kept(Duration.ZERO, null);
            desk.tell(booking.ticket(), passage.request(), passage.response(), true);
        }
    }

    private boolean wantsTicket(Fields fields) {
        return desk.isOn() && Preferences.respondAsync(fields.get("Prefer"));
    }

    private boolean mayWait(HttpServletRequest request) {
        return usesThread(request) || request.isAsyncSupported();
    }

    private void goOn(Exchange exchange, Admission answer, Verdict verdict, Passage passage, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = passage.request();
        boolean usesThread = usesThread(request);
        if (answer instanceof Ticket ticket) {
            begin(exchange, wait(exchange, verdict, usesThread), ticket, passage, chain);
        } else if (answer instanceof Refusal refusal && exchange.fallsBack(refusal)) {
            passage.fallBack(null, chain);
        } else if (answer instanceof Refusal refusal) {
            refuse(exchange, passage, refusal);
        } else if (answer instanceof Lease lease && settings.forceQueue() && mayWait(request)) {
            verdict.admitted(lease);
            begin(exchange, wait(exchange, verdict, usesThread), null, passage, chain);
        } else if (answer instanceof Lease lease) {
            exchange.admitted(lease);
            passage.run(lease, null, chain);
        }
    }

    private Wait wait(Exchange exchange, Verdict verdict, boolean usesThread) {
        return usesThread ? new ThreadWait(exchange, live, verdict) : new AsyncWait(exchange, live, verdict);
    }

    private void begin(Exchange exchange, Wait wait, @Nullable Ticket ticket, Passage passage, FilterChain chain)
            throws IOException, ServletException {
        wait.takes(ticket);
        exchange.waits(wait);
        if (exchange.ask().hasBody() && exchange.ask().body() == null) {
            // A body that nobody has read would keep the connection busy, and Tomcat would give it up after 20 s.
            BufferedBody body = bodies.read(passage.request());
            if (body != null) {
                passage.wrappedRequest().replays(body);
            }
        }
        wait.begin(ticket, passage, chain);
    }

    private Arrival arrival(Ask ask, HttpServletRequest request, boolean mayWait) {
        Arrival arrival = mayWait ? ask.arrival() : ask.arrival().withoutQueueing();
        if (ask.hasBody() && bodies.mayStayUnread(request, ask.body()) && isTomcat(request)) {
            Duration longest = live.longestWait(ask);
            return longest.compareTo(LONGEST_UNREAD_WAIT) > 0 ? arrival.withLongestWait(LONGEST_UNREAD_WAIT) : arrival;
        }
        return arrival;
    }

    private static boolean isTomcat(HttpServletRequest request) {
        return request.getServletContext().getServerInfo().contains("Tomcat");
    }

    private boolean usesThread(HttpServletRequest request) {
        return switch (settings.waitStrategy()) {
            case AUTO -> Threads.isVirtual() && !hidesResets(request);
            case ASYNC -> false;
            case VIRTUAL -> true;
        };
    }

    /** Tomcat tells a thread nothing of its HTTP/2 stream that is reset, but an asynchronous listener at once. */
    private static boolean hidesResets(HttpServletRequest request) {
        return request.getProtocol().startsWith("HTTP/2") && isTomcat(request) && request.isAsyncSupported();
    }

    private static void refuse(Exchange exchange, Passage passage, Refusal refusal) throws IOException {
        exchange.refused(refusal);
        passage.refuse(refusal, null);
    }

    private void warnOnce(HttpServletRequest request) {
        if (hasWarned.compareAndSet(false, true)) {
            Log.warn(
                    "requests cannot wait, and are refused when all slots are taken: asynchronous support is off for "
                            + AsyncSupport.without(request.getServletContext())
                            + "; switch it on (setAsyncSupported, <async-supported>) for every filter and servlet of the chain");
        }
    }

    /** What is known of those who wait. */
    public Requests requests() {
        return requests;
    }

    /**
     * Refuses newcomers, answers everybody who waits, and waits for those who run.
     *
     * @return whether all have ended in time
     */
    public boolean drain(Duration timeout) {
        return live.drain(timeout);
    }

    /** Drains without waiting for those who run, and stops the ticker. */
    @Override
    public void close() {
        live.drain(Duration.ZERO);
        live.close();
    }
}
