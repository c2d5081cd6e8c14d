// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.protocol.Answer;
import io.anteroom.protocol.Answers;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Problem;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * How a client is told of a failure of the backend: in its own dialect.
 *
 * @param dialect its API
 * @param requestId the id of its request; empty for a request that does not pass the queue
 * @param accept its Accept field, or null
 */
record Client(Dialect dialect, String requestId, @Nullable String accept) {

    static Client of(HttpServletRequest request) {
        Object id = request.getAttribute("io.anteroom.request-id");
        String path = request.getRequestURI();
        return new Client(Dialect.ofPath(path), id == null ? "" : id.toString(), request.getHeader("Accept"));
    }

    /** A whole answer. */
    Answer answer(Problem problem) {
        return Answers.of(problem, dialect, requestId, accept);
    }

    /** The end of an answer of this type that has begun; empty where nothing can be said. */
    byte[] brokenOff(Problem problem, String contentType) {
        return Answers.brokenOff(problem, dialect, requestId, contentType);
    }
}
