// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.protocol.Answer;
import io.anteroom.protocol.Answers;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Headers;
import io.anteroom.protocol.Manner;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.Problem.Kind;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Puts answers and header fields into a servlet response that has not been committed. */
final class Replies {
    private static final String ORIGIN = "Origin";

    private Replies() {}

    /** Sends a whole answer of ours. */
    static void problem(
            HttpServletRequest request, HttpServletResponse response, Problem problem, Dialect dialect, String id)
            throws IOException {
        Answer answer = Answers.of(problem, dialect, id, request.getHeader("Accept"));
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        if (problem.kind() == Kind.SHUTTING_DOWN) {
            closeAfterwards(request, response);
        }
        expose(request, response);
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        OutputStream out = response.getOutputStream();
        out.write(answer.body());
        out.flush();
    }

    /** Sends another whole answer of ours; a question about its head gets no body. */
    static void send(HttpServletRequest request, HttpServletResponse response, Answer answer) throws IOException {
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        expose(request, response);
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(answer.body());
        }
        response.flushBuffer();
    }

    /** Asks for the end of the connection, where a header field may do so: HTTP/2 forbids it, and Tomcat sends it. */
    static void closeAfterwards(HttpServletRequest request, HttpServletResponse response) {
        if (request.getProtocol().startsWith("HTTP/1")) {
            response.setHeader("Connection", "close");
        }
    }

    /** The header fields of a request that was let in. */
    static void admitted(Fields fields, HttpServletResponse response, Ask ask, Lease lease, boolean queued) {
        // Added, not set: nobody has set them before, and to look for them costs as much again.
        response.addHeader(Headers.REQUEST_ID, ask.id());
        response.addHeader(Headers.WAS_QUEUED, queued ? "true" : "false");
        if (queued) {
            String millis = Long.toString(lease.waited().toMillis());
            response.setHeader(Headers.WAIT_MS, millis);
            response.setHeader(Headers.INITIAL_POSITION, Integer.toString(lease.initialPosition()));
            response.addHeader("Server-Timing", "queue;dur=" + millis);
        }
        mode(response, ask.manner());
        Tolls.fields(response, ask);
        ignored(response, ask.ignored());
        expose(fields.get(ORIGIN), response);
    }

    /** The header fields of a request that goes on without a slot. */
    static void fallback(
            HttpServletRequest request, HttpServletResponse response, Ask ask, boolean queued, @Nullable String name) {
        response.setHeader(Headers.REQUEST_ID, ask.id());
        response.setHeader(Headers.WAS_QUEUED, queued ? "true" : "false");
        response.setHeader(Headers.FALLBACK, name);
        mode(response, ask.manner());
        ignored(response, ask.ignored());
        expose(request, response);
    }

    /** Begins the answer for a request that still waits. */
    static void beginStream(HttpServletRequest request, HttpServletResponse response, Ask ask, int initialPosition) {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(ask.manner().contentType());
        response.setHeader("Cache-Control", "no-cache, no-transform");
        response.setHeader("X-Accel-Buffering", "no");
        response.setHeader(Headers.REQUEST_ID, ask.id());
        response.setHeader(Headers.WAS_QUEUED, "true");
        response.setHeader(Headers.INITIAL_POSITION, Integer.toString(initialPosition));
        mode(response, ask.manner());
        Tolls.fields(response, ask);
        ignored(response, ask.ignored());
        expose(request, response);
    }

    private static void mode(HttpServletResponse response, Manner manner) {
        if (manner.isStatusAsked()) {
            response.setHeader(
                    "Preference-Applied", "queue-status=" + manner.status().word());
        }
    }

    private static void ignored(HttpServletResponse response, @Nullable String ignored) {
        if (ignored != null) {
            response.setHeader(Headers.IGNORED, ignored);
        }
    }

    private static void expose(HttpServletRequest request, HttpServletResponse response) {
        expose(request.getHeader(ORIGIN), response);
    }

    private static void expose(@Nullable String origin, HttpServletResponse response) {
        if (origin != null) {
            response.addHeader("Access-Control-Expose-Headers", Headers.EXPOSED);
        }
    }
}
