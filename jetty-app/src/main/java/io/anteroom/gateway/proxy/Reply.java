// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.upstream.Call;
import io.anteroom.gateway.upstream.Journey;
import io.anteroom.protocol.Answer;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.Problem.Kind;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpField;
import org.jspecify.annotations.Nullable;

/**
 * What a client gets before any body: the head of a backend's answer, or what went wrong, in its own dialect. Written
 * by one thread at a time; any may ask whether there is a head to come.
 */
final class Reply {
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final HttpServletResponse client;
    private final Client manner;
    private final Journey journey;
    private volatile @Nullable Response answer;
    private volatile boolean hasBegun;

    Reply(HttpServletResponse client, Client manner, Journey journey) {
        this.client = client;
        this.hasBegun = own(client).isCommitted();
        this.manner = manner;
        this.journey = journey;
    }

    /** The container's own response: one that takes the place of it does not tell of comments that were sent before. */
    private static ServletResponse own(ServletResponse response) {
        ServletResponse own = response;
        while (own instanceof ServletResponseWrapper wrapper) {
            own = wrapper.getResponse();
        }
        return own;
    }

    /** Whether the client may have got something of an answer: its head, or comments while it waited. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** An answer that is for the client, as soon as it is certain that something of it follows. */
    void takes(Response response) {
        answer = response;
    }

    /** Whether the client can still be told of a failure by a status. */
    boolean isHeadPending() {
        return answer != null;
    }

    /** Gives the backend's status and header fields to the client, once. */
    void head(@Nullable Call by) {
        Response response = answer;
        if (response == null) {
            return;
        }
        answer = null;
        hasBegun = true;
        client.setStatus(response.getStatus());
        for (HttpField field : HeaderRules.toClient(response.getStatus(), response.getHeaders())) {
            if (HeaderRules.isSingle(field)) {
                client.setHeader(field.getName(), field.getValue());
            } else {
                client.addHeader(field.getName(), field.getValue());
            }
        }
        servedBy(by);
    }

    /** Tells which backend it was, and whether it was one of another group than it was meant for. */
    private void servedBy(@Nullable Call by) {
        if (by != null) {
            client.setHeader("Queue-Upstream", by.backend().name());
            if (journey.hasFailedOver()) {
                client.setHeader("Queue-Fallback", by.group());
            }
        }
    }

    /** Notes for the log that nobody is there any more. */
    void toNobody() {
        answer = null;
        client.setStatus(CLIENT_CLOSED_REQUEST);
    }

    /** Sets the status of a failure and answers the body that belongs to it. */
    byte[] problem(Throwable cause, @Nullable Call by) {
        answer = null;
        Problem problem = UpstreamProblem.told(cause);
        Answer told = manner.answer(problem);
        client.setStatus(told.status());
        if (problem.retryAfter() != null) {
            told.headers().forEach(client::setHeader);
        }
        client.setHeader("Content-Type", told.contentType());
        if (problem.kind() != Kind.SHUTTING_DOWN) {
            client.setHeader("Queue-Upstream-Error", problem.code());
        }
        servedBy(by);
        return told.body();
    }

    /** The end of an answer that the backend broke off; empty if it must not look complete. */
    byte[] brokenOff(Throwable cause, String contentType) {
        return manner.brokenOff(UpstreamProblem.told(cause), contentType);
    }
}
