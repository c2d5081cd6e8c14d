// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.protocol.Problem;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import org.eclipse.jetty.http.HttpException;

/** What can go wrong with a backend, and how the client is told: the cause by name, nothing of the inside. */
enum UpstreamProblem {
    UNREACHABLE(502, "upstream_unreachable", "The backend does not accept connections."),
    NAME_UNKNOWN(502, "upstream_name_unknown", "The backend's host name has no address."),
    CONNECT_TIMEOUT(504, "upstream_connect_timeout", "The backend did not accept a connection in time."),
    FIRST_BYTE_TIMEOUT(504, "upstream_first_byte_timeout", "The backend did not begin to answer in time."),
    IDLE_TIMEOUT(504, "upstream_idle_timeout", "The backend stopped in the middle of its answer."),
    TOTAL_TIMEOUT(504, "upstream_total_timeout", "The backend did not finish its answer in time."),
    CLOSED(502, "upstream_closed", "The backend closed the connection before its answer was complete."),
    BAD_ANSWER(502, "upstream_bad_answer", "The backend's answer is not valid HTTP."),
    FAILED(502, "upstream_failed", "The request could not be passed to the backend.");

    private final int status;
    private final String code;
    private final String message;

    UpstreamProblem(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    /** Ends an exchange from our side. */
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;

        private final UpstreamProblem problem;

        Ended(UpstreamProblem problem) {
            super(problem.code);
            this.problem = problem;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    String code() {
        return code;
    }

    static UpstreamProblem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Ended ended) {
                return ended.problem;
            }
            if (cause instanceof HttpException) {
                return BAD_ANSWER;
            }
            if (cause instanceof SocketTimeoutException) {
                return CONNECT_TIMEOUT;
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return NAME_UNKNOWN;
            }
            if (cause instanceof java.net.ConnectException) {
                return UNREACHABLE;
            }
        }
        boolean closed = failure instanceof ClosedChannelException || failure instanceof IOException;
        return closed ? CLOSED : FAILED;
    }

    /** The same in the words of the protocol, which every dialect has its form for. */
    Problem told() {
        return Problem.ofUpstream(status, code, message);
    }
}
