// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.protocol.ModelMember;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.Refusals;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The request and response of one exchange, the container's and the ones that the application gets. Used by one thread
 * at a time.
 */
final class Passage {
    private final Exchange exchange;
    private final Fields fields;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ExchangeRequest wrappedRequest;
    private final ExchangeResponse wrappedResponse;
    private final ProtocolSettings protocol;

    Passage(Exchange exchange, Fields fields, HttpServletResponse response, ProtocolSettings protocol) {
        this.protocol = protocol;
        this.exchange = exchange;
        this.fields = fields;
        this.request = fields.request();
        this.response = response;
        this.wrappedRequest = new ExchangeRequest(request, exchange);
        this.wrappedResponse = new ExchangeResponse(response, exchange);
        wrappedRequest.respondsWith(wrappedResponse);
    }

    HttpServletRequest request() {
        return request;
    }

    Fields fields() {
        return fields;
    }

    HttpServletResponse response() {
        return response;
    }

    ExchangeRequest wrappedRequest() {
        return wrappedRequest;
    }

    ExchangeResponse wrappedResponse() {
        return wrappedResponse;
    }

    /** Lets the request in on this thread. */
    void run(Lease lease, @Nullable StatusStream stream, FilterChain chain) throws IOException, ServletException {
        HttpServletResponse answer = let(lease, stream, wrappedResponse);
        exchange.pass(wrappedRequest, answer, chain);
    }

    /**
     * Prepares the response for the application: header fields while they can still be sent, else the late mode.
     *
     * @param given the response that the container hands to this pass
     */
    HttpServletResponse let(Lease lease, @Nullable StatusStream stream, HttpServletResponse given) {
        if (stream == null || !stream.hasBegun()) {
            Replies.admitted(fields, response, exchange.ask(), lease, exchange.wasQueued());
            return given;
        }
        return late(stream, given);
    }

    private HttpServletResponse late(StatusStream stream, HttpServletResponse given) {
        LateResponse late = new LateResponse(given, exchange, stream.frames());
        wrappedRequest.respondsLate(late);
        exchange.respondsLate(late);
        return late;
    }

    /** Lets the request go on to its fallback, on this thread. */
    void fallBack(@Nullable StatusStream stream, FilterChain chain) throws IOException, ServletException {
        HttpServletResponse answer = letFallBack(stream, wrappedResponse);
        exchange.pass(wrappedRequest, answer, exchange.ask().fallbackChain(chain));
    }

    /** Prepares the response for the fallback, as {@link #let} does for the application. */
    HttpServletResponse letFallBack(@Nullable StatusStream stream, HttpServletResponse given) {
        Fallback to = exchange.ask().fallback();
        BufferedBody body = exchange.ask().body();
        String model = to == null ? null : to.model();
        if (model != null && body != null) {
            wrappedRequest.replays(body.forwarding(ModelMember.replace(body.bytes(), model)));
        }
        if (stream != null && stream.hasBegun()) {
            return late(stream, given);
        }
        Replies.fallback(request, response, exchange.ask(), exchange.wasQueued(), Facts.fallback(exchange));
        return given;
    }

    /** Prepares the response for the pass that goes on after the wait. */
    HttpServletResponse resume(@Nullable StatusStream stream, HttpServletResponse given) {
        if (exchange.hasFallenBack()) {
            return letFallBack(stream, given);
        }
        Lease lease = exchange.lease();
        return lease == null ? given : let(lease, stream, given);
    }

    /** Tells the client to come back to its place. */
    void sendAway(KeptPlace kept, Refusal refusal) throws IOException {
        Ask ask = exchange.ask();
        Problem problem = Refusals.kept(ask.pool().name(), refusal, kept.status(), kept.keptFor(), Instant.now());
        Replies.problem(request, wrappedResponse, protocol.dress(problem), ask.dialect(), ask.id());
    }

    /** Tells the client why it gets no slot. */
    void refuse(Refusal refusal, @Nullable StatusStream stream) throws IOException {
        Ask ask = exchange.ask();
        Problem problem = protocol.dress(Refusals.problem(ask.pool().name(), refusal));
        if (stream != null && stream.hasBegun()) {
            exchange.endsShort("error");
            stream.end(problem);
        } else {
            refuse(problem);
        }
    }

    /** Tells the client what is wrong, before anything else has been sent. */
    void refuse(Problem problem) throws IOException {
        Ask ask = exchange.ask();
        Tolls.fields(wrappedResponse, ask);
        Replies.problem(request, wrappedResponse, problem, ask.dialect(), ask.id());
    }
}
