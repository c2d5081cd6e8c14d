// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Pool;
import io.anteroom.protocol.Answer;
import io.anteroom.protocol.BadRequest;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Preferences;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.Problem.Kind;
import io.anteroom.protocol.StatusDocuments;
import io.anteroom.protocol.StatusDocuments.PoolView;
import io.anteroom.protocol.StatusDocuments.RequestView;
import io.anteroom.protocol.TicketRequest;
import io.anteroom.protocol.TicketView;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The resources at which a caller asks how it stands: its tickets, requests and batches, never those of others. They
 * are answered by the filter itself and never wait. Safe from any thread.
 */
final class Endpoints {
    /** Where clients of GateFlow ask for a batch. */
    private static final String GATEFLOW_BATCH = "/v1/management/queue/batch/";

    private static final Duration LONGEST_POLL = Duration.ofSeconds(50);
    private static final Duration LONGEST_STREAM = Duration.ofMinutes(5);
    private static final String READ = "GET, HEAD, OPTIONS";
    private static final String TICKET = "GET, HEAD, DELETE, OPTIONS";
    private static final String TICKETS = "POST, OPTIONS";

    private final DoorSettings settings;
    private final AskReader asks;
    private final Live live;
    private final TicketDesk desk;

    Endpoints(DoorSettings settings, AskReader asks, Live live, TicketDesk desk) {
        this.settings = settings;
        this.asks = asks;
        this.live = live;
        this.desk = desk;
    }

    /** What is asked for: a kind of resource, and its id if it has one. */
    record Resource(String kind, @Nullable String id) {
        String allowed() {
            return !kind.equals("tickets") ? READ : id == null ? TICKETS : TICKET;
        }
    }

    /** The resource at a path, or null if there is none of ours. */
    @Nullable Resource at(String path) {
        String base = settings.tickets().base();
        if (base.isEmpty()) {
            return null;
        }
        if (path.startsWith(GATEFLOW_BATCH)) {
            return below("batch", path.substring(GATEFLOW_BATCH.length()));
        }
        if (!path.startsWith(base) || path.length() <= base.length() || path.charAt(base.length()) != '/') {
            return null;
        }
        String rest = path.substring(base.length() + 1);
        if (rest.equals("tickets") || rest.equals("status")) {
            return new Resource(rest, null);
        }
        int slash = rest.indexOf('/');
        String kind = slash < 0 ? "" : rest.substring(0, slash);
        return kind.equals("tickets") || kind.equals("requests") || kind.equals("batch")
                ? below(kind, rest.substring(slash + 1))
                : null;
    }

    private static @Nullable Resource below(String kind, String id) {
        return id.isEmpty() || id.indexOf('/') >= 0 ? null : new Resource(kind, id);
    }

    void serve(Resource resource, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String requestId = RequestIds.of(Fields.of(request));
        try {
            answer(resource, request, response, requestId);
        } catch (BadRequest e) {
            problem(request, response, e.problem(), requestId);
        }
    }

    private void answer(Resource resource, HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException, BadRequest {
        String method = request.getMethod();
        if (method.equals("OPTIONS")) {
            response.setHeader("Allow", resource.allowed());
            response.setHeader("Cache-Control", "no-store");
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return;
        }
        if (!List.of(resource.allowed().split(", ")).contains(method)) {
            response.setHeader("Allow", resource.allowed());
            String message = method + " is not allowed here (expected: " + resource.allowed() + ").";
            problem(request, response, new Problem(Kind.METHOD_NOT_ALLOWED, message, null, null), requestId);
            return;
        }
        String id = resource.id();
        if (id == null && resource.kind().equals("tickets")) {
            reserve(request, response, requestId);
            return;
        }
        AskReader.Asker asker = asks.asker(request);
        String caller = asker.caller().key();
        if (id != null && resource.kind().equals("tickets")) {
            ticket(id, caller, request, response, requestId);
            return;
        }
        Answer answer =
                id == null ? status(asker) : resource.kind().equals("batch") ? batch(caller, id) : request(caller, id);
        if (answer == null) {
            unknown(resource.kind(), request, response, requestId);
        } else {
            Replies.send(request, response, answer);
        }
    }

    private void reserve(HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException, BadRequest {
        byte[] body = request.getInputStream().readNBytes(TicketRequest.MAX_BYTES + 1);
        if (body.length > TicketRequest.MAX_BYTES) {
            throw BadRequest.tooLarge(TicketRequest.MAX_BYTES);
        }
        TicketRequest wanted = TicketRequest.read(body);
        Ask ask = asks.read(request, requestId, pool(wanted), wanted);
        desk.reserve(ask, request, response);
    }

    private Pool pool(TicketRequest wanted) throws BadRequest {
        Routes routes = settings.routes();
        Collection<Pool> all = routes.pools();
        Pool pool = wanted.pool() != null ? routes.named(wanted.pool()) : routes.byModel(wanted.model());
        if (pool == null && wanted.pool() == null && all.size() == 1) {
            pool = all.iterator().next();
        }
        if (pool == null) {
            String names = String.join(", ", all.stream().map(Pool::name).toList());
            throw BadRequest.option("pool", String.valueOf(wanted.pool()), "one of " + names);
        }
        return pool;
    }

    private void ticket(
            String id, String caller, HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException {
        BookedTicket ticket = live.tickets().find(id, caller);
        if (ticket == null && live.elsewhere().isElsewhere(id)) {
            elsewhere(id, caller, request, response, requestId);
        } else if (ticket == null) {
            unknown("tickets", request, response, requestId);
        } else if (request.getMethod().equals("DELETE")) {
            ticket.giveUp();
            gone(response);
        } else {
            show(ticket, desk.url(id, request), request, response);
        }
    }

    /** A ticket that another node has given. */
    private void elsewhere(
            String id, String caller, HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException {
        try {
            boolean isCancelled = request.getMethod().equals("DELETE");
            String url = desk.url(id, request);
            TicketView view = isCancelled ? null : live.elsewhere().ticket(id, caller, url);
            if (isCancelled ? !live.elsewhere().cancel(id, caller) : view == null) {
                unknown("tickets", request, response, requestId);
            } else if (view == null) {
                gone(response);
            } else {
                show(live.elsewhere().watched(caller, view), url, request, response);
            }
        } catch (Elsewhere.Away e) {
            problem(request, response, e.problem(), requestId);
        }
    }

    private static void gone(HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-store");
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private void show(Watched ticket, String url, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String accept = request.getHeader("Accept");
        boolean mayWatch = request.isAsyncSupported() && request.getMethod().equals("GET");
        if (mayWatch && accept != null && accept.contains("text/event-stream") && ticket.watched()) {
            TicketWatch.forEvents(live, ticket, url, request, response, LONGEST_STREAM);
            return;
        }
        Duration patience = Preferences.wait(request.getHeader("Prefer"));
        if (mayWatch && patience != null && !patience.isZero() && ticket.watched()) {
            Duration wait = patience.compareTo(LONGEST_POLL) > 0 ? LONGEST_POLL : patience;
            response.setHeader("Preference-Applied", "wait=" + wait.toSeconds());
            TicketWatch.forAnswer(live, ticket, url, request, response, wait);
            return;
        }
        Replies.send(request, response, StatusDocuments.ticket(ticket.view(url)));
    }

    private Answer status(AskReader.Asker asker) {
        List<PoolView> pools = !asker.policy().rights().seesDepth()
                ? null
                : settings.routes().pools().stream()
                        .map(pool -> new PoolView(pool.name(), pool.settings(), pool.snapshot()))
                        .toList();
        // An address may be that of many who do not know one another: a ticket's id would be theirs to redeem.
        return asker.hasKey()
                ? status(asker.caller().key(), pools)
                : StatusDocuments.status(List.of(), List.of(), pools);
    }

    private Answer status(String caller, @Nullable List<PoolView> pools) {
        List<RequestView> requests = Standing.requests(live, caller);
        List<TicketView> tickets = new ArrayList<>();
        live.tickets().of(caller).forEach(ticket -> tickets.add(ticket.view(desk.path(ticket.id()))));
        live.elsewhere().status(caller, tickets, requests, desk.path(""));
        return StatusDocuments.status(tickets, requests, pools);
    }

    private @Nullable Answer request(String caller, String id) {
        RequestView here = Standing.request(live, caller, id);
        RequestView known = here == null ? live.elsewhere().request(caller, id) : here;
        return known == null ? null : StatusDocuments.request(known);
    }

    private @Nullable Answer batch(String caller, String name) {
        List<long[]> counts = live.elsewhere().batch(caller, name);
        long[] here = live.batches().counts(caller, name);
        if (here != null) {
            counts.add(here);
        }
        return counts.isEmpty() ? null : StatusDocuments.batch(Batches.sum(name, counts));
    }

    private static void unknown(String kind, HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException {
        String what = switch (kind) {
            case "tickets" -> "No ticket of this caller has that id; it may have been forgotten.";
            case "batch" -> "Nothing has happened to such a batch of this caller within a day.";
            default -> "No request of this caller with that id waits, or runs after having waited.";
        };
        problem(request, response, new Problem(Kind.NOT_FOUND, what, null, null), requestId);
    }

    private static void problem(
            HttpServletRequest request, HttpServletResponse response, Problem problem, String requestId)
            throws IOException {
        Replies.problem(request, response, problem, Dialect.PLAIN, requestId);
    }
}
